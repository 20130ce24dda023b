import { toUsd } from '../domain/money.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EventOf } from '../events/event.ts';
import type { MetricValue } from '../ledger/metrics.ts';
import { benchmarkMetrics, type SessionReturn } from '../ledger/metrics-benchmark.ts';
import { type EquityPoint, timeWeighted } from '../ledger/metrics-curve.ts';
import type { BenchmarkMetricId } from '../ledger/metrics-definitions.ts';
import { monthsUpTo } from './period-returns.ts';

type Mark = EventOf<'account.marked'>;

/** The benchmark's close of a session as the journal has it beside the account's, splits taken out. */
export interface BenchmarkClose {
  readonly session: SessionDate;
  readonly close: number;
}

/** What a benchmark did over the spans that the account's returns are given for. Fractions, price changes only. */
export interface BenchmarkReturns {
  readonly symbol: string;
  /** From the close before the session, week or month of the report. */
  readonly span: number | null;
  readonly monthToDate: number | null;
  readonly threeMonths: number | null;
  readonly sixMonths: number | null;
  readonly yearToDate: number | null;
  readonly oneYear: number | null;
  /** Since the first close that was written down. */
  readonly sinceStart: number | null;
  readonly from: string;
  /** Of the account's curve beside it, on sessions both have. */
  readonly metrics: Readonly<Record<BenchmarkMetricId, MetricValue>>;
}

/** The closes of the benchmark that was written down last, by session. */
export function benchmarkCloses(marks: readonly Mark[]): BenchmarkClose[] {
  const symbol = marks.findLast(({ benchmark }) => benchmark !== undefined)?.benchmark?.symbol;
  let shares = 1;
  return marks.flatMap(({ session, benchmark }) => {
    if (benchmark === undefined || benchmark.symbol !== symbol) return [];
    const ratio = benchmark.splitRatio ?? 1;
    if (ratio > 0) shares *= ratio;
    return [{ session, close: toUsd(benchmark.close) * shares }];
  });
}

/** Null where no benchmark was written down up to the report's last session, or not on that session. */
export function benchmarkReturns(
  marks: readonly Mark[],
  points: readonly EquityPoint[],
  from: SessionDate,
  to: SessionDate,
): BenchmarkReturns | null {
  const closes = benchmarkCloses(marks);
  const last = closes.at(-1);
  const [first] = closes;
  const symbol = marks.findLast(({ benchmark }) => benchmark !== undefined)?.benchmark?.symbol;
  if (first === undefined || last === undefined || symbol === undefined) return null;
  if (last.session < from || last.session > to) return null;
  /** Growth since the last close before a date; since the start where account and benchmark both begin later. */
  const since = (date: string, orStart = false): number | null => {
    const base = closes.findLast(({ session }) => session < date);
    if (base !== undefined) return last.close / base.close - 1;
    const isWhole = first.session === points[0]?.session && closes.length > 1;
    return orStart && isWhole ? last.close / first.close - 1 : null;
  };
  return {
    symbol,
    span: since(from, true),
    monthToDate: since(`${to.slice(0, 7)}-01`, true),
    threeMonths: since(monthsUpTo(to, 3)),
    sixMonths: since(monthsUpTo(to, 6)),
    yearToDate: since(`${to.slice(0, 4)}-01-01`, true),
    oneYear: since(monthsUpTo(to, 12)),
    sinceStart: closes.length < 2 ? null : last.close / first.close - 1,
    from: first.session,
    metrics: benchmarkMetrics(accountReturns(points), closeReturns(points, closes)),
  };
}

/** The account's returns by the session they ended in. */
export const accountReturns = (points: readonly EquityPoint[]): SessionReturn[] =>
  timeWeighted(points).returns.map((value, i) => ({
    session: (points[i + 1] as EquityPoint).session,
    value,
  }));

/**
 * The benchmark's returns from close to close of the account's curve: one that spans a session which only the account
 * has would be compared with a shorter one.
 */
export function closeReturns(
  points: readonly EquityPoint[],
  closes: readonly BenchmarkClose[],
): SessionReturn[] {
  const bySession = new Map(closes.map(({ session, close }) => [session, close]));
  return points.slice(1).flatMap(({ session }, i): SessionReturn[] => {
    const before = bySession.get((points[i] as EquityPoint).session);
    const after = bySession.get(session);
    return before === undefined || after === undefined
      ? []
      : [{ session, value: after / before - 1 }];
  });
}
