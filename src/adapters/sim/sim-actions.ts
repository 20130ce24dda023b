import type { CorporateAction } from '../../domain/market.ts';
import {
  add,
  type Micros,
  maxOf,
  micros,
  microsFromFloat,
  mulDiv,
  subtract,
  timesQuantity,
  ZERO,
} from '../../domain/money.ts';
import { roundToTick, type TickTable } from '../../domain/price.ts';
import type { EpochMs, Session } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type { AppliedSplit, PaidDividend, SessionActions } from '../../ports/exchange.ts';
import type { Desk, SimAccount } from './sim-account.ts';
import { remainingOf, type SimOrder } from './sim-order.ts';

const RATIO_SCALE = 1_000_000_000;
const SHARE_SCALE = 1_000_000;
/** A ratio from a file may have six decimals (0.333333 for one in three): so near a whole share is one. */
const RATIO_ERROR = 1e-6;
const MOST_TOLERANCE = 0.01;

function wholeShares(quantity: number, ratio: number): { whole: number; fraction: boolean } {
  const exact = quantity * ratio;
  const nearest = Math.round(exact);
  if (Math.abs(exact - nearest) <= Math.min(quantity * RATIO_ERROR, MOST_TOLERANCE)) {
    return { whole: nearest, fraction: false };
  }
  return { whole: Math.floor(exact), fraction: true };
}

/** What so many of the shares had cost. */
const partOf = (cost: Micros, shares: number, all: number): Micros =>
  micros(mulDiv(cost, Math.round(shares * SHARE_SCALE), all * SHARE_SCALE, 'halfEven'));

const priceAfter = (price: Micros, ratio: number): Micros =>
  micros(mulDiv(price, RATIO_SCALE, Math.round(ratio * RATIO_SCALE), 'halfEven'));

function splitOrder(account: SimAccount, held: SimOrder, ratio: number, at: EpochMs): void {
  if (held.doneAt !== null) return;
  const { order } = held;
  const remaining = wholeShares(remainingOf(held), ratio).whole;
  if (remaining === 0) {
    account.end(held, 'cancelled', 'split', at);
    return;
  }
  const limitTo = order.side === 'buy' ? 'down' : 'up';
  const limit = order.limitPrice === null ? null : priceAfter(order.limitPrice, ratio);
  const stop = order.stopPrice === null ? null : priceAfter(order.stopPrice, ratio);
  if (held.band !== null) {
    const { lowest, highest } = held.band;
    held.band = { lowest: priceAfter(lowest, ratio), highest: priceAfter(highest, ratio) };
  }
  const quantity = held.filled + remaining;
  const limitPrice = limit === null ? null : roundToTick(limit, limitTo);
  const stopPrice = stop === null ? null : roundToTick(stop, 'down');
  account.replace(held, { ...order, quantity, limitPrice, stopPrice }, at);
}

function splitDesk(
  account: SimAccount,
  desk: Desk,
  { exDate, value: ratio }: CorporateAction,
  at: EpochMs,
): AppliedSplit {
  const quantityBefore = desk.quantity;
  const { whole, fraction } = wholeShares(quantityBefore, ratio);
  let cashInLieu = ZERO;
  if (desk.mark !== null) {
    if (fraction) {
      const kept = priceAfter(timesQuantity(desk.mark, whole), ratio);
      cashInLieu = subtract(timesQuantity(desk.mark, quantityBefore), kept);
    }
    desk.mark = priceAfter(desk.mark, ratio);
  }
  account.cash = add(account.cash, cashInLieu);
  if (fraction || whole === 0) desk.cost = partOf(desk.cost, whole / ratio, quantityBefore);
  desk.quantity = whole;
  for (const held of desk.live) splitOrder(account, held, ratio, at);
  return { symbol: desk.symbol, exDate, ratio, quantityBefore, quantityAfter: whole, cashInLieu };
}

export const NO_ACTIONS: SessionActions = { splits: [], dividends: [] };

/**
 * Pays a dividend on its ex-date (the day it is paid is not in the data) and lowers sell stops by it, rounded down to
 * the tick: FINRA rule 5330, adjustment of open orders.
 */
function payDividend(
  account: SimAccount,
  desk: Desk,
  { exDate, value }: CorporateAction,
  ticks: TickTable,
  at: EpochMs,
): PaidDividend {
  const perShare = microsFromFloat(value, 'halfEven');
  const amount = timesQuantity(perShare, desk.quantity);
  account.cash = add(account.cash, amount);
  if (desk.mark !== null) desk.mark = maxOf(ZERO, subtract(desk.mark, perShare));
  for (const held of desk.live) {
    const { order } = held;
    if (order.side !== 'sell' || order.stopPrice === null || order.stopPrice <= perShare) continue;
    const stopPrice = roundToTick(subtract(order.stopPrice, perShare), 'down', ticks);
    if (stopPrice > 0) account.replace(held, { ...order, stopPrice }, at);
  }
  return { symbol: desk.symbol, exDate, perShare, quantity: desk.quantity, amount };
}

/**
 * Applies the corporate actions that became effective since the account's last session, up to this one. Splits: shares
 * times the ratio rounded down, the fraction paid in cash at the last mark, working orders moved to the new quantity
 * and price. Only on unadjusted bars for splits, and not on bars adjusted for dividends either: those never show it.
 */
export function applyActions(
  account: SimAccount,
  { source, ticks }: { readonly source: BarSource; readonly ticks: TickTable },
  session: Session,
): SessionActions {
  const since = account.session;
  account.session = session.date;
  if (since === null || source.adjustment === 'total') return NO_ACTIONS;
  const splits: AppliedSplit[] = [];
  const dividends: PaidDividend[] = [];
  for (const desk of account.desks.values()) {
    for (const action of source.actions(desk.symbol)) {
      if (action.exDate <= since || action.exDate > session.date) continue;
      if (action.kind === 'split' && source.adjustment === 'none') {
        splits.push(splitDesk(account, desk, action, session.openAt));
      } else if (action.kind === 'dividend' && desk.quantity > 0) {
        dividends.push(payDividend(account, desk, action, ticks, session.openAt));
      }
    }
  }
  account.sweep();
  return { splits, dividends };
}
