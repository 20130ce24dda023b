import type { SessionDate } from '../domain/time.ts';
import { type MetricValue, measure } from './metrics.ts';
import { excessOver, sessionRate } from './metrics-curve.ts';
import type { BenchmarkMetricId } from './metrics-definitions.ts';
import * as series from './metrics-series.ts';

/** A return of one session. */
export interface SessionReturn {
  readonly session: SessionDate;
  readonly value: number;
}

/** A curve beside a benchmark, on the sessions both have. `riskFreeRate` is annual, a fraction. */
export function benchmarkMetrics(
  returns: readonly SessionReturn[],
  benchmark: readonly SessionReturn[],
  riskFreeRate = 0,
): Readonly<Record<BenchmarkMetricId, MetricValue>> {
  const bySession = new Map(benchmark.map(({ session, value }) => [session, value]));
  const ours: number[] = [];
  const theirs: number[] = [];
  for (const { session, value } of returns) {
    const other = bySession.get(session);
    if (other === undefined) continue;
    ours.push(value);
    theirs.push(other);
  }
  const n = ours.length;
  const rate = sessionRate(riskFreeRate);
  const line = leastSquares(excessOver(theirs, rate), excessOver(ours, rate));
  const metric = (id: BenchmarkMetricId, compute: () => number | null) =>
    measure(id, n, compute, 'flat');
  return {
    alpha: metric('alpha', () =>
      line === null ? null : line.intercept * series.SESSIONS_PER_YEAR,
    ),
    beta: metric('beta', () => line?.slope ?? null),
    correlation: metric('correlation', () => line?.correlation ?? null),
    rSquared: metric('rSquared', () =>
      line?.correlation == null ? null : line.correlation * line.correlation,
    ),
    informationRatio: metric('informationRatio', () =>
      series.sharpe(ours.map((value, i) => value - (theirs[i] as number))),
    ),
  };
}

/** The line y = intercept + slope x of least squares. Null where x has no spread. */
function leastSquares(
  x: readonly number[],
  y: readonly number[],
): {
  readonly slope: number;
  readonly intercept: number;
  readonly correlation: number | null;
} | null {
  const centreX = series.mean(x);
  const centreY = series.mean(y);
  if (centreX === null || centreY === null || series.spread(x) === null) return null;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  x.forEach((value, i) => {
    const dx = value - centreX;
    const dy = (y[i] as number) - centreY;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  });
  const slope = xy / xx;
  return {
    slope,
    intercept: centreY - slope * centreX,
    correlation: series.spread(y) === null ? null : xy / Math.sqrt(xx * yy),
  };
}
