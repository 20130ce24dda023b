import type { Micros } from './money.ts';
import type { Bracket, Order } from './order.ts';
import { isOnTick, type TickTable } from './price.ts';
import type { ReasonCode } from './reason.ts';

/** What is wrong with an order in itself, whatever the market and the account are like. */
export interface OrderFault {
  readonly code: ReasonCode;
  readonly text: string;
}

const fault = (code: ReasonCode, text: string): OrderFault => ({ code, text });

const takesLimit = ({ type }: Order): boolean => type === 'limit' || type === 'stop_limit';

/** True for a type that waits for a price to be reached. */
export const takesStop = ({ type }: Order): boolean =>
  type === 'stop' || type === 'stop_limit' || type === 'trailing_stop';

function priceFault(
  price: Micros | null,
  wanted: boolean,
  name: string,
  ticks: TickTable,
): OrderFault | null {
  if (!wanted) return price === null ? null : fault('ORDER_INVALID', `it takes no ${name}`);
  if (price === null || !(price > 0)) {
    return fault('ORDER_INVALID', `the ${name} is missing or not positive`);
  }
  return isOnTick(price, ticks)
    ? null
    : fault('PRICE_OFF_TICK', `the ${name} is not on the tick grid`);
}

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
export const sameOrder = (a: Order, b: Order): boolean =>
  TERMS.every((term) => a[term] === b[term]);

/** Why an order makes no sense, or null. Whole shares, prices on the tick grid; what is bought has no stop price. */
export function orderFault(order: Order, ticks: TickTable): OrderFault | null {
  const { quantity, limitPrice, stopPrice, trailAmount } = order;
  if (!Number.isSafeInteger(quantity) || quantity <= 0) {
    return fault('QUANTITY_ZERO', 'the quantity is not a positive number of whole shares');
  }
  if (order.side === 'buy' && takesStop(order)) {
    return fault('ORDER_INVALID', 'a buy stop is not supported');
  }
  const trails = order.type === 'trailing_stop';
  if (trails !== (trailAmount !== undefined) || (trails && !((trailAmount ?? 0) > 0))) {
    return fault('ORDER_INVALID', 'a trailing stop, and only that, has a positive distance');
  }
  if (order.type === 'stop_limit' && (limitPrice ?? 0) > (stopPrice ?? 0)) {
    return fault('ORDER_INVALID', 'a sell stop-limit has its limit at or below its stop');
  }
  return (
    priceFault(limitPrice, takesLimit(order), 'limit price', ticks) ??
    priceFault(stopPrice, takesStop(order), 'stop price', ticks)
  );
}

/** Why a bracket makes no sense, or null: its orders, and how they belong together. */
export function bracketFault(bracket: Bracket, ticks: TickTable): OrderFault | null {
  const { entry, stop, target } = bracket;
  const orders = target === null ? [entry, stop] : [entry, stop, target];
  for (const order of orders) {
    const found = orderFault(order, ticks);
    if (found !== null) return found;
  }
  const text = relationFault(bracket);
  if (text !== null) return fault('ORDER_INVALID', text);
  const { limitPrice } = entry;
  if (limitPrice !== null && stop.stopPrice !== null && stop.stopPrice >= limitPrice) {
    return fault('STOP_NOT_BELOW_ENTRY', 'the stop is not below the entry limit');
  }
  return null;
}

function relationFault({ entry, stop, target }: Bracket): string | null {
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
  return null;
}
