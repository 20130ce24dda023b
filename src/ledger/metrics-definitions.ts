import { BENCHMARK, EXPOSURE, RETURN, RISK } from './metrics-definitions-curve.ts';
import { TRADES } from './metrics-definitions-trades.ts';

/** Every metric there is, in the order it is printed. The key is its name in JSON. */
export const METRICS = { ...RETURN, ...RISK, ...BENCHMARK, ...EXPOSURE, ...TRADES } as const;
export type MetricId = keyof typeof METRICS;
export type CurveMetricId = keyof typeof RETURN | keyof typeof RISK | keyof typeof EXPOSURE;
export type BenchmarkMetricId = keyof typeof BENCHMARK;
export type TradeMetricId = keyof typeof TRADES;
