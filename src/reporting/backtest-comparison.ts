import type { SessionDate } from '../domain/time.ts';
import { curveMetrics, type EquityPoint, timeWeighted } from '../ledger/metrics-curve.ts';
import type { MetricsOf } from './period-report.ts';

/** Another way to have been in the same market. */
export interface Comparison {
  readonly id: 'strategy' | 'equalWeight' | 'scaled';
  readonly label: string;
  readonly metrics: MetricsOf;
  /** Growth of 1 at every row of the curve. */
  readonly index: readonly number[];
}

/** What picking at random among the same eligible rows would have made of the same slots. */
export interface RandomPicks {
  readonly seeds: number;
  /** End equities, ascending, dollars. */
  readonly ends: readonly number[];
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
  /** Share of the random runs that ended below the strategy. */
  readonly percentile: number;
  /** Closed ones of a run. */
  readonly meanTrades: number;
}

/** The strategy, equal weight of its universe, and that scaled to the strategy's average exposure. */
export function comparisonsOf(
  points: readonly EquityPoint[],
  equalWeight: readonly { readonly session: SessionDate; readonly equity: number }[],
  averageExposure: number,
): Comparison[] {
  const held = equalWeight.map((row) => ({ ...row, flow: 0 }));
  const scaled = scaledTo(held, averageExposure);
  const of = (
    id: Comparison['id'],
    label: string,
    own: readonly EquityPoint[],
  ): Comparison | null =>
    own.length === 0 ? null : { id, label, metrics: curveMetrics(own), index: indexOf(own) };
  return [
    of('strategy', 'Strategy', points),
    of('equalWeight', 'Equal weight, bought and held', held),
    of('scaled', `The same at ${(averageExposure * 100).toFixed(2)} % exposure`, scaled),
  ].filter((row) => row !== null);
}

const indexOf = (points: readonly EquityPoint[]): readonly number[] => timeWeighted(points).index;

/** A curve of which only a share is invested, brought back to that share at every close. */
function scaledTo(points: readonly EquityPoint[], fraction: number): EquityPoint[] {
  const { returns } = timeWeighted(points);
  let equity = points[0]?.equity ?? 0;
  return points.map(({ session }, i) => {
    if (i > 0) equity *= 1 + fraction * (returns[i - 1] ?? 0);
    return { session, equity, flow: 0 };
  });
}
