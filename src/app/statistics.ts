import { historyFolder } from '../adapters/file/file-history.ts';
import { readHistory } from '../adapters/file/history-reader.ts';
import { ordinalAtOrBefore } from '../calendar/nyse.ts';
import { type SessionDate, sessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf } from '../events/event.ts';
import type { MetricValue } from '../ledger/metrics.ts';
import { benchmarkMetrics, type SessionReturn } from '../ledger/metrics-benchmark.ts';
import { curveMetrics, type EquityPoint, timeWeighted } from '../ledger/metrics-curve.ts';
import type { BenchmarkMetricId, CurveMetricId } from '../ledger/metrics-definitions.ts';
import { type SessionSpan, type TradeSummary, tradeMetrics } from '../ledger/metrics-trades.ts';
import { type Grouping, groupTrades, type TradeGroup, type Trend } from '../ledger/statistics.ts';
import { Traded } from '../ledger/traded.ts';
import { type TrendRow, trendOf } from '../ledger/trend.ts';
import type { HistoryReader } from '../ports/history.ts';
import { curveOf } from '../reporting/performance.ts';

export interface StatisticsRequest {
  readonly reader: HistoryReader;
  /** Trades that ended in this session or later, and the curve from the close before it. */
  readonly since: SessionDate | null;
  readonly by: Grouping | null;
  readonly trend: Trend | null;
  /** Annual, a fraction. */
  readonly riskFreeRate: number;
}

export interface CurveStatistics {
  /** The row before the first session with a return, and the last one. */
  readonly from: SessionDate | null;
  readonly to: SessionDate | null;
  readonly sessions: number;
  readonly metrics: Readonly<Record<CurveMetricId, MetricValue>>;
}

export interface Statistics {
  readonly curve: CurveStatistics;
  readonly trades: TradeSummary;
  readonly groups: readonly TradeGroup[] | null;
  readonly trend: readonly TrendRow[] | null;
}

/** The history of a home, for reading: also while a daemon writes it. */
export const homeReader = (home: string): HistoryReader => readHistory(historyFolder(home));

/** Sessions from one to another, both counted. */
export const sessionSpan: SessionSpan = (from, to) =>
  ordinalAtOrBefore(sessionDate(to)) - ordinalAtOrBefore(sessionDate(from)) + 1;

/** Metrics of a history: of its trades, and of its equity at the closes. */
export async function homeStatistics(request: StatisticsRequest): Promise<Statistics> {
  const { reader, since, by, trend, riskFreeRate } = request;
  const { marks, traded } = await closesOf(reader);
  const points = curveOf(marks);
  const first = since === null ? 0 : points.findLastIndex(({ session }) => session < since);
  const trades: TradeRecord[] = [];
  for await (const trade of reader.trades()) {
    const end = trade.exitSession ?? trade.entrySession;
    if (since === null || end >= since) trades.push(trade);
  }
  const curve = points.slice(Math.max(0, first));
  return {
    curve: curveStatistics(curve, {
      riskFreeRate,
      tradedNotional: traded.between(curve[0]?.session ?? null, null),
    }),
    trades: tradeMetrics(trades, sessionSpan),
    groups: by === null ? null : groupTrades(trades, by, sessionSpan),
    trend: trend === null ? null : trendOf(curve, trades, trend, sessionSpan),
  };
}

/** The marks of the closes, one a session: what the journal counts returns between; and what was traded. */
async function closesOf(reader: HistoryReader): Promise<{
  readonly marks: readonly EventOf<'account.marked'>[];
  readonly traded: Traded;
}> {
  const marks = new Map<SessionDate, EventOf<'account.marked'>>();
  const traded = new Traded();
  for await (const event of reader.events()) {
    traded.follow(event);
    if (event.type === 'account.marked' && event.cause === 'close') marks.set(event.session, event);
  }
  return { marks: [...marks.values()].sort((a, b) => (a.session < b.session ? -1 : 1)), traded };
}

/** Metrics of any curve; the first point is the row before the first session with a return. */
export const curveStatistics = (
  points: readonly EquityPoint[],
  options: { readonly riskFreeRate: number; readonly tradedNotional?: number },
): CurveStatistics => ({
  from: points[0]?.session ?? null,
  to: points.at(-1)?.session ?? null,
  sessions: Math.max(0, points.length - 1),
  metrics: curveMetrics(points, options),
});

/** A curve beside a benchmark's, on the sessions both have a return for. */
export function besideBenchmark(
  points: readonly EquityPoint[],
  benchmark: readonly EquityPoint[],
  riskFreeRate: number,
): Readonly<Record<BenchmarkMetricId, MetricValue>> {
  return benchmarkMetrics(returnsOf(points), returnsOf(benchmark), riskFreeRate);
}

const returnsOf = (points: readonly EquityPoint[]): SessionReturn[] =>
  timeWeighted(points).returns.map((value, i) => ({
    session: (points[i + 1] as EquityPoint).session,
    value,
  }));
