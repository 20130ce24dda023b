import type { SessionDate } from '../domain/time.ts';
import { benchmarkMetrics } from '../ledger/metrics-benchmark.ts';
import type { EquityPoint } from '../ledger/metrics-curve.ts';
import * as series from '../ledger/metrics-series.ts';
import { accountReturns, type BenchmarkClose, closeReturns } from './benchmark.ts';

/** Half a year of sessions. */
export const ROLLING_SESSIONS = 126;

/** Rows kept unless said: the last year. */
const ROWS = 252;

/** The half year that ends at a session. Annualised; null where it is flat, or the benchmark is not known all along. */
export interface RollingRow {
  readonly session: SessionDate;
  readonly volatility: number | null;
  readonly sharpe: number | null;
  readonly beta: number | null;
}

/** Of each of the last sessions the half year that ends there; none in a history shorter than that. */
export function rollingRows(
  points: readonly EquityPoint[],
  closes: readonly BenchmarkClose[],
  sessions = ROWS,
): RollingRow[] {
  const returns = accountReturns(points);
  const beside = closeReturns(points, closes);
  const rows: RollingRow[] = [];
  for (
    let end = Math.max(ROLLING_SESSIONS, returns.length - sessions + 1);
    end <= returns.length;
    end += 1
  ) {
    const window = returns.slice(end - ROLLING_SESSIONS, end);
    const values = window.map(({ value }) => value);
    const [first, last] = [window[0], window.at(-1)];
    if (first === undefined || last === undefined) break;
    const theirs = beside.filter(
      ({ session }) => session >= first.session && session <= last.session,
    );
    const deviation = series.deviation(values, 1);
    rows.push({
      session: last.session,
      volatility: deviation === null ? null : deviation * Math.sqrt(series.SESSIONS_PER_YEAR),
      sharpe: series.sharpe(values),
      beta: theirs.length < ROLLING_SESSIONS ? null : benchmarkMetrics(window, theirs).beta.value,
    });
  }
  return rows;
}
