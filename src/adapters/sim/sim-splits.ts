import type { CorporateAction, Symbol } from '../../domain/market.ts';
import {
  add,
  type Micros,
  micros,
  mulDiv,
  subtract,
  timesQuantity,
  ZERO,
} from '../../domain/money.ts';
import { roundToTick } from '../../domain/price.ts';
import type { EpochMs, Session } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type { Desk, SimAccount } from './sim-account.ts';
import { remainingOf, type SimOrder } from './sim-order.ts';

/** What a split did to a position. */
export interface SplitApplied {
  readonly symbol: Symbol;
  readonly exDate: string;
  /** New shares per old one. */
  readonly ratio: number;
  readonly quantityBefore: number;
  readonly quantityAfter: number;
  /** Paid for the fraction of a share that was left over. */
  readonly cashInLieu: Micros;
}

const RATIO_SCALE = 1_000_000_000;
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
): SplitApplied {
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
  desk.cost = whole === 0 ? ZERO : micros(Math.max(0, desk.cost - cashInLieu));
  desk.quantity = whole;
  for (const held of desk.live) splitOrder(account, held, ratio, at);
  return { symbol: desk.symbol, exDate, ratio, quantityBefore, quantityAfter: whole, cashInLieu };
}

/**
 * Applies the splits that became effective since the account's last session, up to this one: shares times the ratio
 * rounded down, the fraction paid in cash at the last mark, working orders moved to the new quantity and price. Only
 * on unadjusted bars: adjusted ones never show the split.
 */
export function applySplits(
  account: SimAccount,
  source: BarSource,
  session: Session,
): SplitApplied[] {
  const since = account.session;
  account.session = session.date;
  if (since === null || source.adjustment !== 'none') return [];
  const applied: SplitApplied[] = [];
  for (const desk of account.desks.values()) {
    for (const action of source.actions(desk.symbol)) {
      if (action.kind !== 'split' || action.exDate <= since || action.exDate > session.date)
        continue;
      applied.push(splitDesk(account, desk, action, session.openAt));
    }
  }
  account.sweep();
  return applied;
}
