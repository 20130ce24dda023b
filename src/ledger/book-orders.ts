import { isLive, nextStatus, type OrderEventKind } from '../domain/order.ts';
import { assertExists } from '../domain/result.ts';
import type { EventOf } from '../events/event.ts';
import type { BookOrder, BookState } from './book-state.ts';

/** Books an order that is about to be sent. */
export function bookSubmitted(state: BookState, event: EventOf<'order.submitted'>): void {
  state.orders.set(event.orderRef, {
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
    status: 'submitted',
    filledQuantity: 0,
    submittedAt: event.at,
  });
  if (event.leg !== 'entry') return;
  const { entries } = state;
  const count = entries.session === event.session ? entries.count + 1 : 1;
  state.entries = { session: event.session, count };
}

/** Moves an order along its transition table; a message about an order we never sent changes nothing. */
export function moveOrder(state: BookState, orderRef: string, kind: OrderEventKind): void {
  const order = state.orders.get(orderRef);
  if (order === undefined) return;
  const status = nextStatus(order.status, kind);
  if (status !== order.status) state.orders.set(orderRef, { ...order, status });
}

/** Takes over the new terms of a working order. */
export function bookModified(state: BookState, event: EventOf<'order.modified'>): void {
  const order = state.orders.get(event.orderRef);
  if (order === undefined) return;
  state.orders.set(event.orderRef, {
    ...order,
    status: nextStatus(order.status, 'modified'),
    quantity: event.new.quantity,
    limitPrice: event.new.limitPrice,
    stopPrice: event.new.stopPrice,
  });
}

/** Adds an execution to its order; returns the order as it is then, or null for one we never sent. */
export function fillOrder(state: BookState, orderRef: string, quantity: number): BookOrder | null {
  const order = state.orders.get(orderRef);
  if (order === undefined) return null;
  const filledQuantity = order.filledQuantity + quantity;
  const kind = filledQuantity >= order.quantity ? 'completely_filled' : 'partly_filled';
  const status = nextStatus(order.status, kind);
  state.orders.set(orderRef, { ...order, filledQuantity, status });
  return assertExists(state.orders.get(orderRef), 'the order was just set');
}

/** Live orders of a symbol or of all, in the order they were submitted. */
export function liveOrders(state: BookState, symbol?: string): BookOrder[] {
  const live: BookOrder[] = [];
  for (const order of state.orders.values()) {
    if (isLive(order.status) && (symbol === undefined || order.symbol === symbol)) live.push(order);
  }
  return live;
}
