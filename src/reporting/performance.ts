import { previousSession } from '../calendar/nyse.ts';
import { toUsd } from '../domain/money.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EventOf } from '../events/event.ts';
import { drawdowns, type EquityPoint, timeWeighted } from '../ledger/metrics-curve.ts';
import { drawdownsFromPeak } from '../ledger/metrics-series.ts';
import type { BenchmarkClose } from './benchmark.ts';

type Mark = EventOf<'account.marked'>;

/** One row of equity.csv. Dollars; fractions. */
export interface EquityRow {
  readonly session: SessionDate;
  readonly equity: number;
  readonly cash: number;
  readonly grossExposure: number;
  readonly unrealized: number;
  readonly openEntryCommissions: number;
  readonly openRisk: number;
  readonly positions: number;
  /** The time-weighted index over its highest so far, less one. */
  readonly drawdown: number;
  readonly intensity: number;
  readonly flow: number;
}

/** A close on the time-weighted index. */
export interface CurveRow {
  readonly session: SessionDate;
  /** 1 at the first row there is. */
  readonly index: number;
  /** Below the highest index so far, as a fraction <= 0. */
  readonly drawdown: number;
  /** The benchmark's close of the session; null where none was written down. */
  readonly benchmark: number | null;
}

/** Time-weighted returns as fractions; null where there is nothing to measure from. */
export interface Performance {
  readonly day: number | null;
  readonly monthToDate: number | null;
  readonly yearToDate: number | null;
  readonly sinceStart: number | null;
  readonly drawdown: number | null;
  readonly sessionsUnderWater: number | null;
  /** Sessions with a return. */
  readonly sessions: number;
}

/**
 * The marks as a curve. An account that was opened and traded before its first mark gets a row of nothing before it, so
 * that its first day has a return; one that was only opened starts at that mark.
 */
export function curveOf(marks: readonly Mark[]): EquityPoint[] {
  const points = marks.map((mark) => ({
    session: mark.session,
    equity: toUsd(mark.equity),
    flow: toUsd(mark.flow),
    positions: mark.marks.length,
    grossExposure: toUsd(mark.exposure),
  }));
  const first = points[0];
  if (first === undefined || first.flow <= 0 || first.flow === first.equity) return points;
  const before = previousSession(first.session).date;
  return [{ session: before, equity: 0, flow: 0, positions: 0, grossExposure: 0 }, ...points];
}

/** What the curve earned up to its last point, if that is the session's own. */
export function performanceOf(points: readonly EquityPoint[], session: SessionDate): Performance {
  const { returns, index, brokenAt } = timeWeighted(points);
  const last = index.at(-1);
  if (points.at(-1)?.session !== session || brokenAt !== null || last === undefined) {
    return NO_PERFORMANCE;
  }
  /** Growth since the last point before a date; since the start where the history is younger. */
  const since = (date: string): number | null => {
    const base = points.findLastIndex((point) => point.session < date);
    return returns.length === 0 ? null : last / (index[Math.max(0, base)] as number) - 1;
  };
  const fall = drawdowns(points).at(-1);
  return {
    day: returns.at(-1) ?? null,
    monthToDate: since(`${session.slice(0, 7)}-01`),
    yearToDate: since(`${session.slice(0, 4)}-01-01`),
    sinceStart: returns.length === 0 ? null : last - 1,
    drawdown: drawdownsFromPeak(index).at(-1) ?? null,
    sessionsUnderWater: fall === undefined || fall.recovered !== null ? 0 : fall.sessions,
    sessions: returns.length,
  };
}

/** The last rows of a curve on its index; none after a row without a return. */
export function curveRows(
  points: readonly EquityPoint[],
  last = points.length,
  closes: readonly BenchmarkClose[] = [],
): CurveRow[] {
  const beside = new Map(closes.map(({ session, close }) => [session, close]));
  const { index } = timeWeighted(points);
  const falls = drawdownsFromPeak(index);
  return points
    .slice(0, index.length)
    .map(({ session }, i) => ({
      session,
      index: index[i] as number,
      drawdown: falls[i] ?? 0,
      benchmark: beside.get(session) ?? null,
    }))
    .slice(-last);
}

const NO_PERFORMANCE: Performance = {
  day: null,
  monthToDate: null,
  yearToDate: null,
  sinceStart: null,
  drawdown: null,
  sessionsUnderWater: null,
  sessions: 0,
};

/** The rows of equity.csv from the session before the first wanted one on. */
export function equityRows(marks: readonly Mark[], from: SessionDate): EquityRow[] {
  const points = curveOf(marks);
  const { index } = timeWeighted(points);
  const falls = drawdownsFromPeak(index);
  const added = points.length - marks.length;
  const first = Math.max(
    0,
    marks.findLastIndex(({ session }) => session < from),
  );
  return marks.slice(first).map((mark, i) => ({
    session: mark.session,
    equity: toUsd(mark.equity),
    cash: toUsd(mark.cash),
    grossExposure: toUsd(mark.exposure),
    unrealized: toUsd(mark.unrealized),
    openEntryCommissions: toUsd(mark.openEntryCommissions),
    openRisk: toUsd(mark.openRisk),
    positions: mark.marks.length,
    drawdown: falls[first + i + added] ?? 0,
    intensity: mark.intensity,
    flow: toUsd(mark.flow),
  }));
}
