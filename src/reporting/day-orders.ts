import { add, type Micros, negate, timesQuantity, toUsd, ZERO } from '../domain/money.ts';
import {
  type ExitReason,
  isLive,
  type Leg,
  nextStatus,
  type OrderEventKind,
  type OrderStatus,
  type OrderType,
  type Side,
} from '../domain/order.ts';
import { type EpochMs, isoUtc } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { averagePrice } from '../ledger/lots.ts';
import type { DayEvents } from './report-input.ts';

/** One order as orders.csv has it. Prices in dollars, times ISO UTC. */
export interface OrderRow {
  readonly orderRef: string;
  /** Null for an execution of an order that we never sent. */
  readonly session: string | null;
  readonly symbol: string;
  readonly leg: Leg | null;
  readonly side: Side;
  readonly type: OrderType | null;
  readonly quantity: number | null;
  readonly limitPrice: number | null;
  readonly stopPrice: number | null;
  readonly status: OrderStatus;
  /** Why it ended or is unknown; for a filled sell, why it was sent. */
  readonly reason: string | null;
  readonly filledQuantity: number;
  readonly averageFillPrice: number | null;
  readonly submittedAt: string | null;
  readonly doneAt: string | null;
}

/** What an event means for the order it names; null for an event that is about no order. */
export function orderEventOf(event: JournalEvent, complete: boolean): OrderEventKind | null {
  switch (event.type) {
    case 'order.acknowledged':
      return 'acknowledged';
    case 'order.modified':
      return 'modified';
    case 'order.rejected':
      return 'rejected';
    case 'order.cancelled':
      return 'cancelled';
    case 'order.expired':
      return 'expired';
    case 'order.unknown':
      return 'lost';
    case 'order.denied':
      return 'denied';
    case 'order.found':
      return 'found';
    case 'order.deactivated':
      return 'deactivated';
    case 'order.cancel_requested':
      return 'cancel_requested';
    case 'order.cancel_refused':
      return 'cancel_refused';
    case 'fill.recorded':
      return complete ? 'completely_filled' : 'partly_filled';
    default:
      return null;
  }
}

/** What a correction adds to what its order filled; negative where it takes. */
export function addedBy({ old, by }: EventOf<'fill.corrected'>): {
  readonly quantity: number;
  readonly value: Micros;
} {
  const zero = { quantity: -old.quantity, value: negate(timesQuantity(old.price, old.quantity)) };
  return by.reduce(
    ({ quantity, value }, fill) => ({
      quantity: quantity + fill.quantity,
      value: add(value, timesQuantity(fill.price, fill.quantity)),
    }),
    zero,
  );
}

/** An order folded from its events, in the domain's values. */
export interface DayOrder {
  readonly orderRef: string;
  readonly submitted: EventOf<'order.submitted'> | null;
  /** Sent in this session, rather than found working when it began. */
  readonly isNew: boolean;
  readonly symbol: string;
  readonly side: Side;
  quantity: number | null;
  limitPrice: Micros | null;
  stopPrice: Micros | null;
  status: OrderStatus;
  cause: string | null;
  filledQuantity: number;
  filledValue: Micros;
  /** Of what was filled in this session. */
  filledToday: number;
  doneAt: EpochMs | null;
}

/** Every order that was alive in the session or executed in it, in the order they were sent. */
export function foldOrders({ earlier, today }: DayEvents): DayOrder[] {
  const orders = new Map<string, DayOrder>();
  const executions = new Set<string>();
  const apply = (event: JournalEvent, isToday: boolean) => {
    if (event.type === 'order.submitted') {
      orders.set(event.orderRef, newOrder(event, isToday));
      return;
    }
    if (event.type === 'fill.recorded') {
      if (executions.has(event.execId)) return;
      executions.add(event.execId);
      // A past fill of an order that was finished then belongs to a position, not to an order of this day.
      if (!orders.has(event.orderRef) && !isToday) return;
    }
    if (!('orderRef' in event) || event.orderRef === null) return;
    const known = orders.get(event.orderRef);
    const order = known ?? (event.type === 'fill.recorded' ? strangeOrder(event) : undefined);
    if (order === undefined) return;
    orders.set(order.orderRef, order);
    amend(order, event, isToday);
  };
  const ofToday = new Set(today);
  // A late fill of an earlier session is written among the events of this one.
  for (const event of [...earlier, ...today].sort((a, b) => a.seq - b.seq)) {
    apply(event, ofToday.has(event));
  }
  return [...orders.values()];
}

const newOrder = (event: EventOf<'order.submitted'>, isNew: boolean): DayOrder => ({
  orderRef: event.orderRef,
  submitted: event,
  isNew,
  symbol: event.symbol,
  side: event.side,
  quantity: event.quantity,
  limitPrice: event.limitPrice,
  stopPrice: event.stopPrice,
  status: 'submitted',
  cause: null,
  filledQuantity: 0,
  filledValue: ZERO,
  filledToday: 0,
  doneAt: null,
});

const strangeOrder = (fill: EventOf<'fill.recorded'>): DayOrder => ({
  orderRef: fill.orderRef,
  submitted: null,
  isNew: false,
  symbol: fill.symbol,
  side: fill.side,
  quantity: null,
  limitPrice: null,
  stopPrice: null,
  status: 'working',
  cause: 'not sent by us',
  filledQuantity: 0,
  filledValue: ZERO,
  filledToday: 0,
  doneAt: null,
});

function amend(order: DayOrder, event: JournalEvent, isToday: boolean): void {
  if (event.type === 'order.modified') {
    order.quantity = event.new.quantity;
    order.limitPrice = event.new.limitPrice;
    order.stopPrice = event.new.stopPrice;
  } else if (event.type === 'stop.moved') order.stopPrice = event.new;
  else if (event.type === 'fill.recorded') {
    order.filledQuantity += event.quantity;
    order.filledValue = add(order.filledValue, timesQuantity(event.price, event.quantity));
    if (isToday) order.filledToday += event.quantity;
  } else if (event.type === 'fill.corrected') {
    const { quantity, value } = addedBy(event);
    order.filledQuantity += quantity;
    order.filledValue = add(order.filledValue, value);
    if (isToday) order.filledToday += quantity;
  }
  const complete = order.quantity === null || order.filledQuantity >= order.quantity;
  const kind = orderEventOf(event, complete);
  if (kind === null) return;
  const before = order.status;
  order.status = nextStatus(before, kind);
  if ('cause' in event && event.type !== 'order.modified') order.cause = event.cause;
  if (event.type === 'order.rejected') order.cause = `${event.code}: ${event.message}`;
  if (isLive(order.status)) order.doneAt = null;
  else if (order.status !== before || event.type === 'fill.recorded') {
    order.doneAt = event.type === 'fill.recorded' ? event.filledAt : event.at;
  }
}

/** The average price of what was filled, half even to a micro; null when nothing was. */
export const averageFill = (order: DayOrder): Micros | null =>
  order.filledQuantity === 0 ? null : averagePrice(order.filledValue, order.filledQuantity);

const dollars = (amount: Micros | null): number | null => (amount === null ? null : toUsd(amount));

/** The row of an order; `exitReason` is that of the trade it closed, which knows whether a stop had been moved. */
export function orderRow(order: DayOrder, exitReason: ExitReason | null = null): OrderRow {
  const { submitted, status } = order;
  const ended = status === 'cancelled' || status === 'expired' || status === 'rejected';
  const explains = ended || status === 'unknown' || submitted === null;
  return {
    orderRef: order.orderRef,
    session: submitted?.session ?? null,
    symbol: order.symbol,
    leg: submitted?.leg ?? null,
    side: order.side,
    type: submitted?.orderType ?? null,
    quantity: order.quantity,
    limitPrice: dollars(order.limitPrice),
    stopPrice: dollars(order.stopPrice),
    status,
    // A trade knows whether its stop had been moved when it was filled.
    reason: explains
      ? order.cause
      : ((status === 'filled' ? exitReason : null) ?? submitted?.exitReason ?? null),
    filledQuantity: order.filledQuantity,
    averageFillPrice: dollars(averageFill(order)),
    submittedAt: submitted === null ? null : isoUtc(submitted.at),
    doneAt: order.doneAt === null ? null : isoUtc(order.doneAt),
  };
}
