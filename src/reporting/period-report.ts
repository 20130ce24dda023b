import { isoUtc, type SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { MetricValue } from '../ledger/metrics.ts';
import {
  curveMetrics,
  type Drawdown,
  drawdowns,
  type EquityPoint,
} from '../ledger/metrics-curve.ts';
import type { CurveMetricId } from '../ledger/metrics-definitions.ts';
import { settled, type TradeSummary, tradeMetrics } from '../ledger/metrics-trades.ts';
import {
  type EntryCell,
  entryGrid,
  type Grouping,
  groupTrades,
  type TradeGroup,
} from '../ledger/statistics.ts';
import { type TrendRow, trendOf } from '../ledger/trend.ts';
import { type AccountBridge, accountBridge } from './account-bridge.ts';
import type { Attention } from './attention.ts';
import { type BenchmarkReturns, benchmarkCloses, benchmarkReturns } from './benchmark.ts';
import {
  type AccountState,
  accountState,
  type Reconciliation,
  reconciliationOf,
} from './day-checks.ts';
import { foldOrders, type OrderRow } from './day-orders.ts';
import { type Execution, executionOf, type FilledOrder, filledOrders } from './execution.ts';
import { plural } from './format.ts';
import { headline } from './headline.ts';
import type { PositionRow } from './open-positions.ts';
import {
  type Operations,
  operationsOf,
  type PipelineTotals,
  pipelineTotals,
} from './operations.ts';
import { type CurveRow, curveOf, curveRows, type EquityRow, equityRows } from './performance.ts';
import { type DayRow, dayRows } from './period-days.ts';
import { type PeriodReturns, periodReturns } from './period-returns.ts';
import { standingOf } from './period-standing.ts';
import {
  closedBetween,
  type NextSession,
  nextOf,
  orderRows,
  REPORT_SCHEMA_VERSION,
  type ReportHeader,
  sessionSpan,
  stillOpen,
} from './report.ts';
import type { PeriodReportInput } from './report-input.ts';
import { type RollingRow, rollingRows } from './rolling.ts';

export interface PeriodHeader
  extends Omit<ReportHeader, 'session' | 'openAt' | 'closeAt' | 'earlyClose'> {
  /** "2026-W10", "2026-03". */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Sessions that have begun, of all in the span. */
  readonly sessionsBegun: number;
  readonly sessions: number;
}

/** The metrics of a curve over the span, and over everything there is. */
export type MetricsOf = Readonly<Record<CurveMetricId, MetricValue>>;

export interface PeriodReport {
  readonly schemaVersion: typeof REPORT_SCHEMA_VERSION;
  readonly kind: 'weekly' | 'monthly';
  /** The whole span in one line. */
  readonly sentence: string;
  readonly preliminary: boolean;
  readonly header: PeriodHeader;
  /** As things stand at the end: what was put right on the way is not here. */
  readonly attention: readonly Attention[];
  readonly bridge: AccountBridge;
  readonly returns: PeriodReturns;
  readonly accountState: AccountState | null;
  readonly days: readonly DayRow[];
  /** This span and the four before it, oldest first; fewer where the history is younger. */
  readonly trend: readonly TrendRow[];
  readonly closedTrades: readonly TradeRecord[];
  readonly openTrades: readonly TradeRecord[];
  readonly tradeSummary: TradeSummary;
  /** By weekday and hour of the entry. */
  readonly entries: readonly EntryCell[];
  readonly groups: Readonly<Record<Grouping, readonly TradeGroup[]>>;
  /** Null where the home has no benchmark. */
  readonly benchmark: BenchmarkReturns | null;
  readonly metrics: { readonly span: MetricsOf; readonly sinceStart: MetricsOf };
  /** The ten deepest since the start, the deepest first. */
  readonly drawdowns: readonly Drawdown[];
  /** Since the start, oldest first. */
  readonly months: readonly TrendRow[];
  /** Of a month: the half years that end at each of the last sessions. */
  readonly rolling: readonly RollingRow[];
  readonly positions: readonly PositionRow[];
  readonly orders: readonly OrderRow[];
  readonly execution: Execution;
  readonly filledOrders: readonly FilledOrder[];
  readonly pipeline: PipelineTotals;
  readonly reconciliation: Reconciliation;
  readonly operations: Operations;
  readonly next: NextSession | null;
  readonly equity: readonly EquityRow[];
  /** Closes of the span, the one before it first. */
  readonly curve: readonly CurveRow[];
  readonly notes: readonly string[];
}

/** How many spans are shown beside this one. */
const SPANS_BESIDE = 4;
const WORST_DRAWDOWNS = 10;

/** The report of a week or month from its records and events. Pure: the same input gives the same report. */
export function buildPeriodReport(input: PeriodReportInput): PeriodReport {
  const { kind, name, from, last, sessions, events, facts } = input;
  const { today, marks } = events;
  const end = marks.findLast(({ session }) => session >= from && session <= last.date) ?? null;
  const start = marks.findLast(({ session }) => session < from) ?? null;
  const closedTrades = closedBetween(input.trades, from, last.date);
  const openTrades = stillOpen(input.trades);
  const folded = foldOrders(events);
  const bridge = accountBridge({ start, end }, events, closedTrades, facts.mode);
  const points = curveOf(marks);
  const own = pointsOf(points, from);
  const begun = sessions.filter(({ openAt }) => openAt <= input.asOf).map(({ date }) => date);
  const reconciliation = reconciliationOf(today, input.breaks);
  const filled = filledOrders(folded, today, start);
  const execution = executionOf(folded, today, filled);
  const upTo = lastDayOf(input);
  const returns = periodReturns(points, from, upTo);
  const tradeSummary = tradeMetrics(closedTrades, sessionSpan);
  const benchmark = benchmarkReturns(marks, points, from, upTo);
  const standing = standingOf(input, {
    end,
    bridge,
    reconciliation,
    execution,
    folded,
    openTrades,
  });
  const preliminary = input.asOf < (sessions.at(-1)?.closeAt ?? last.closeAt);
  const trend = trendOf(points, input.trades, kind === 'weekly' ? 'week' : 'month', sessionSpan);
  const place = trend.findIndex(({ key }) => key === name);
  return {
    schemaVersion: REPORT_SCHEMA_VERSION,
    kind,
    sentence: headline({
      name,
      preliminary,
      pnl: bridge.pnl,
      earned: returns.span,
      tradeSummary,
      positions: standing.positions.length,
      reconciliation,
      attention: standing.attention.length,
    }),
    preliminary,
    header: headerOf(input, begun.length),
    attention: standing.attention,
    bridge,
    returns,
    accountState: accountState(end),
    days: dayRows({ sessions: begun, points, marks, trades: closedTrades, orders: folded, today }),
    trend: trend.slice(Math.max(0, place - SPANS_BESIDE), place + 1),
    closedTrades,
    openTrades,
    tradeSummary,
    entries: entryGrid(closedTrades, sessionSpan),
    groups: groupsOf(closedTrades),
    benchmark,
    ...sheetOf(input, points, own),
    positions: standing.positions,
    orders: orderRows(folded, closedTrades),
    execution,
    filledOrders: filled,
    pipeline: pipelineTotals(input.runs, today),
    reconciliation,
    operations: operationsOf(input.runs, today, input.breaks, closedTrades),
    next: nextOf({ session: last, nextSession: input.nextSession }, folded),
    equity: equityRows(marks, from),
    curve: curveRows(points, own.length, benchmarkCloses(marks)),
    notes: notesOf(input, closedTrades, benchmark?.symbol ?? null),
  };
}

/** The curve from the close before a date. */
const pointsOf = (points: readonly EquityPoint[], from: SessionDate): readonly EquityPoint[] => {
  const before = points.findLastIndex(({ session }) => session < from);
  return points.slice(Math.max(0, before));
};

/** Three months up to the end of a month are three months of the calendar, whatever the weekday it ends on. */
const lastDayOf = ({ kind, sessions, last, to }: PeriodReportInput): SessionDate =>
  kind === 'monthly' && sessions.at(-1)?.date === last.date ? to : last.date;

/** What the curve says, of the span `own` and of everything there is. */
const sheetOf = (
  { kind, trades, traded, events: { marks } }: PeriodReportInput,
  points: readonly EquityPoint[],
  own: readonly EquityPoint[],
): Pick<PeriodReport, 'metrics' | 'drawdowns' | 'months' | 'rolling'> => ({
  metrics: {
    span: curveMetrics(own, { tradedNotional: traded.between(own[0]?.session ?? null, null) }),
    sinceStart: curveMetrics(points, { tradedNotional: traded.between(null, null) }),
  },
  drawdowns: worstOf(points),
  months: trendOf(points, trades, 'month', sessionSpan),
  rolling: kind === 'monthly' ? rollingRows(points, benchmarkCloses(marks)) : [],
});

export const worstOf = (points: readonly EquityPoint[]): Drawdown[] =>
  drawdowns(points)
    .sort((a, b) => a.depth - b.depth || (a.peak < b.peak ? -1 : 1))
    .slice(0, WORST_DRAWDOWNS);

export const groupsOf = (closed: readonly TradeRecord[]): PeriodReport['groups'] => ({
  symbol: groupTrades(closed, 'symbol', sessionSpan),
  strategy: groupTrades(closed, 'strategy', sessionSpan),
  exit: groupTrades(closed, 'exit', sessionSpan),
  weekday: groupTrades(closed, 'weekday', sessionSpan),
  hour: groupTrades(closed, 'hour', sessionSpan),
  holding: groupTrades(closed, 'holding', sessionSpan),
});

function headerOf(input: PeriodReportInput, begun: number): PeriodHeader {
  const { name, from, to, sessions, facts, events } = input;
  const through = events.today.at(-1);
  return {
    name,
    from,
    to,
    sessionsBegun: begun,
    sessions: sessions.length,
    mode: facts.mode,
    account: facts.account,
    identity: facts.identity,
    dataLabel: facts.dataLabel,
    version: facts.version,
    configHash: facts.configHash,
    throughSeq: through?.seq ?? null,
    throughAt: through === undefined ? null : isoUtc(through.at),
  };
}

function notesOf(
  { facts, kind }: PeriodReportInput,
  trades: readonly TradeRecord[],
  benchmark: string | null,
): string[] {
  const n = settled(trades).length;
  return [
    `Data: ${facts.dataLabel}.`,
    ...(n > 0 && n < 100 ? [`${plural(n, 'trade')}: below 100, ratios are indicative.`] : []),
    'Returns are time-weighted; deposits and withdrawals count at the start of their day.',
    'Weeks begin on Monday (ISO 8601). Trades belong to the session of their exit, hours and weekdays to the entry.',
    'Trades are net of commissions, flat to flat; R is net P&L over (average entry - initial stop) x quantity.',
    'Ratios of a year use 252 sessions; below the sample a metric needs there is n/a with the sample.',
    ...(benchmark === null
      ? [
          `No benchmark stands beside this ${kind === 'weekly' ? 'week' : 'month'}: report.benchmark names none.`,
        ]
      : [`The benchmark is the price of ${benchmark}, without its dividends.`]),
    'Exits are measured against the last mark before they were sent, stops against their stop price.',
    'Definitions: docs/METRICS.md.',
    'Every order, decision and candidate is in the daily reports.',
  ];
}
