/**
 * The one model of a report. Everything is computed here; the renderers only lay it out. Money is dollars with at most
 * six decimals, ratios are fractions, times ISO UTC: the model is what report.json holds.
 */
import { ordinalAtOrBefore } from '../calendar/nyse.ts';
import { DAY_MS, dateToUtcMs, isoUtc, type SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import { type SessionSpan, type TradeSummary, tradeMetrics } from '../ledger/metrics-trades.ts';
import { type AccountBridge, accountBridge } from './account-bridge.ts';
import { type Attention, attentionOf } from './attention.ts';
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
import { foldOrders, type OrderRow, orderRow } from './day-orders.ts';
import { type Execution, executionOf } from './execution.ts';
import { funnelsOf, type RunFunnel } from './funnel.ts';
import { dayName, headline } from './headline.ts';
import { dayNotes } from './notes.ts';
import { type PositionRow, positionRows } from './open-positions.ts';
import {
  type CurveRow,
  curveOf,
  curveRows,
  type EquityRow,
  equityRows,
  type Performance,
  performanceOf,
} from './performance.ts';
import type { DailyReportInput } from './report-input.ts';

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
  /** Null where the account was not marked. */
  readonly accountState: AccountState | null;
  /** By exit time, then symbol. */
  readonly closedTrades: readonly TradeRecord[];
  readonly openTrades: readonly TradeRecord[];
  readonly tradeSummary: TradeSummary;
  readonly positions: readonly PositionRow[];
  readonly orders: readonly OrderRow[];
  readonly execution: Execution;
  readonly runs: readonly RunFunnel[];
  readonly limits: readonly LimitRow[];
  readonly reconciliation: Reconciliation;
  readonly jobs: readonly JobRow[];
  readonly next: NextSession | null;
  readonly equity: readonly EquityRow[];
  /** The last closes, up to this one. */
  readonly curve: readonly CurveRow[];
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

/** The report of a day from its records and events. Pure: the same input gives the same report. */
export function buildDailyReport(input: DailyReportInput): DailyReport {
  const { session, asOf, previousSession: before, facts, events } = input;
  const { today } = events;
  const end = events.marks.findLast((mark) => mark.session === session.date) ?? null;
  const start = events.marks.findLast((mark) => mark.session <= before) ?? null;
  const closedTrades = closedBetween(input.trades, session.date, session.date);
  const openTrades = stillOpen(input.trades);
  const folded = foldOrders(events);
  const exitReasons = new Map(closedTrades.map((trade) => [trade.exitRef, trade.exitReason]));
  const orders = folded.map((order) => orderRow(order, exitReasons.get(order.orderRef)));
  const bridge = accountBridge({ start, end }, events, closedTrades, facts.mode);
  const last = accountMoves(events, end?.seq ?? 0, Number.MAX_SAFE_INTEGER);
  const runs = input.runs.filter((run) => run.session === session.date);
  const positions = positionRows(last.after, {
    trades: openTrades,
    orders: folded,
    mark: end,
    session: session.date,
  });
  const execution = executionOf(folded, today);
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
    accountState: accountState(end),
    closedTrades,
    openTrades,
    tradeSummary,
    positions,
    orders,
    execution,
    runs: funnels,
    limits: limitRows(facts.limits, bridge, end, folded),
    reconciliation,
    jobs: jobRows(runs, today),
    next: nextOf(input),
    equity: equityRows(events.marks, session.date),
    curve: curveRows(points, CURVE_SESSIONS),
    notes: dayNotes({ events, end, facts, funnels, positions, closedTrades }),
  };
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

/** The session after one; null where the calendar ends. */
export function nextOf({
  session,
  nextSession,
}: Pick<DailyReportInput, 'session' | 'nextSession'>): NextSession | null {
  if (nextSession === null) return null;
  const days = (dateToUtcMs(nextSession.date) - dateToUtcMs(session.date)) / DAY_MS;
  return {
    session: nextSession.date,
    openAt: isoUtc(nextSession.openAt),
    closeAt: isoUtc(nextSession.closeAt),
    earlyClose: nextSession.earlyClose,
    daysAway: days,
  };
}
