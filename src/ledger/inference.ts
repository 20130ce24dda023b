import type { BrokerOrder, BrokerStatement } from '../domain/account.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, toUsd } from '../domain/money.ts';
import type { SessionDate } from '../domain/time.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { EventDraft } from '../events/event.ts';
import type { Book } from './book.ts';
import type { BookOrder } from './book-state.ts';

/**
 * Fills that nothing but the position shows: a stop sold while we were away, and the broker no longer remembers the
 * execution. A sale of ours that is gone at the broker, together with the shares it would have sold, has sold them: at
 * its own price, as far as we know, and provisionally, until its execution or a statement says what it was.
 *
 * Of purchases nothing is inferred: an entry lives for a day, and shares beyond ours may be somebody else's.
 */
export class Inference {
  readonly #book: Book;
  readonly #statement: BrokerStatement;
  readonly #session: SessionDate;
  readonly #filled = new Map<string, number>();
  readonly #missing = new Map<Symbol, number>();

  constructor(book: Book, statement: BrokerStatement, session: SessionDate) {
    this.#book = book;
    this.#statement = statement;
    this.#session = session;
  }

  /** Shares of an order that are inferred to be filled. */
  filled(orderRef: string): number {
    return this.#filled.get(orderRef) ?? 0;
  }

  /**
   * What follows from an order that is gone, or that has ended with more shares than are known: a fill and a call for a
   * person, or nothing.
   */
  of(order: BookOrder, ended: BrokerOrder | null): EventDraft[] {
    const { orderRef, symbol, side, quantity, filledQuantity } = order;
    if (side !== 'sell' || !this.#statement.complete.positions) return [];
    const missing = this.#missing.get(symbol) ?? this.#missingOf(symbol);
    const sold = Math.min((ended?.filledQuantity ?? quantity) - filledQuantity, missing);
    const price = this.#priceOf(order);
    if (sold <= 0 || price === null) return [];
    this.#missing.set(symbol, missing - sold);
    this.#filled.set(orderRef, sold);
    const { at } = this.#statement;
    const base = { at, runId: null };
    return [
      {
        ...base,
        type: 'fill.recorded',
        execId: `inferred/${orderRef}`,
        orderRef,
        symbol,
        side,
        quantity: sold,
        price,
        commission: null,
        filledAt: at,
        session: this.#session,
        source: 'inferred',
      },
      alertDraft({
        at,
        level: 'warning',
        code: 'FILL_INFERRED',
        message: `${symbol}: ${sold} shares must have been sold by ${orderRef}, at ${toUsd(price)} as far as we know`,
      }),
    ];
  }

  /** Shares that our book has and the account has not. */
  #missingOf(symbol: Symbol): number {
    const stated = this.#statement.positions
      .filter((position) => position.symbol === symbol)
      .reduce((total, { quantity }) => total + quantity, 0);
    return Math.max(0, this.#book.owned(symbol) - Math.max(0, stated));
  }

  #priceOf({ symbol, stopPrice, limitPrice }: BookOrder): Micros | null {
    return stopPrice ?? limitPrice ?? this.#book.trade(symbol)?.mark ?? null;
  }
}
