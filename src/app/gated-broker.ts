import type { BrokerStatement } from '../domain/account.ts';
import type { Symbol } from '../domain/market.ts';
import { formatUsd, timesQuantity, usd } from '../domain/money.ts';
import type { Bracket, Order } from '../domain/order.ts';
import { bracketFault, type OrderFault, orderFault } from '../domain/order-checks.ts';
import { DEFAULT_TICKS, type TickTable } from '../domain/price.ts';
import type { GateCode, ReasonCode } from '../domain/reason.ts';
import { type EpochMs, MINUTE_MS } from '../domain/time.ts';
import { payloadHash } from '../events/order-events.ts';
import type { Book } from '../ledger/book.ts';
import { mostRemaining, sameTerms, termsOf } from '../ledger/book-orders.ts';
import type { BookOrder } from '../ledger/book-state.ts';
import { buyableOf, type OpenQuantity, sellableOf } from '../ledger/sellable.ts';
import type { Broker, BrokerEvent, OrderChange, SendOutcome } from '../ports/broker.ts';
import { OrderBucket, type OrderRate } from '../risk/order-rate.ts';

/** What the gate lets through, whatever strategy and guards want. */
export interface GateLimits extends OrderRate {
  readonly maxOrdersPerMinute: number;
  readonly maxOrdersPerRun: number;
  readonly maxOrdersPerDay: number;
  /** Most shares and dollars of one entry; the guards hold them too, and here nobody has to have asked those. */
  readonly maxOrderShares?: number | undefined;
  readonly maxOrderNotionalUsd?: number | undefined;
}

/** Why nothing may be entered now; null where entries may go out. Asked before every entry. */
export type EntryRestriction = () => { readonly code: ReasonCode; readonly message: string } | null;

/** What the gate judges by. The book is our journal: what is not in it was not written down. */
export interface GateParts {
  readonly broker: Broker;
  readonly book: Book;
  readonly limits: GateLimits;
  readonly now: () => EpochMs;
  /** False for a symbol that the broker cannot trade. */
  readonly knows: (symbol: Symbol) => boolean;
  /** Why nothing may be entered at this very moment, whatever was approved before; null while entries may go out. */
  readonly restriction: EntryRestriction;
  /** Why nothing at all may be sent at this very moment; asked before every message. A simulated broker has none. */
  readonly refusal?: () => SendOutcome | null;
  readonly ticks?: TickTable;
}

const denied = (code: ReasonCode, message: string): SendOutcome => ({
  outcome: 'denied',
  code,
  message,
});

/**
 * The last gate before a broker. Nothing passes that was not journalled with exactly these terms, that would buy more
 * than an intent was approved for, or sell more than is owned or on its way; no order passes twice; entries pass only
 * while nothing restricts trading, no larger than one order may be, and only as fast and as often as the limits allow.
 * It knows nothing of strategies and guards, and it never holds back what reduces risk for its rate.
 */
export class GatedBroker implements Broker {
  readonly #parts: GateParts;
  readonly #ticks: TickTable;
  #limits: GateLimits;
  #bucket: OrderBucket;
  #restriction: EntryRestriction;
  #refusal: GateParts['refusal'];
  /** What was answered in this process, by orderRef: neither an accepted nor an unanswered order goes out again. */
  readonly #answers = new Map<string, SendOutcome>();

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.#ticks = parts.ticks ?? DEFAULT_TICKS;
    this.#limits = parts.limits;
    this.#restriction = parts.restriction;
    this.#refusal = parts.refusal;
    this.#bucket = new OrderBucket(parts.limits, parts.now());
  }

  /** Goes on under other limits; what was answered stays answered. */
  follow(
    limits: GateLimits,
    restriction: EntryRestriction,
    refusal?: () => SendOutcome | null,
  ): void {
    this.#limits = limits;
    this.#restriction = restriction;
    this.#refusal = refusal;
    this.#bucket = new OrderBucket(limits, this.#parts.now());
  }

  get account(): string {
    return this.#parts.broker.account;
  }
  get simulated(): boolean {
    return this.#parts.broker.simulated;
  }
  get capabilities(): Broker['capabilities'] {
    return this.#parts.broker.capabilities;
  }

  async submit(bracket: Bracket): Promise<SendOutcome> {
    const refused = this.#refused();
    if (refused !== null) return refused;
    const { entry, stop, target } = bracket;
    const orders = target === null ? [entry, stop] : [entry, stop, target];
    const before = this.#before(orders);
    if (before !== null) return before;
    const restricted = this.#restriction();
    if (restricted !== null) return denied(restricted.code, restricted.message);
    const fault = bracketFault(bracket, this.#ticks);
    if (fault !== null) return faultOf(entry, fault);
    const refusal =
      this.#identity(orders) ?? this.#conserved(entry) ?? this.#sized(entry) ?? this.#paced(orders);
    if (refusal !== null) return refusal;
    return this.#send(orders, () => this.#parts.broker.submit(bracket));
  }

  async submitOrder(order: Order): Promise<SendOutcome> {
    const refused = this.#refused();
    if (refused !== null) return refused;
    const before = this.#before([order]);
    if (before !== null) return before;
    const fault = orderFault(order, this.#ticks);
    if (fault !== null) return faultOf(order, fault);
    const refusal =
      this.#identity([order]) ??
      (order.side === 'sell' ? this.#sellsWhatIs(order, order.quantity) : this.#buysBack(order));
    if (refusal !== null) return refusal;
    this.#bucket.takeForExit(1, this.#parts.now());
    return this.#send([order], () => this.#parts.broker.submitOrder(order));
  }

  async modify(orderRef: string, change: OrderChange): Promise<SendOutcome> {
    const refused = this.#refused();
    if (refused !== null) return refused;
    const known = this.#parts.book.order(orderRef);
    if (known === null) return denied('NOT_JOURNALLED', `${orderRef} is no order of ours`);
    const { quantity = known.quantity } = change;
    if (!sameTerms(known.asked ?? known, { ...termsOf(known), ...change })) {
      return denied('NOT_JOURNALLED', `this change of ${orderRef} is not in the journal`);
    }
    if (quantity > known.quantity) {
      if (known.side === 'buy') {
        return denied('CONSERVATION', `${orderRef} would buy more than was approved`);
      }
      const refusal = this.#sellsWhatIs(known, quantity - known.filledQuantity);
      if (refusal !== null) return refusal;
    }
    this.#bucket.takeForExit(1, this.#parts.now());
    return this.#parts.broker.modify(orderRef, change);
  }

  async cancel(orderRef: string): Promise<SendOutcome> {
    const refused = this.#refused();
    if (refused !== null) return refused;
    if (this.#parts.book.order(orderRef) === null) {
      return denied('NOT_JOURNALLED', `${orderRef} is no order of ours`);
    }
    this.#bucket.takeForExit(1, this.#parts.now());
    return this.#parts.broker.cancel(orderRef);
  }

  #refused(): SendOutcome | null {
    return this.#refusal?.() ?? null;
  }

  statement(fillsSince: EpochMs): Promise<BrokerStatement> {
    return this.#parts.broker.statement(fillsSince);
  }

  drain(): readonly BrokerEvent[] {
    return this.#parts.broker.drain();
  }

  async #send(orders: readonly Order[], send: () => Promise<SendOutcome>): Promise<SendOutcome> {
    // Written before the answer: a failure on the way leaves the order unanswered, not unsent.
    const unanswered: SendOutcome = { outcome: 'unknown', message: 'no answer came' };
    for (const { orderRef } of orders) this.#answers.set(orderRef, unanswered);
    const answer = await send();
    for (const { orderRef } of orders) {
      if (answer.outcome === 'not_sent') this.#answers.delete(orderRef);
      else this.#answers.set(orderRef, answer);
    }
    return answer;
  }

  /** The answer to orders that went out before, or that our journal knows the fate of; null for new ones. */
  #before(orders: readonly Order[]): SendOutcome | null {
    for (const order of orders) {
      const known = this.#parts.book.order(order.orderRef);
      if (known !== null && known.payloadHash !== payloadHash(order)) {
        return denied('PAYLOAD_CONFLICT', `${order.orderRef} was written down with other terms`);
      }
      const answer = this.#answers.get(order.orderRef);
      if (answer !== undefined) return answer;
      if (known === null || known.status === 'submitted') continue;
      return known.status === 'unknown'
        ? { outcome: 'unknown', message: 'sent before, and not answered' }
        : { outcome: 'accepted' };
    }
    return null;
  }

  #identity(orders: readonly Order[]): SendOutcome | null {
    for (const { orderRef, symbol } of orders) {
      if (this.#parts.book.order(orderRef) === null) {
        return denied('NOT_JOURNALLED', `${orderRef} is not in the journal`);
      }
      if (!this.#parts.knows(symbol)) return denied('SYMBOL_UNKNOWN', `${symbol} is not known`);
    }
    return null;
  }

  /** An entry buys at most what its intent was approved for. */
  #conserved({ orderRef, quantity }: Order): SendOutcome | null {
    const approved = this.#parts.book.approval(orderRef)?.approved ?? 0;
    return quantity <= approved
      ? null
      : denied('CONSERVATION', `${orderRef} buys ${quantity}, approved are ${approved}`);
  }

  /** An entry is no larger than one order may be. A market order costs at most what its approval allowed for. */
  #sized({ orderRef, quantity, limitPrice }: Order): SendOutcome | null {
    const { maxOrderShares, maxOrderNotionalUsd } = this.#limits;
    if (maxOrderShares !== undefined && quantity > maxOrderShares) {
      const message = `${orderRef} buys ${quantity}, one order may be for ${maxOrderShares}`;
      return denied('ORDER_SHARES', message);
    }
    const price = limitPrice ?? this.#parts.book.approval(orderRef)?.limitPrice;
    if (maxOrderNotionalUsd === undefined || price === undefined) return null;
    const cost = timesQuantity(price, quantity);
    return cost <= usd(maxOrderNotionalUsd)
      ? null
      : denied(
          'ORDER_NOTIONAL',
          `${orderRef} costs ${formatUsd(cost)}, one order may cost ${formatUsd(usd(maxOrderNotionalUsd))}`,
        );
  }

  /** What is sold, this order included, is owned or may still be bought by a working entry. */
  #sellsWhatIs(
    order: Pick<Order, 'orderRef' | 'symbol' | 'ocaGroup'>,
    quantity: number,
  ): SendOutcome | null {
    const others = this.#parts.book
      .live(order.symbol)
      .filter(({ orderRef }) => orderRef !== order.orderRef)
      .map(openQuantity);
    const mine = { side: 'sell', ocaGroup: order.ocaGroup, remaining: quantity } as const;
    const sellable = sellableOf([...others, mine]);
    const room = this.#parts.book.owned(order.symbol) + buyableOf(others);
    return sellable <= room
      ? null
      : denied('OVERSELL', `our sells could sell ${sellable}, owned or on the way are ${room}`);
  }

  /** A buy of its own is only ever sent to leave a short position. */
  #buysBack({ orderRef, leg }: Order): SendOutcome | null {
    return leg === 'exit'
      ? null
      : denied('CONSERVATION', `${orderRef} would buy without a protective stop`);
  }

  #paced(orders: readonly Order[]): SendOutcome | null {
    const { book } = this.#parts;
    const limits = this.#limits;
    const now = this.#parts.now();
    const [entry] = orders as readonly [Order, ...Order[]];
    const own = new Set(orders.map(({ orderRef }) => orderRef));
    const run = runOf(entry.orderRef);
    const prefix = `${run}/`;
    const session = run.slice(0, run.indexOf('/'));
    let perMinute = orders.length;
    let perRun = orders.length;
    let perDay = orders.length;
    for (const { orderRef, submittedAt, session: sentIn } of book.orders()) {
      if (own.has(orderRef)) continue;
      if (submittedAt > now - MINUTE_MS) perMinute += 1;
      if (orderRef.startsWith(prefix)) perRun += 1;
      if (sentIn === session) perDay += 1;
    }
    const over = (code: GateCode, count: number, limit: number): SendOutcome | null =>
      count <= limit ? null : denied(code, `${count} orders, at most ${limit} are allowed`);
    return (
      over('ORDERS_PER_MINUTE', perMinute, limits.maxOrdersPerMinute) ??
      over('ORDERS_PER_RUN', perRun, limits.maxOrdersPerRun) ??
      over('ORDERS_PER_DAY', perDay, limits.maxOrdersPerDay) ??
      (this.#bucket.takeForEntry(orders.length, now)
        ? null
        : denied('ORDER_RATE', 'orders were sent too fast; what is left is kept for exits'))
    );
  }
}

const faultOf = ({ orderRef }: Order, { code, text }: OrderFault): SendOutcome =>
  denied(code, `${orderRef}: ${text}`);

/** "2026-03-05/scan-open": the session and slot that an order was sent from. */
const runOf = (orderRef: string): string => orderRef.split('/', 2).join('/');

/** What an order of the book may still do. */
const openQuantity = (order: BookOrder): OpenQuantity => {
  const { side, ocaGroup, quantity, filledQuantity } = order;
  const remaining = side === 'sell' ? mostRemaining(order, order.asked) : quantity - filledQuantity;
  return { side, ocaGroup, remaining };
};
