import type { Micros } from '../../domain/money.ts';
import type { Bracket, EntryBand, Order, OrderStatus } from '../../domain/order.ts';
import { isOnTick, type TickTable } from '../../domain/price.ts';
import type { EpochMs, SessionDate } from '../../domain/time.ts';
import type { OrderChange } from '../../ports/broker.ts';

/** What an order did on the trading day of its last fill: commissions count per order and day. */
export interface DayExecution {
  readonly session: SessionDate;
  readonly quantity: number;
  readonly value: Micros;
  readonly charged: Micros;
}

/** An order as the simulated broker holds it; a replaced record, never a shared one, is what it hands out. */
export interface SimOrder {
  /** The terms first asked for: a repeated order is compared with these, whatever was modified since. */
  readonly asked: Order;
  readonly askedBand: EntryBand | null;
  band: EntryBand | null;
  readonly brokerId: string;
  readonly submittedAt: EpochMs;
  /** The terms in force. */
  order: Order;
  status: OrderStatus;
  filled: number;
  fillCount: number;
  /** True once it has met an open: a limit submitted inside a bar cannot fill on what the bar did before. */
  openSeen: boolean;
  /**
   * Its stop price was reached. Of a stop the bar could not take all, and the rest sells at the next open; a
   * stop-limit has become a limit.
   */
  triggered: boolean;
  /** The highest price since a trailing stop was sent; null for every other type. */
  highest: Micros | null;
  day: DayExecution | null;
  doneAt: EpochMs | null;
}

export const remainingOf = (held: SimOrder): number => held.order.quantity - held.filled;

const TERMS = [
  'orderRef',
  'symbol',
  'leg',
  'side',
  'type',
  'quantity',
  'limitPrice',
  'stopPrice',
  'trailAmount',
  'timeInForce',
  'parentRef',
  'ocaGroup',
  'exitReason',
] as const satisfies readonly (keyof Order)[];

/** True where both ask for the same thing. */
export const sameTerms = (a: Order, b: Order): boolean =>
  TERMS.every((term) => a[term] === b[term]);

export const sameBand = (a: EntryBand | null, b: EntryBand | null): boolean =>
  a === b || (a !== null && b !== null && a.lowest === b.lowest && a.highest === b.highest);

const wholeShares = (quantity: number): boolean => Number.isSafeInteger(quantity) && quantity > 0;

function priceFault(
  price: Micros | null,
  wanted: boolean,
  name: string,
  ticks: TickTable,
): string | null {
  if (!wanted) return price === null ? null : `this order type takes no ${name}`;
  if (price === null || price <= 0) return `the ${name} is missing or not positive`;
  return isOnTick(price, ticks) ? null : `the ${name} is not on the tick grid`;
}

const takesLimit = ({ type }: Order): boolean => type === 'limit' || type === 'stop_limit';

/** True for a type that waits for a price to be reached. */
export const takesStop = ({ type }: Order): boolean =>
  type === 'stop' || type === 'stop_limit' || type === 'trailing_stop';

/** Why an order makes no sense here, or null. Long only, whole shares, prices on the tick grid. */
export function orderFault(order: Order, ticks: TickTable): string | null {
  if (!wholeShares(order.quantity)) return 'the quantity is not a positive number of whole shares';
  if (order.side === 'buy' && takesStop(order)) return 'a buy stop is not supported';
  const trails = order.type === 'trailing_stop';
  if (trails !== (order.trailAmount !== undefined)) return 'only a trailing stop has a distance';
  if (trails && !((order.trailAmount ?? 0) > 0)) return 'the trailing distance is not positive';
  const { limitPrice, stopPrice } = order;
  if (order.type === 'stop_limit' && (limitPrice ?? 0) > (stopPrice ?? 0)) {
    return 'a sell stop-limit has its limit at or below its stop';
  }
  return (
    priceFault(limitPrice, takesLimit(order), 'limit price', ticks) ??
    priceFault(stopPrice, takesStop(order), 'stop price', ticks)
  );
}

/** Why a bracket makes no sense, or null. */
export function bracketFault({ entry, stop, target }: Bracket): string | null {
  if (entry.side !== 'buy' || entry.parentRef !== null) return 'the entry is not a buy of its own';
  if (stop.type !== 'stop' && stop.type !== 'trailing_stop') {
    return 'the protective leg is not a stop that sells at the market';
  }
  if (target !== null && target.type !== 'limit') return 'the target is not a limit order';
  for (const child of target === null ? [stop] : [stop, target]) {
    if (child.side !== 'sell') return `the ${child.leg} is not a sell`;
    if (child.parentRef !== entry.orderRef) return `the ${child.leg} does not name its entry`;
    if (child.symbol !== entry.symbol) return `the ${child.leg} is of another symbol`;
    if (child.quantity > entry.quantity) return `the ${child.leg} is larger than its entry`;
  }
  if (target !== null && (target.ocaGroup === null || target.ocaGroup !== stop.ocaGroup)) {
    return 'stop and target do not share an OCA group';
  }
  if (entry.limitPrice !== null && stop.stopPrice !== null && stop.stopPrice >= entry.limitPrice) {
    return 'the stop is not below the entry limit';
  }
  return null;
}

/** The order after a change, or why it cannot be changed so. */
export function changed(held: SimOrder, change: OrderChange, ticks: TickTable): Order | string {
  const { order } = held;
  if (change.limitPrice !== undefined && !takesLimit(order)) return 'it has no limit price';
  if (change.stopPrice !== undefined && !takesStop(order)) return 'it has no stop price';
  const next: Order = {
    ...order,
    quantity: change.quantity ?? order.quantity,
    limitPrice: change.limitPrice ?? order.limitPrice,
    stopPrice: change.stopPrice ?? order.stopPrice,
  };
  if (next.quantity <= held.filled) return 'that quantity has been filled already';
  return orderFault(next, ticks) ?? next;
}
