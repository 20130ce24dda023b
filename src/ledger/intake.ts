import type { Fill } from '../domain/fill.ts';
import type { Symbol } from '../domain/market.ts';
import { isLive, type OrderEventKind } from '../domain/order.ts';
import { assert, assertExists } from '../domain/result.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { BrokerEvent } from '../ports/broker.ts';
import type { Book } from './book.ts';
import { filledOrder, modifiedOrder, movedOrder, sameTerms, termsOf } from './book-orders.ts';
import type { BookOrder } from './book-state.ts';
import { newTradeId } from './book-trades.ts';

type Message<K extends BrokerEvent['kind']> = Extract<BrokerEvent, { kind: K }>;

/**
 * What the journal records of the broker's messages: each fact once. A repeated execution or acknowledgement, or the
 * end of an order that has ended already, adds nothing. Executions are taken in the order of their times. Orders that
 * we never sent are none of our business; what they sell of our shares, though, was sold by hand.
 */
export function intake(
  book: Book,
  messages: readonly BrokerEvent[],
  session: SessionDate,
): EventDraft[] {
  const desk = new IntakeDesk(book, session);
  return inTimeOrder(messages).flatMap((message) => desk.take(message));
}

/** The messages as they came, the executions among them by time. */
function inTimeOrder(messages: readonly BrokerEvent[]): BrokerEvent[] {
  const fills = messages
    .filter((message) => message.kind === 'filled')
    .sort((a, b) => a.fill.filledAt - b.fill.filledAt);
  let next = 0;
  return messages.map((message) => {
    if (message.kind !== 'filled') return message;
    next += 1;
    return assertExists(fills[next - 1], 'as many executions as there were');
  });
}

/** What the book will be once the messages before have been written down. */
class IntakeDesk {
  readonly #book: Book;
  readonly #session: SessionDate;
  readonly #orders = new Map<string, BookOrder>();
  readonly #owned = new Map<Symbol, number>();
  readonly #execIds = new Set<string>();
  readonly #commissions = new Set<string>();
  readonly #opened = new Set<string>();

  constructor(book: Book, session: SessionDate) {
    this.#book = book;
    this.#session = session;
  }

  take(message: BrokerEvent): readonly EventDraft[] {
    if (message.kind === 'filled') return this.#filled(message);
    const draft = this.#told(message);
    return draft === null ? [] : [draft];
  }

  /** An execution; the first of a round trip also opens it. */
  #filled({ fill, at }: Message<'filled'>): readonly EventDraft[] {
    const before = this.#owned.get(fill.symbol) ?? this.#book.owned(fill.symbol);
    if (!this.#fills(fill)) return [];
    const session = this.#session;
    const base = { at, runId: null };
    const recorded = {
      ...base,
      type: 'fill.recorded',
      ...fill,
      session,
      source: 'broker',
    } as const;
    if (before > 0 || fill.side === 'sell') return [recorded];
    const { orderRef: entryRef, symbol, quantity } = fill;
    const isFirst = this.#order(entryRef)?.filledQuantity === quantity;
    const isUsed = (id: string): boolean => this.#opened.has(id) || this.#book.hasTrade(id);
    const tradeId = newTradeId(entryRef, isFirst, isUsed);
    this.#opened.add(tradeId);
    return [recorded, { ...base, type: 'trade.opened', tradeId, symbol, entryRef }];
  }

  #told(message: Exclude<BrokerEvent, { kind: 'filled' }>): EventDraft | null {
    const base = { at: message.at, runId: null };
    switch (message.kind) {
      case 'acknowledged': {
        const { orderRef, brokerId } = message;
        if (!this.#moves(orderRef, 'acknowledged')) return null;
        return { ...base, type: 'order.acknowledged', orderRef, brokerId };
      }
      case 'commission': {
        const { execId, commission } = message;
        if (this.#commissions.has(execId) || this.#book.hasCommission(execId)) return null;
        this.#commissions.add(execId);
        return { ...base, type: 'commission.recorded', execId, commission };
      }
      case 'modified':
        return this.#modified(message);
      case 'cancelled':
      case 'expired': {
        const { orderRef, cause } = message;
        if (!this.#moves(orderRef, message.kind)) return null;
        const type = message.kind === 'cancelled' ? 'order.cancelled' : 'order.expired';
        return { ...base, type, orderRef, cause };
      }
      case 'deactivated': {
        const { orderRef, cause } = message;
        if (!this.#moves(orderRef, 'deactivated')) return null;
        return { ...base, type: 'order.deactivated', orderRef, cause };
      }
      case 'cancel_refused': {
        const { orderRef } = message;
        if (!this.#moves(orderRef, 'cancel_refused')) return null;
        return { ...base, type: 'order.cancel_refused', orderRef };
      }
      case 'rejected': {
        const { orderRef, code } = message;
        if (!this.#moves(orderRef, 'rejected')) return null;
        return { ...base, type: 'order.rejected', orderRef, code, message: message.message };
      }
    }
  }

  #order(orderRef: string): BookOrder | null {
    return this.#orders.get(orderRef) ?? this.#book.order(orderRef);
  }

  /** True where the message tells something new about an order of ours. */
  #moves(orderRef: string, kind: OrderEventKind): boolean {
    const order = this.#order(orderRef);
    const moved = order === null ? null : movedOrder(order, kind);
    if (moved === null || moved === order) return false;
    this.#orders.set(orderRef, moved);
    return true;
  }

  #fills({ execId, orderRef, symbol, side, quantity, commission }: Fill): boolean {
    if (this.#execIds.has(execId) || this.#book.hasFill(execId)) return false;
    const owned = this.#owned.get(symbol) ?? this.#book.owned(symbol);
    const order = this.#order(orderRef);
    if (order === null && (side === 'buy' || quantity > owned)) return false;
    this.#execIds.add(execId);
    if (commission !== null) this.#commissions.add(execId);
    this.#owned.set(symbol, side === 'buy' ? owned + quantity : owned - quantity);
    if (order !== null) this.#orders.set(orderRef, filledOrder(order, quantity));
    return true;
  }

  #modified({ order, at }: Message<'modified'>): EventDraft | null {
    const { orderRef } = order;
    const known = this.#order(orderRef);
    if (known === null || !isLive(known.status) || sameTerms(known, order)) return null;
    assert(order.quantity > 0, `a modified order keeps a quantity (${orderRef})`);
    const [old, terms] = [termsOf(known), termsOf(order)];
    this.#orders.set(orderRef, modifiedOrder(known, terms));
    return { type: 'order.modified', at, runId: null, orderRef, old, new: terms, cause: 'broker' };
  }
}
