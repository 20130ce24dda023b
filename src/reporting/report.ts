/**
 * The one model of a report. Everything is computed here; the renderers only lay it out. Money is dollars with at most
 * six decimals, ratios are fractions, times ISO UTC: the model is what report.json holds.
 */
import { closureOf, ordinalAtOrBefore, specialHoursOf } from '../calendar/nyse.ts';
import { isLive } from '../domain/order.ts';
import {
  DAY_MS,
  dateToUtcMs,
  epochMs,
  isoUtc,
  type SessionDate,
  sessionDate,
} from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf } from '../events/event.ts';
import { type SessionSpan, type TradeSummary, tradeMetrics } from '../ledger/metrics-trades.ts';
import { type AccountBridge, accountBridge } from './account-bridge.ts';
import { type Attention, attentionOf } from './attention.ts';
import { type BenchmarkReturns, benchmarkCloses, benchmarkReturns } from './benchmark.ts';
import { accountMoves } from './day-book.ts';
import {
  type AccountState,
  accountState,
  type JobRow,
  jobRows,
  type LimitRow,
  limitRows,
  type Reconciliation,
  reconciliationOf,
} from './day-checks.ts';
import { type DayOrder, foldOrders, type OrderRow, orderRow } from './day-orders.ts';
import { type Execution, executionOf, type FilledOrder, filledOrders } from './execution.ts';
import { funnelsOf, type RunFunnel } from './funnel.ts';
import { dayName, headline } from './headline.ts';
import { type Intraday, intradayOf } from './intraday.ts';
import { dayNotes } from './notes.ts';
import { type PositionRow, positionRows } from './open-positions.ts';
import { type Operations, operationsOf } from './operations.ts';
import {
  type CurveRow,
  curveOf,
  curveRows,
  type EquityRow,
  equityRows,
  type Performance,
  performanceOf,
} from './performance.ts';
import type { DailyReportInput, DayEvents } from './report-input.ts';

/** Raised when a field changes its meaning or goes away. */
export const REPORT_SCHEMA_VERSION = 1;

export interface ReportHeader {
  readonly session: string;
  readonly openAt: string;
  readonly closeAt: string;
  readonly earlyClose: boolean;
  readonly mode: string;
  readonly account: string;
  readonly identity: string;
  /** The market behind the numbers: "synthetic market, seed 1". */
  readonly dataLabel: string;
  readonly version: string;
  readonly configHash: string;
  /** The last event of the journal that is in this report, and when it was written. */
  readonly throughSeq: number | null;
  readonly throughAt: string | null;
}

/** The session after this one. */
export interface NextSession {
  readonly session: string;
  readonly openAt: string;
  readonly closeAt: string;
  readonly earlyClose: boolean;
  /** Calendar days from this session to that one; above 1 there is a weekend or a holiday between. */
  readonly daysAway: number;
  /** Why it opens late or closes early; null for regular hours. */
  readonly hoursNote: string | null;
  /** Weekdays between that have no session, and why. */
  readonly closures: readonly { readonly date: string; readonly name: string }[];
  /** Orders that are sent for it: to leave, mostly at its open. */
  readonly exits: readonly { readonly symbol: string; readonly reason: string | null }[];
}

export interface DailyReport {
  readonly schemaVersion: typeof REPORT_SCHEMA_VERSION;
  readonly kind: 'daily';
  /** The whole day in one line. */
  readonly sentence: string;
  /** True before the close: numbers will still change. */
  readonly preliminary: boolean;
  readonly header: ReportHeader;
  readonly attention: readonly Attention[];
  readonly bridge: AccountBridge;
  readonly performance: Performance;
  /** Null where the home has no benchmark. */
  readonly benchmark: BenchmarkReturns | null;
  /** Null where the account was not marked. */
  readonly accountState: AccountState | null;
  /** By exit time, then symbol. */
  readonly closedTrades: readonly TradeRecord[];
  readonly openTrades: readonly TradeRecord[];
  readonly tradeSummary: TradeSummary;
  readonly positions: readonly PositionRow[];
  readonly orders: readonly OrderRow[];
  readonly execution: Execution;
  /** Orders filled in this session, one by one. */
  readonly filledOrders: readonly FilledOrder[];
  readonly runs: readonly RunFunnel[];
  readonly limits: readonly LimitRow[];
  readonly reconciliation: Reconciliation;
  readonly jobs: readonly JobRow[];
  readonly operations: Operations;
  readonly next: NextSession | null;
  readonly equity: readonly EquityRow[];
  /** The last closes, up to this one. */
  readonly curve: readonly CurveRow[];
  /** The valuations of the day, from the one before it on. */
  readonly intraday: Intraday;
  readonly notes: readonly string[];
}

/** Closes in the curve of a daily report: about three months. */
const CURVE_SESSIONS = 61;

/** Sessions held, the entry session counting 1. */
export const sessionSpan: SessionSpan = (from, to) =>
  from === to
    ? 1
    : ordinalAtOrBefore(to as SessionDate) - ordinalAtOrBefore(from as SessionDate) + 1;

export const textOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const isWeekend = (date: SessionDate): boolean =>
  [0, 6].includes(new Date(dateToUtcMs(date)).getUTCDay());

/** The report of a day from its records and events. Pure: the same input gives the same report. */
export function buildDailyReport(input: DailyReportInput): DailyReport {
  const { session, asOf, previousSession: before, facts, events } = input;
  const { today } = events;
  const end = events.marks.findLast((mark) => mark.session === session.date) ?? null;
  const start = events.marks.findLast((mark) => mark.session <= before) ?? null;
  const closedTrades = closedBetween(input.trades, session.date, session.date);
  const openTrades = stillOpen(input.trades);
  const folded = foldOrders(events);
  const orders = orderRows(folded, closedTrades);
  const bridge = accountBridge({ start, end }, events, closedTrades, facts.mode);
  const last = accountMoves(events, end?.seq ?? 0, Number.MAX_SAFE_INTEGER);
  const runs = input.runs.filter((run) => run.session === session.date);
  const held = { trades: openTrades, orders: folded, mark: end, session: session.date };
  const positions = positionRows(last.after, held);
  const filled = filledOrders(folded, today, start);
  const execution = executionOf(folded, today, filled);
  const reconciliation = reconciliationOf(today, input.breaks);
  const preliminary = asOf < session.closeAt;
  const points = curveOf(events.marks);
  const performance = performanceOf(points, session.date);
  const funnels = funnelsOf(runs, today, orders);
  const attention = attentionOf({
    today,
    runs,
    orders: folded,
    positions,
    bridge,
    reconciliation,
    execution,
    oversold: last.oversold,
    preliminary,
    marked: end !== null,
    markedAtClose: end?.cause === 'close',
  });
  const tradeSummary = tradeMetrics(closedTrades, sessionSpan);
  return {
    schemaVersion: REPORT_SCHEMA_VERSION,
    kind: 'daily',
    sentence: headline({
      name: dayName(session.date),
      preliminary,
      pnl: bridge.pnl,
      earned: performance.day,
      tradeSummary,
      positions: positions.length,
      reconciliation,
      attention: attention.length,
    }),
    preliminary,
    header: headerOf(input),
    attention,
    bridge,
    performance,
    benchmark: benchmarkReturns(events.marks, points, session.date, session.date),
    accountState: accountState(end),
    closedTrades,
    openTrades,
    tradeSummary,
    positions,
    orders,
    execution,
    filledOrders: filled,
    runs: funnels,
    limits: limitsOf(input, bridge, end, folded),
    reconciliation,
    jobs: jobRows(runs, today),
    operations: operationsOf(runs, today, input.breaks, closedTrades),
    next: nextOf(input, folded),
    ...curvesOf(events, start, session.date),
    notes: dayNotes({ events, end, facts, funnels, positions, closedTrades }),
  };
}

function limitsOf(
  input: DailyReportInput,
  bridge: AccountBridge,
  mark: EventOf<'account.marked'> | null,
  orders: readonly DayOrder[],
): LimitRow[] {
  const losingStreak = input.losingStreak ?? null;
  return limitRows(input.facts.limits, { bridge, mark, orders, losingStreak });
}

/** The account close by close, and through the day. */
const curvesOf = (
  events: DayEvents,
  start: EventOf<'account.marked'> | null,
  session: SessionDate,
): Pick<DailyReport, 'equity' | 'curve' | 'intraday'> => ({
  equity: equityRows(events.marks, session),
  curve: curveRows(curveOf(events.marks), CURVE_SESSIONS, benchmarkCloses(events.marks)),
  intraday: intradayOf(start, events, session),
});

/** The orders with why they were sent, which for those that ended a trade the trade knows. */
export function orderRows(folded: readonly DayOrder[], closed: readonly TradeRecord[]): OrderRow[] {
  const reasons = new Map(closed.map(({ exitRef, exitReason }) => [exitRef, exitReason]));
  return folded.map((order) => orderRow(order, reasons.get(order.orderRef)));
}

/** Trades that ended from one session to another, by exit time, then symbol. */
export function closedBetween(
  trades: readonly TradeRecord[],
  from: string,
  to: string,
): TradeRecord[] {
  return trades
    .filter(
      ({ status, exitSession }) =>
        status === 'closed' && exitSession !== null && exitSession >= from && exitSession <= to,
    )
    .sort((a, b) => textOrder(a.exitAt ?? '', b.exitAt ?? '') || textOrder(a.symbol, b.symbol));
}

/** Open trades by symbol. */
export const stillOpen = (trades: readonly TradeRecord[]): TradeRecord[] =>
  trades.filter(({ status }) => status === 'open').sort((a, b) => textOrder(a.symbol, b.symbol));

function headerOf({ session, facts, events }: DailyReportInput): ReportHeader {
  const through = events.today.at(-1);
  return {
    session: session.date,
    openAt: isoUtc(session.openAt),
    closeAt: isoUtc(session.closeAt),
    earlyClose: session.earlyClose,
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

/** The session after one, and what leaves in it; null where the calendar ends. */
export function nextOf(
  { session, nextSession }: Pick<DailyReportInput, 'session' | 'nextSession'>,
  orders: readonly DayOrder[],
): NextSession | null {
  if (nextSession === null) return null;
  const first = dateToUtcMs(session.date);
  const days = (dateToUtcMs(nextSession.date) - first) / DAY_MS;
  const between = Array.from({ length: days - 1 }, (_, i) =>
    sessionDate(isoUtc(epochMs(first + (i + 1) * DAY_MS)).slice(0, 10)),
  );
  return {
    session: nextSession.date,
    openAt: isoUtc(nextSession.openAt),
    closeAt: isoUtc(nextSession.closeAt),
    earlyClose: nextSession.earlyClose,
    daysAway: days,
    hoursNote: specialHoursOf(nextSession.date)?.name ?? null,
    closures: between.flatMap((date) => {
      const name = closureOf(date)?.name;
      return name === undefined || isWeekend(date) ? [] : [{ date, name }];
    }),
    exits: orders
      .filter(({ submitted, status }) => submitted?.leg === 'exit' && isLive(status))
      .map(({ symbol, submitted }) => ({ symbol, reason: submitted?.exitReason ?? null })),
  };
}
