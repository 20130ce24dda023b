import { add, type Micros, timesQuantity, toUsd, ZERO } from '../domain/money.ts';
import {
  type ExitReason,
  type Leg,
  nextStatus,
  type OrderStatus,
  type OrderType,
  type Side,
} from '../domain/order.ts';
import { type EpochMs, isoUtc } from '../domain/time.ts';
import type { EventOf, EventType, JournalEvent } from '../events/event.ts';
import { averagePrice } from '../ledger/lots.ts';
import { addedBy, orderEventOf } from './day-orders.ts';
import { amount, price } from './format.ts';
import { causeText } from './why-words.ts';

/** An order as it stands at the end of the story. Prices in dollars. */
export interface OrderStory {
  readonly orderRef: string;
  readonly symbol: string;
  /** Null, like all that only we could know, for an execution of an order that we never sent. */
  readonly leg: Leg | null;
  readonly parentRef: string | null;
  readonly side: Side;
  readonly type: OrderType | null;
  readonly quantity: number | null;
  readonly limitPrice: number | null;
  readonly stopPrice: number | null;
  readonly status: OrderStatus;
  /** Why it ended, in the words of whoever ended it. */
  readonly cause: string | null;
  readonly exitReason: ExitReason | null;
  readonly filledQuantity: number;
  readonly averageFillPrice: number | null;
  readonly submittedAt: string | null;
}

/** One thing that happened, in words. `seq` is its number in the journal. */
export interface Step {
  readonly seq: number;
  /** ISO UTC. */
  readonly at: string;
  readonly event: EventType;
  readonly orderRef: string | null;
  readonly leg: Leg | null;
  readonly text: string;
}

/** Orders in the order they were sent, and all that happened to them in the order it happened. */
export interface OrderTale {
  readonly orders: readonly OrderStory[];
  readonly steps: readonly Step[];
}

interface Told {
  readonly orderRef: string;
  readonly symbol: string;
  readonly side: Side;
  readonly sent: EventOf<'order.submitted'> | null;
  quantity: number | null;
  limitPrice: Micros | null;
  stopPrice: Micros | null;
  status: OrderStatus;
  cause: string | null;
  filled: number;
  value: Micros;
}

/** Follows every order that the events name. Each execution counts once. */
export function taleOfOrders(events: readonly JournalEvent[]): OrderTale {
  const orders = new Map<string, Told>();
  const fills = new Map<string, string>();
  const steps: Step[] = [];
  for (const event of events) {
    if (event.type === 'fill.recorded') {
      if (fills.has(event.execId)) continue;
      fills.set(event.execId, event.orderRef);
    }
    const orderRef = orderRefOf(event, fills);
    const order = orderRef === null ? undefined : follow(orders, orderRef, event);
    const text = order === undefined ? null : stepText(event);
    if (order === undefined || text === null) continue;
    steps.push({
      seq: event.seq,
      at: isoUtc(timeOf(event)),
      event: event.type,
      orderRef: order.orderRef,
      leg: order.sent?.leg ?? null,
      text,
    });
  }
  return { orders: [...orders.values()].map(storyOf), steps };
}

/** A fill is told at the time it was made. */
const timeOf = (event: JournalEvent): EpochMs =>
  event.type === 'fill.recorded' ? event.filledAt : event.at;

function orderRefOf(event: JournalEvent, fills: ReadonlyMap<string, string>): string | null {
  if (event.type === 'commission.recorded') return fills.get(event.execId) ?? null;
  return 'orderRef' in event ? event.orderRef : null;
}

function follow(
  orders: Map<string, Told>,
  orderRef: string,
  event: JournalEvent,
): Told | undefined {
  if (event.type === 'order.submitted') orders.set(orderRef, sentOrder(event));
  if (event.type === 'fill.recorded' && !orders.has(orderRef)) {
    orders.set(orderRef, foreignOrder(event));
  }
  const order = orders.get(orderRef);
  if (order === undefined) return undefined;
  if (event.type === 'fill.recorded') {
    order.filled += event.quantity;
    order.value = add(order.value, timesQuantity(event.price, event.quantity));
  } else if (event.type === 'fill.corrected') {
    const { quantity, value } = addedBy(event);
    order.filled += quantity;
    order.value = add(order.value, value);
  } else if (event.type === 'order.modified') {
    order.quantity = event.new.quantity;
    order.limitPrice = event.new.limitPrice;
    order.stopPrice = event.new.stopPrice;
  } else if (event.type === 'stop.moved') {
    order.stopPrice = event.new;
  } else if (event.type === 'order.rejected') {
    order.cause = `${event.code} ${event.message}`;
  } else if ('cause' in event && event.type !== 'account.marked') {
    order.cause = causeText(event.cause);
  }
  const kind = orderEventOf(event, order.quantity !== null && order.filled >= order.quantity);
  if (kind !== null) order.status = nextStatus(order.status, kind);
  return order;
}

const sentOrder = (sent: EventOf<'order.submitted'>): Told => ({
  orderRef: sent.orderRef,
  symbol: sent.symbol,
  side: sent.side,
  sent,
  quantity: sent.quantity,
  limitPrice: sent.limitPrice,
  stopPrice: sent.stopPrice,
  status: 'submitted',
  cause: null,
  filled: 0,
  value: ZERO,
});

const foreignOrder = ({ orderRef, symbol, side }: EventOf<'fill.recorded'>): Told => ({
  orderRef,
  symbol,
  side,
  sent: null,
  quantity: null,
  limitPrice: null,
  stopPrice: null,
  status: 'unknown',
  cause: null,
  filled: 0,
  value: ZERO,
});

const dollars = (micros: Micros | null): number | null => (micros === null ? null : toUsd(micros));

const storyOf = (order: Told): OrderStory => ({
  orderRef: order.orderRef,
  symbol: order.symbol,
  leg: order.sent?.leg ?? null,
  parentRef: order.sent?.parentRef ?? null,
  side: order.side,
  type: order.sent?.orderType ?? null,
  quantity: order.quantity,
  limitPrice: dollars(order.limitPrice),
  stopPrice: dollars(order.stopPrice),
  status: order.status,
  cause: order.cause,
  exitReason: order.sent?.exitReason ?? null,
  filledQuantity: order.filled,
  averageFillPrice: order.filled === 0 ? null : toUsd(averagePrice(order.value, order.filled)),
  submittedAt: order.sent === null ? null : isoUtc(order.sent.at),
});

/** What happened, for a reader; null for an event that is no step of an order. */
function stepText(event: JournalEvent): string | null {
  switch (event.type) {
    case 'order.submitted':
      return `sent: ${termsText(event)}`;
    case 'order.acknowledged':
      return 'acknowledged by the broker';
    case 'order.modify_requested':
      return `asked to change: ${changeText(event)} (${event.cause})`;
    case 'order.modify_refused':
      return `not changed: ${event.cause}`;
    case 'order.modified':
      return `changed: ${changeText(event)} (${event.cause})`;
    case 'order.rejected':
      return `rejected by the broker: ${event.code} ${event.message}`;
    case 'order.cancelled':
      return `cancelled: ${causeText(event.cause)}`;
    case 'order.expired':
      return `expired: ${causeText(event.cause)}`;
    case 'order.denied':
      return `not sent, refused by our own last check: ${event.code} ${event.message}`;
    case 'order.found':
      return `found working at the broker: ${event.evidence}`;
    case 'order.deactivated':
      return `held back by the broker: ${event.cause}`;
    case 'order.cancel_requested':
      return `asked to cancel: ${causeText(event.cause)}`;
    case 'order.cancel_refused':
      return 'the broker did not take the cancellation';
    case 'order.unknown':
      return `no answer from the broker: ${event.cause}`;
    case 'fill.recorded':
      return `${event.side === 'buy' ? 'bought' : 'sold'} ${event.quantity} at ${price(toUsd(event.price))}, ${commissionText(event.commission)}${event.source === 'inferred' ? ', inferred from the position' : ''}`;
    case 'fill.corrected':
      return `corrected: ${event.old.quantity} at ${price(toUsd(event.old.price))} were ${correctedText(event)} (${event.cause})`;
    case 'commission.recorded':
      return commissionText(event.commission);
    case 'stop.moved':
      return `stop moved from ${price(toUsd(event.old))} to ${price(toUsd(event.new))} (${event.cause})`;
    default:
      return null;
  }
}

const correctedText = ({ by }: EventOf<'fill.corrected'>): string =>
  by.length === 0
    ? 'none'
    : by.map((fill) => `${fill.quantity} at ${price(toUsd(fill.price))}`).join(' and ');

const commissionText = (commission: Micros | null): string =>
  commission === null ? 'commission not known yet' : `commission ${amount(toUsd(commission))}`;

function termsText(sent: EventOf<'order.submitted'>): string {
  const { side, quantity, orderType, limitPrice, stopPrice, timeInForce } = sent;
  const level = orderType === 'stop' ? stopPrice : limitPrice;
  const at = level === null ? '' : ` ${price(toUsd(level))}`;
  const why =
    sent.leg !== 'exit' || sent.exitReason === null ? '' : `, exit for ${sent.exitReason}`;
  return `${side} ${quantity}, ${orderType}${at}, ${timeInForce}${why}`;
}

function changeText({
  old,
  new: now,
}: EventOf<'order.modified'> | EventOf<'order.modify_requested'>): string {
  const level = (value: Micros | null) => (value === null ? 'none' : price(toUsd(value)));
  const changes = [
    old.quantity === now.quantity ? null : `quantity ${old.quantity} to ${now.quantity}`,
    old.limitPrice === now.limitPrice
      ? null
      : `limit ${level(old.limitPrice)} to ${level(now.limitPrice)}`,
    old.stopPrice === now.stopPrice
      ? null
      : `stop ${level(old.stopPrice)} to ${level(now.stopPrice)}`,
  ].filter((change) => change !== null);
  return changes.length === 0 ? 'nothing' : changes.join(', ');
}
