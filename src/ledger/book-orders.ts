import type { Micros } from '../domain/money.ts';
import { isLive, nextStatus, type OrderEventKind, type OrderStatus } from '../domain/order.ts';
import type { EventOf } from '../events/event.ts';
import type { AskedTerms, BookOrder, BookState, OpenTrade, OrderTerms } from './book-state.ts';
import { addChild } from './order-children.ts';

export const termsOf = ({ quantity, limitPrice, stopPrice }: OrderTerms): OrderTerms => ({
  quantity,
  limitPrice,
  stopPrice,
});

export const sameTerms = (a: OrderTerms, b: OrderTerms): boolean =>
  a.quantity === b.quantity && a.limitPrice === b.limitPrice && a.stopPrice === b.stopPrice;

/** The most shares that an order may still trade: a change that nobody has confirmed may be in force, or not. */
export const mostRemaining = (
  { quantity, filledQuantity }: Pick<BookOrder, 'quantity' | 'filledQuantity'>,
  asked: AskedTerms | null,
): number => Math.max(0, Math.max(quantity, asked?.quantity ?? 0) - filledQuantity);

/** The order after a message about it; itself where the message says nothing new. */
export function movedOrder(order: BookOrder, kind: OrderEventKind): BookOrder {
  const next = withStatus(order, nextStatus(order.status, kind));
  return next.status === order.status ? order : next;
}

/** The order with a status. One that comes back to life is not over, and filled in part where it had fills. */
function withStatus(order: BookOrder, next: OrderStatus): BookOrder {
  const status = next === 'working' && order.filledQuantity > 0 ? 'partial' : next;
  return { ...order, status, endedBy: isLive(status) ? null : order.endedBy };
}

/** The order in its new terms. One that has ended keeps its own: the message is late. */
export function modifiedOrder(order: BookOrder, terms: OrderTerms): BookOrder {
  if (!isLive(order.status)) return order;
  const { quantity, limitPrice, stopPrice } = terms;
  // Shrunk to what was filled already, nothing of it is left to fill.
  const isDone = order.filledQuantity > 0 && order.filledQuantity >= quantity;
  const status = nextStatus(order.status, isDone ? 'completely_filled' : 'modified');
  const isAsked = order.asked !== null && sameTerms(order.asked, terms);
  const asked = isAsked ? null : order.asked;
  return { ...withStatus(order, status), quantity, limitPrice, stopPrice, asked };
}

/** The order with an execution added. */
export function filledOrder(order: BookOrder, quantity: number): BookOrder {
  if (quantity === 0) return order;
  const filledQuantity = order.filledQuantity + quantity;
  const kind = filledQuantity >= order.quantity ? 'completely_filled' : 'partly_filled';
  return withStatus({ ...order, filledQuantity }, nextStatus(order.status, kind));
}

/** The order without shares that were not filled after all; whether it works on only the broker can tell. */
const lessFilled = (order: BookOrder, quantity: number): BookOrder => ({
  ...order,
  filledQuantity: Math.max(0, order.filledQuantity - quantity),
});

/** Books an order that is about to be sent. Returns the open trade that a new stop protects, if it does. */
export function bookSubmitted(
  state: BookState,
  event: EventOf<'order.submitted'>,
): OpenTrade | null {
  const order: BookOrder = {
    orderRef: event.orderRef,
    session: event.session,
    symbol: event.symbol,
    leg: event.leg,
    side: event.side,
    type: event.orderType,
    quantity: event.quantity,
    limitPrice: event.limitPrice,
    stopPrice: event.stopPrice,
    timeInForce: event.timeInForce,
    parentRef: event.parentRef,
    ocaGroup: event.ocaGroup,
    exitReason: event.exitReason,
    payloadHash: event.payloadHash,
    status: 'submitted',
    filledQuantity: 0,
    asked: null,
    submittedAt: event.at,
    endedBy: null,
  };
  state.orders.set(event.orderRef, order);
  addChild(state.orders, order);
  if (event.leg === 'entry') {
    const { entries } = state;
    const count = entries.session === event.session ? entries.count + 1 : 1;
    state.entries = { session: event.session, count };
  }
  return order.leg === 'stop' ? followOrder(state, order) : null;
}

/** Moves an order along its transition table; a message about an order we never sent changes nothing. */
export function moveOrder(state: BookState, orderRef: string, kind: OrderEventKind): void {
  const order = state.orders.get(orderRef);
  if (order !== undefined) state.orders.set(orderRef, movedOrder(order, kind));
}

/** Remembers what an order is asked to be, or that it will not be it. */
export function bookAsked(
  state: BookState,
  event: EventOf<'order.modify_requested'> | EventOf<'order.modify_refused'>,
): void {
  const order = state.orders.get(event.orderRef);
  if (order === undefined) return;
  const asked = event.type === 'order.modify_requested' ? { at: event.at, ...event.new } : null;
  state.orders.set(event.orderRef, { ...order, asked });
}

/** Takes over the new terms of a working order. Returns the open trade whose stop or target they changed. */
export function bookModified(state: BookState, event: EventOf<'order.modified'>): OpenTrade | null {
  const order = state.orders.get(event.orderRef);
  if (order === undefined) return null;
  const modified = modifiedOrder(order, event.new);
  state.orders.set(event.orderRef, modified);
  return isLive(modified.status) ? followOrder(state, modified) : null;
}

/**
 * Adds what an execution filled to its order, or what a correction of one adds or takes; returns the order as it is
 * then, or null for one we never sent.
 */
export function addFilled(state: BookState, orderRef: string, quantity: number): BookOrder | null {
  const order = state.orders.get(orderRef);
  if (order === undefined) return null;
  const filled = quantity < 0 ? lessFilled(order, -quantity) : filledOrder(order, quantity);
  state.orders.set(orderRef, filled);
  return filled;
}

/** Live orders, in the order they were submitted. */
export function liveOrders(state: BookState): BookOrder[] {
  const live: BookOrder[] = [];
  for (const order of state.orders.values()) if (isLive(order.status)) live.push(order);
  return live;
}

/** Lets the open trade follow the price of its own stop or target; null where nothing of it changes. */
function followOrder(state: BookState, order: BookOrder): OpenTrade | null {
  const trade = state.trades.get(order.symbol);
  // A stop of another bracket waits for its own entry; one without a parent replaces ours.
  if (trade === undefined || (order.parentRef ?? trade.entryRef) !== trade.entryRef) return null;
  const updated = withExitPrice(trade, order);
  if (updated !== null) state.trades.set(order.symbol, updated);
  return updated;
}

function withExitPrice(trade: OpenTrade, order: BookOrder): OpenTrade | null {
  const { leg, stopPrice, limitPrice, orderRef } = order;
  if (leg === 'target' && limitPrice !== null && limitPrice !== trade.target) {
    return { ...trade, target: limitPrice };
  }
  if (leg !== 'stop' || stopPrice === null) return null;
  if (stopPrice === trade.stop && orderRef === trade.stopRef) return null;
  return { ...withStop(trade, stopPrice), stopRef: orderRef };
}

/** The trade under a stop at this price. Above the initial one it was moved, whoever moved it. */
export function withStop(trade: OpenTrade, stop: Micros): OpenTrade {
  const isRaised = trade.initialStop !== null && stop > trade.initialStop;
  return { ...trade, stop, stopMoved: trade.stopMoved || isRaised };
}
