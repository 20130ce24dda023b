import type { SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf } from '../events/event.ts';
import type { MetricValue } from '../ledger/metrics.ts';
import { benchmarkMetrics } from '../ledger/metrics-benchmark.ts';
import { curveMetrics, type Drawdown, type EquityPoint } from '../ledger/metrics-curve.ts';
import type { BenchmarkMetricId } from '../ledger/metrics-definitions.ts';
import { settled, type TradeSummary, tradeMetrics } from '../ledger/metrics-trades.ts';
import type { MonteCarlo } from '../ledger/monte-carlo.ts';
import { type EntryCell, entryGrid } from '../ledger/statistics.ts';
import { Traded } from '../ledger/traded.ts';
import { type TrendRow, trendOf } from '../ledger/trend.ts';
import { type AccountBridge, accountBridge } from './account-bridge.ts';
import { type Comparison, comparisonsOf, type RandomPicks } from './backtest-comparison.ts';
import type {
  Assumption,
  BacktestHeader,
  BacktestReportInput,
  LookAheadCheck,
  ParameterRow,
  SensitivityRow,
} from './backtest-input.ts';
import { accountReturns, type BenchmarkClose, closeReturns } from './benchmark.ts';
import { accountMoves } from './day-book.ts';
import { type AccountState, accountState } from './day-checks.ts';
import { type DayOrder, foldOrders, type OrderRow } from './day-orders.ts';
import { type Execution, executionOf } from './execution.ts';
import { money, percent, plural, share } from './format.ts';
import { tradesText } from './headline.ts';
import { type PositionRow, positionRows } from './open-positions.ts';
import { type CurveRow, curveOf, curveRows, type EquityRow, equityRows } from './performance.ts';
import { type DayRow, dayRows } from './period-days.ts';
import { groupsOf, type MetricsOf, type PeriodReport, worstOf } from './period-report.ts';
import {
  closedBetween,
  orderRows,
  REPORT_SCHEMA_VERSION,
  sessionSpan,
  stillOpen,
} from './report.ts';
import { type RollingRow, rollingRows } from './rolling.ts';

/** A part of the range by itself. */
export interface RangePart {
  readonly from: SessionDate;
  readonly to: SessionDate;
  readonly metrics: MetricsOf;
  readonly tradeSummary: TradeSummary;
}

export interface BacktestReport {
  readonly schemaVersion: typeof REPORT_SCHEMA_VERSION;
  readonly kind: 'backtest';
  /** The whole backtest in one line. */
  readonly sentence: string;
  readonly header: BacktestHeader;
  readonly assumptions: readonly Assumption[];
  readonly parameters: readonly ParameterRow[];
  readonly bridge: AccountBridge;
  readonly accountState: AccountState | null;
  readonly metrics: MetricsOf;
  readonly tradeSummary: TradeSummary;
  /** Against the equal weight of the same universe. */
  readonly againstEqualWeight: Readonly<Record<BenchmarkMetricId, MetricValue>>;
  readonly comparisons: readonly Comparison[];
  readonly randomPicks: RandomPicks | null;
  readonly parts: { readonly inSample: RangePart; readonly outOfSample: RangePart } | null;
  /** Sum of R and net P&L as traded, and as they would be at an intensity of 1. */
  readonly intensity: IntensityEffect;
  readonly groups: PeriodReport['groups'];
  readonly months: readonly TrendRow[];
  readonly drawdowns: readonly Drawdown[];
  readonly closedTrades: readonly TradeRecord[];
  readonly openTrades: readonly TradeRecord[];
  readonly positions: readonly PositionRow[];
  readonly execution: Execution;
  readonly pipeline: BacktestReportInput['pipeline'];
  readonly monteCarlo: MonteCarlo | null;
  readonly sensitivity: readonly SensitivityRow[] | null;
  readonly lookAhead: LookAheadCheck | null;
  readonly equity: readonly EquityRow[];
  readonly curve: readonly CurveRow[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** What adaptive size did to the result. */
export interface IntensityEffect {
  readonly average: number | null;
  readonly sumR: number;
  readonly netPnl: number;
  /** Each trade's P&L over the factor it was sized with. */
  readonly netPnlAtFull: number;
}

/** The parts of a tear sheet that are tables of their own and too long for its JSON. */
export interface BacktestTables {
  readonly orders: readonly OrderRow[];
  readonly days: readonly DayRow[];
  /** Against equal weight; every half year of the range. */
  readonly rolling: readonly RollingRow[];
  readonly entries: readonly EntryCell[];
}

/** The tear sheet from what a backtest left behind. Pure: the same input gives the same report. */
export function buildBacktestReport(input: BacktestReportInput): {
  readonly report: BacktestReport;
  readonly tables: BacktestTables;
} {
  const { header, marks, trades } = input;
  const events = { today: input.events, earlier: [], marks };
  const start = marks[0] ?? null;
  const end = marks.at(-1) ?? null;
  const closedTrades = closedBetween(trades, header.from, header.to);
  const openTrades = stillOpen(trades);
  const orders = foldOrders(events);
  const points = curveOf(marks);
  const traded = Traded.of(input.events);
  const metrics = curveMetrics(points, { tradedNotional: traded.between(null, null) });
  const tradeSummary = tradeMetrics(closedTrades, sessionSpan);
  const exposure = metrics.averageExposure.value ?? 0;
  const comparisons = comparisonsOf(points, input.equalWeight, exposure);
  const moves = accountMoves(events, end?.seq ?? 0, Number.MAX_SAFE_INTEGER);
  const mark = end;
  const session = header.to;
  const report: BacktestReport = {
    schemaVersion: REPORT_SCHEMA_VERSION,
    kind: 'backtest',
    sentence: sentenceOf(input, metrics, tradeSummary, comparisons),
    header,
    assumptions: input.assumptions,
    parameters: input.parameters,
    bridge: accountBridge({ start, end }, events, closedTrades, 'backtest'),
    accountState: accountState(end),
    metrics,
    tradeSummary,
    againstEqualWeight: benchmarkMetrics(
      accountReturns(points),
      closeReturns(points, closesOf(input.equalWeight)),
    ),
    comparisons,
    randomPicks: input.randomPicks,
    parts: partsOf(points, trades, traded, header.split),
    intensity: intensityEffect(closedTrades, marks),
    groups: groupsOf(closedTrades),
    months: trendOf(points, trades, 'month', sessionSpan),
    drawdowns: worstOf(points),
    closedTrades,
    openTrades,
    positions: positionRows(moves.after, { trades: openTrades, orders, mark, session }),
    execution: executionOf(orders, input.events),
    pipeline: input.pipeline,
    monteCarlo: input.monteCarlo,
    sensitivity: input.sensitivity,
    lookAhead: input.lookAhead,
    equity: equityRows(marks, header.from),
    curve: curveRows(points),
    warnings: input.warnings,
    notes: notesOf(closedTrades),
  };
  return { report, tables: tablesOf(input, points, orders, closedTrades) };
}

function tablesOf(
  { sessions, marks, events, equalWeight }: BacktestReportInput,
  points: readonly EquityPoint[],
  orders: readonly DayOrder[],
  closedTrades: readonly TradeRecord[],
): BacktestTables {
  const dates = sessions.map(({ date }) => date);
  return {
    orders: orderRows(orders, closedTrades),
    days: dayRows({ sessions: dates, points, marks, trades: closedTrades, orders, today: events }),
    rolling: rollingRows(points, closesOf(equalWeight), points.length),
    entries: entryGrid(closedTrades, sessionSpan),
  };
}

const closesOf = (rows: BacktestReportInput['equalWeight']): BenchmarkClose[] =>
  rows.map(({ session, equity }) => ({ session, close: equity }));

/** The two sides of a split: the row before a side's first session is where its curve begins. */
function partsOf(
  points: readonly EquityPoint[],
  trades: readonly TradeRecord[],
  traded: Traded,
  split: SessionDate | null,
): BacktestReport['parts'] {
  const cut = split === null ? -1 : points.findIndex(({ session }) => session >= split);
  // One outside the range is refused before anything is played; the data, or a halt, may still leave a side empty.
  if (split === null || cut < 2) return null;
  const side = (own: readonly EquityPoint[], isOfSide: (exit: string) => boolean): RangePart => {
    const exits = trades.filter(({ exitSession }) => exitSession !== null && isOfSide(exitSession));
    const [before, last] = [own[0] as EquityPoint, own.at(-1) as EquityPoint];
    return {
      from: (own[1] ?? before).session,
      to: last.session,
      metrics: curveMetrics(own, {
        tradedNotional: traded.between(before.session, last.session),
      }),
      tradeSummary: tradeMetrics(exits, sessionSpan),
    };
  };
  return {
    inSample: side(points.slice(0, cut), (exit) => exit < split),
    outOfSample: side(points.slice(cut - 1), (exit) => exit >= split),
  };
}

/** The factor is set once a session, so every trade was sized with that of its entry session. */
function intensityEffect(
  closedTrades: readonly TradeRecord[],
  marks: readonly EventOf<'account.marked'>[],
): IntensityEffect {
  const bySession = new Map(marks.map(({ session, intensity }) => [session as string, intensity]));
  const own = marks.slice(1).map(({ intensity }) => intensity);
  const known = settled(closedTrades);
  const micros = (value: number): number => Math.round(value * 1e6);
  let [net, full, sumR] = [0, 0, 0];
  for (const { netPnl, entrySession, rMultiple } of known) {
    net += micros(netPnl);
    full += micros(netPnl / (bySession.get(entrySession) ?? 1));
    sumR += micros(rMultiple ?? 0);
  }
  return {
    average: own.length === 0 ? null : own.reduce((a, b) => a + b, 0) / own.length,
    sumR: sumR / 1e6,
    netPnl: net / 1e6,
    netPnlAtFull: full / 1e6,
  };
}

function sentenceOf(
  { header }: BacktestReportInput,
  metrics: MetricsOf,
  trades: TradeSummary,
  comparisons: readonly Comparison[],
): string {
  const ended = {
    completed: '',
    halted: `, halted on ${header.to}`,
    interrupted: `, interrupted on ${header.to}`,
    failed: `, FAILED after ${header.to}`,
  }[header.status];
  const partial = header.status === 'failed' || header.status === 'interrupted' ? ' PARTIAL' : '';
  const equal = comparisons.find(({ id }) => id === 'equalWeight');
  const parts = [
    `${money(metrics.netChange.value)} (${percent(metrics.totalReturn.value)})`,
    tradesText(trades),
    `drawdown ${share(metrics.maxDrawdown.value)}`,
    `exposure ${share(metrics.averageExposure.value)}`,
    ...(equal === undefined ? [] : [`equal weight ${percent(equal.metrics.totalReturn.value)}`]),
  ];
  return `Backtest${partial} ${header.from} to ${header.to}${ended}: ${parts.join(', ')}.`;
}

function notesOf(trades: readonly TradeRecord[]): string[] {
  const n = settled(trades).length;
  return [
    ...(n < 100
      ? [`${plural(n, 'trade')}: below 100, ratios are indicative.`]
      : [`${n} trades: no number here says that the next ones will be like them.`]),
    'Returns are time-weighted, on closes. Trades are net of commissions, flat to flat; R is net P&L over (average entry - initial stop) x quantity.',
    'Ratios of a year use 252 sessions; CAGR counts calendar days from the row before the first session. Below the sample a metric needs it is n/a with the sample.',
    'Averages include sessions before the first trade.',
    'The comparisons trade without cost; equal weight is bought at the close of the first session and never rebalanced.',
    'Every order is in orders.csv, every row of every scan with its fate in decisions.csv, every moved stop in stops.csv.',
  ];
}
