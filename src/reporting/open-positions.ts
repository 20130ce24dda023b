import { sessionsBetween } from '../calendar/nyse.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, subtract, timesQuantity, toUsd, usd } from '../domain/money.ts';
import { type SessionDate, sessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf } from '../events/event.ts';
import { averagePrice, costOf, type Lot, quantityOf } from '../ledger/lots.ts';
import type { DayOrder } from './day-orders.ts';

/** A position at the end of the day. Dollars; fractions; R in units of the initial risk. */
export interface PositionRow {
  readonly symbol: string;
  readonly tradeId: string | null;
  readonly quantity: number;
  readonly averagePrice: number;
  /** Null where the account's mark has none for it. */
  readonly mark: number | null;
  readonly markStale: boolean;
  readonly value: number | null;
  readonly shareOfEquity: number | null;
  readonly unrealized: number | null;
  readonly unrealizedR: number | null;
  /** The last stop in force by our records. */
  readonly stop: number | null;
  /** (mark - stop) / mark. */
  readonly stopDistance: number | null;
  /** Loss from the mark if the stop fills at its price; the whole value without a stop. */
  readonly openRisk: number | null;
  /** Shares that acknowledged stop orders would sell. */
  readonly stopQuantity: number;
  readonly sessionsHeld: number | null;
  readonly entrySession: string | null;
  readonly strategy: string | null;
  readonly signalReason: string | null;
}

interface Context {
  readonly trades: readonly TradeRecord[];
  readonly orders: readonly DayOrder[];
  readonly mark: EventOf<'account.marked'> | null;
  readonly session: SessionDate;
}

/** The open positions by symbol, from our fills; marks, stops and reasons are laid beside them. */
export function positionRows(
  lots: ReadonlyMap<Symbol, readonly Lot[]>,
  context: Context,
): PositionRow[] {
  return [...lots]
    .filter(([, held]) => quantityOf(held) > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([symbol, held]) => positionRow(symbol, held, context));
}

function positionRow(
  symbol: Symbol,
  lots: readonly Lot[],
  { trades, orders, mark: account, session }: Context,
): PositionRow {
  const trade = trades.find((record) => record.symbol === symbol && record.status === 'open');
  const quantity = quantityOf(lots);
  const cost = costOf(lots);
  const marked = account?.marks.find((row) => row.symbol === symbol);
  const mark = marked?.mark ?? null;
  const value = mark === null ? null : timesQuantity(mark, quantity);
  const unrealized = value === null ? null : subtract(value, cost);
  const stop = trade?.stop == null ? null : usd(trade.stop);
  const entrySession = trade?.entrySession ?? null;
  return {
    symbol,
    tradeId: trade?.tradeId ?? null,
    quantity,
    averagePrice: toUsd(averagePrice(cost, quantity)),
    mark: dollars(mark),
    markStale: marked?.stale ?? false,
    value: dollars(value),
    shareOfEquity: value === null || account === null ? null : ratio(value, account.equity),
    unrealized: dollars(unrealized),
    unrealizedR: inR(unrealized, trade, cost, quantity),
    stop: dollars(stop),
    stopDistance: stop === null || mark === null ? null : ratio(subtract(mark, stop), mark),
    openRisk: openRisk(mark, stop, quantity),
    stopQuantity: orders
      .filter((order) => order.symbol === symbol && isProtecting(order))
      .reduce((total, order) => total + (order.quantity ?? 0) - order.filledQuantity, 0),
    sessionsHeld:
      entrySession === null ? null : sessionsBetween(sessionDate(entrySession), session).length,
    entrySession,
    strategy: trade?.strategy ?? null,
    signalReason: trade?.signalReason ?? null,
  };
}

const dollars = (amount: Micros | null): number | null => (amount === null ? null : toUsd(amount));

const ratio = (part: Micros, whole: Micros): number | null => (whole > 0 ? part / whole : null);

/** An acknowledged sell stop; one that is only sent, or unknown, protects nothing yet. */
const isProtecting = ({ submitted, status }: DayOrder): boolean =>
  submitted?.leg === 'stop' && (status === 'working' || status === 'partial');

function openRisk(mark: Micros | null, stop: Micros | null, quantity: number): number | null {
  if (mark === null) return null;
  const perShare = stop === null ? mark : Math.max(0, mark - stop);
  return toUsd(timesQuantity(perShare as Micros, quantity));
}

/** Against the initial risk of the shares still held. */
function inR(
  unrealized: Micros | null,
  trade: TradeRecord | undefined,
  cost: Micros,
  quantity: number,
): number | null {
  if (unrealized === null || trade?.initialStop == null) return null;
  const risk = subtract(cost, timesQuantity(usd(trade.initialStop), quantity));
  return risk > 0 ? Math.round((unrealized / risk) * 1e6) / 1e6 : null;
}
