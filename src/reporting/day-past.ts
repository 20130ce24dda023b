import { isLive, nextStatus, type OrderStatus } from '../domain/order.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { REMEMBERED_CLOSES } from '../ledger/book-closes.ts';
import { addedBy, orderEventOf } from './day-orders.ts';

interface PastOrder {
  status: OrderStatus;
  quantity: number;
  filled: number;
  readonly events: JournalEvent[];
}

/** What changes a position. */
type Booked = EventOf<'fill.recorded'> | EventOf<'fill.corrected'> | EventOf<'split.applied'>;

/** A round trip: open while shares are owned, and remembered a while after. */
interface PastTrip {
  readonly symbol: string;
  owned: number;
  /** Of the last event. */
  session: SessionDate;
  readonly events: Booked[];
  /** Of its executions, and of those that stand for them. */
  readonly names: Set<string>;
  /** What nobody has told of yet: its correction may come at any time. */
  readonly inferred: Set<string>;
}

/**
 * What of the past still matters: positions, round trips that a correction may open again, live orders, missing
 * commissions, money moved since the last mark.
 */
export class PastKeeper {
  #orders = new Map<string, PastOrder>();
  #open = new Map<string, PastTrip>();
  #ended: PastTrip[] = [];
  #closes: SessionDate[] = [];
  #unpaid = new Map<string, EventOf<'fill.recorded'> | EventOf<'fill.corrected'>>();
  #sinceMark: JournalEvent[] = [];

  clone(): PastKeeper {
    const copy = new PastKeeper();
    for (const [ref, order] of this.#orders) {
      copy.#orders.set(ref, { ...order, events: [...order.events] });
    }
    for (const [symbol, trip] of this.#open) copy.#open.set(symbol, copyOf(trip));
    copy.#ended = this.#ended.map(copyOf);
    copy.#closes = [...this.#closes];
    copy.#unpaid = new Map(this.#unpaid);
    copy.#sinceMark = [...this.#sinceMark];
    return copy;
  }

  add(event: JournalEvent): void {
    this.#follow(event);
    if (event.type === 'fill.recorded') this.#addFill(event);
    if (event.type === 'fill.corrected') this.#addCorrection(event);
    if (event.type === 'split.applied') {
      const trip = this.#open.get(event.symbol);
      if (trip !== undefined) this.#book(trip, event, event.quantityAfter);
    }
    if (event.type === 'account.marked') {
      if (event.cause === 'close') this.#forgetBefore(event.session);
      this.#sinceMark = [];
    }
    if (event.type === 'cash.recorded') this.#sinceMark.push(event);
    if (event.type === 'commission.recorded' && this.#unpaid.delete(event.execId)) {
      this.#sinceMark.push(event);
    }
  }

  result(): JournalEvent[] {
    const kept = new Set<JournalEvent>();
    const keep = (event: JournalEvent) => kept.add(event);
    for (const order of this.#orders.values()) order.events.forEach(keep);
    for (const trip of [...this.#ended, ...this.#open.values()]) trip.events.forEach(keep);
    for (const fill of this.#unpaid.values()) keep(fill);
    this.#sinceMark.forEach(keep);
    return [...kept].sort((a, b) => a.seq - b.seq);
  }

  #addFill(fill: EventOf<'fill.recorded'>): void {
    const { execId, symbol, side, quantity, session } = fill;
    if (this.#tripOf(symbol, execId) !== undefined) return;
    const trip = this.#open.get(symbol) ?? {
      symbol,
      owned: 0,
      session,
      events: [],
      names: new Set(),
      inferred: new Set(),
    };
    trip.names.add(execId);
    if (fill.source === 'inferred') trip.inferred.add(execId);
    if (fill.commission === null) this.#unpaid.set(execId, fill);
    this.#book(trip, fill, side === 'buy' ? trip.owned + quantity : trip.owned - quantity);
  }

  #addCorrection(event: EventOf<'fill.corrected'>): void {
    const { symbol, execId, by, side } = event;
    this.#unpaid.delete(execId);
    for (const fill of by) if (fill.commission === null) this.#unpaid.set(fill.execId, event);
    this.#sinceMark.push(event);
    const trip = this.#tripOf(symbol, execId);
    if (trip === undefined) return;
    trip.inferred.delete(execId);
    for (const fill of by) {
      trip.names.add(fill.execId);
      if (fill.inferred) trip.inferred.add(fill.execId);
    }
    const { quantity: more } = addedBy(event);
    this.#book(trip, event, side === 'buy' ? trip.owned + more : trip.owned - more);
  }

  /** The round trip that an execution belongs to. */
  #tripOf(symbol: string, execId: string): PastTrip | undefined {
    const open = this.#open.get(symbol);
    if (open?.names.has(execId) === true) return open;
    return this.#ended.findLast((trip) => trip.symbol === symbol && trip.names.has(execId));
  }

  /** Takes a round trip to so many shares: it may end, and a correction may open it again. */
  #book(trip: PastTrip, event: Booked, owned: number): void {
    trip.events.push(event);
    trip.owned = owned;
    trip.session = event.session;
    const isOpen = this.#open.get(trip.symbol) === trip;
    if (owned === 0 && !this.#ended.includes(trip)) this.#ended.push(trip);
    if (owned === 0 && isOpen) this.#open.delete(trip.symbol);
    if (owned === 0 || isOpen) return;
    this.#ended = this.#ended.filter((other) => other !== trip);
    this.#open.set(trip.symbol, trip);
  }

  /** Lets go of what ended so long ago that the book does not know it any more either. */
  #forgetBefore(session: SessionDate): void {
    const others = this.#closes.filter((close) => close !== session);
    this.#closes = [...others, session].slice(-REMEMBERED_CLOSES);
    const [oldest = session] = this.#closes;
    this.#ended = this.#ended.filter(
      ({ session: last, inferred, names }) =>
        last >= oldest || inferred.size > 0 || [...names].some((name) => this.#unpaid.has(name)),
    );
  }

  #follow(event: JournalEvent): void {
    if (event.type === 'order.submitted') {
      this.#orders.set(event.orderRef, {
        status: 'submitted',
        quantity: event.quantity,
        filled: 0,
        events: [event],
      });
      return;
    }
    if (!('orderRef' in event) || event.orderRef === null) return;
    const order = this.#orders.get(event.orderRef);
    if (order === undefined) return;
    order.events.push(event);
    if (event.type === 'fill.recorded') order.filled += event.quantity;
    if (event.type === 'fill.corrected') order.filled += addedBy(event).quantity;
    if (event.type === 'order.modified') order.quantity = event.new.quantity;
    const kind = orderEventOf(event, order.filled >= order.quantity);
    if (kind !== null) order.status = nextStatus(order.status, kind);
    if (!isLive(order.status)) this.#orders.delete(event.orderRef);
  }
}

const copyOf = (trip: PastTrip): PastTrip => ({
  ...trip,
  events: [...trip.events],
  names: new Set(trip.names),
  inferred: new Set(trip.inferred),
});
