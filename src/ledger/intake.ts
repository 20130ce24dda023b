import { newYorkDate, sessionOf } from '../calendar/nyse.ts';
import type { Correction, Fill } from '../domain/fill.ts';
import type { Symbol } from '../domain/market.ts';
import { isLive, type OrderEventKind } from '../domain/order.ts';
import { assert, assertExists } from '../domain/result.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { EventDraft } from '../events/event.ts';
import type { BrokerEvent } from '../ports/broker.ts';
import type { Book } from './book.ts';
import type { BookedExecution, CorrectingFill } from './book-corrections.ts';
import { filledOrder, modifiedOrder, movedOrder, sameTerms, termsOf } from './book-orders.ts';
import type { BookOrder } from './book-state.ts';
import { newTradeId } from './book-trades.ts';
import type { FillStep } from './trade-steps.ts';

type Message<K extends BrokerEvent['kind']> = Extract<BrokerEvent, { kind: K }>;

/**
 * What the journal records of the broker's messages: each fact once. A repeated execution or acknowledgement, or the
 * end of an order that has ended already, adds nothing. Executions are taken in the order of their times. Orders that
 * we never sent are none of our business; what they sell of our shares, though, was sold by hand. `sessionAt` says to
 * which session an execution of an instant belongs, where that may not be the one in progress.
 */
export function intake(
  book: Book,
  messages: readonly BrokerEvent[],
  session: SessionDate,
  sessionAt: (filledAt: EpochMs) => SessionDate = () => session,
): EventDraft[] {
  if (messages.length === 0) return [];
  const desk = new IntakeDesk(book, sessionAt);
  const drafts: EventDraft[] = [];
  for (const message of inTimeOrder(messages)) drafts.push(...desk.take(message));
  return drafts;
}

/** The session of an execution's own day; the one given for what was executed on a day without one. */
export const sessionOfFills =
  (session: SessionDate) =>
  (filledAt: EpochMs): SessionDate =>
    sessionOf(newYorkDate(filledAt))?.date ?? session;

/** The messages as they came, the executions among them by time. */
function inTimeOrder(messages: readonly BrokerEvent[]): readonly BrokerEvent[] {
  const fills = messages.filter((message) => message.kind === 'filled');
  if (fills.length < 2) return messages;
  fills.sort((a, b) => a.fill.filledAt - b.fill.filledAt);
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
  readonly #sessionAt: (filledAt: EpochMs) => SessionDate;
  readonly #orders = new Map<string, BookOrder>();
  readonly #owned = new Map<Symbol, number>();
  readonly #execIds = new Set<string>();
  readonly #commissions = new Set<string>();
  readonly #opened = new Set<string>();
  /** Executions of this batch, and those it corrects, by their first name. */
  readonly #executions = new Map<string, BookedExecution>();
  /** What is still inferred of an order; null once all of it was told. */
  readonly #inferred = new Map<string, FillStep | null>();

  constructor(book: Book, sessionAt: (filledAt: EpochMs) => SessionDate) {
    this.#book = book;
    this.#sessionAt = sessionAt;
  }

  take(message: BrokerEvent): readonly EventDraft[] {
    if (message.kind === 'filled') return this.#filled(message);
    const draft = this.#told(message);
    return draft === null ? [] : [draft];
  }

  /** An execution; the first of a round trip also opens it. */
  #filled({ fill, at }: Message<'filled'>): readonly EventDraft[] {
    const corrected = this.#correction(fill, at);
    if (corrected !== null) return corrected;
    const before = this.#owned.get(fill.symbol) ?? this.#book.owned(fill.symbol);
    if (!this.#fills(fill)) return [];
    const session = this.#sessionAt(fill.filledAt);
    this.#executions.set(fill.corrects?.of ?? fill.execId, {
      fill: { kind: 'fill', session, ...fill },
      revision: fill.corrects?.revision ?? 0,
    });
    const recorded: EventDraft = {
      type: 'fill.recorded',
      at,
      runId: null,
      session,
      source: 'broker',
      ...fill,
    };
    if (before > 0 || fill.side === 'sell') return [recorded];
    const { orderRef: entryRef, symbol, quantity } = fill;
    const isFirst = this.#order(entryRef)?.filledQuantity === quantity;
    const isUsed = (id: string): boolean => this.#opened.has(id) || this.#book.hasTrade(id);
    const tradeId = newTradeId(entryRef, isFirst, isUsed);
    this.#opened.add(tradeId);
    return [recorded, { type: 'trade.opened', at, runId: null, tradeId, symbol, entryRef }];
  }

  /** An execution that stands in the place of another one; null for one that is new. */
  #correction(fill: Fill, at: EpochMs): readonly EventDraft[] | null {
    if (this.#execIds.has(fill.execId) || this.#book.hasFill(fill.execId)) return [];
    const { corrects, orderRef } = fill;
    if (corrects !== undefined) {
      const known = this.#executions.get(corrects.of) ?? this.#book.execution(corrects.of);
      if (known === null) return null;
      if (corrects.revision <= known.revision) return [];
      return this.#corrected(corrects, known.fill, [fill], {
        at,
        cause: 'corrected by the broker',
      });
    }
    const inferred = this.#untold(fill);
    if (inferred === null) return null;
    if (inferred.side !== fill.side) return null;
    const rest = inferred.quantity - fill.quantity;
    const left = { ...inferred, execId: `${inferred.execId}+`, quantity: rest };
    const by = rest > 0 ? [fill, { ...left, inferred: true as const }] : [fill];
    const drafts = this.#corrected({ of: inferred.execId, revision: 0 }, inferred, by, {
      at,
      cause: 'the execution of what was inferred',
    });
    this.#inferred.set(orderRef, rest > 0 ? left : null);
    return drafts;
  }

  /** What an execution stands for that was booked without it: inferred, or told by a statement that names none. */
  #untold({ orderRef, quantity }: Fill): FillStep | null {
    const inferred = this.#inferred.get(orderRef);
    if (inferred !== undefined && inferred !== null) return inferred;
    const known = inferred === null ? null : this.#book.inferredFill(orderRef);
    if (known !== null) return known;
    return this.#book.statedFill(orderRef, quantity, (name) => this.#executions.has(name));
  }

  /** The event that puts executions in another's place; a call for a person where the book cannot follow. */
  #corrected(
    { of: execId, revision }: Correction,
    old: FillStep,
    fills: readonly (Fill | (FillStep & { readonly inferred: true }))[],
    { at, cause }: { readonly at: EpochMs; readonly cause: string },
  ): readonly EventDraft[] {
    const { symbol } = fills[0] as Fill;
    const by = fills.map((fill): CorrectingFill => {
      const { execId: name, quantity, price, commission, filledAt } = fill;
      const isInferred = 'inferred' in fill;
      return { execId: name, quantity, price, commission, filledAt, inferred: isInferred };
    });
    const total = by.reduce((sum, { quantity }) => sum + quantity, 0);
    // Other prices always fit; other quantities may leave a round trip that cannot be.
    if (total !== old.quantity && !this.#book.canCorrect(execId, by)) {
      const code = 'CORRECTION_UNBOOKED';
      const message = `${symbol}: ${old.quantity} shares of ${execId} became ${total}`;
      if (this.#book.trading.alerts.has(`${code} ${message}`)) return [];
      return [alertDraft({ at, level: 'critical', code, message })];
    }
    for (const { execId: name, commission } of by) {
      this.#execIds.add(name);
      if (commission !== null) this.#commissions.add(name);
    }
    const first = { ...old, ...by[0] };
    this.#executions.set(execId, { fill: first, revision });
    for (const fill of by)
      this.#executions.set(fill.execId, { fill: { ...old, ...fill }, revision: 0 });
    const { orderRef, side, session, quantity, price, commission } = old;
    const before = { quantity, price, commission };
    const terms = { execId, orderRef, symbol, side, session, revision, cause, old: before, by };
    return [{ type: 'fill.corrected', at, runId: null, ...terms }];
  }

  #told(message: Exclude<BrokerEvent, { kind: 'filled' }>): EventDraft | null {
    const { at } = message;
    switch (message.kind) {
      case 'acknowledged': {
        const { orderRef, brokerId } = message;
        if (!this.#moves(orderRef, 'acknowledged')) return null;
        return { type: 'order.acknowledged', at, runId: null, orderRef, brokerId };
      }
      case 'commission': {
        const { execId, commission } = message;
        if (this.#commissions.has(execId) || this.#book.hasCommission(execId)) return null;
        this.#commissions.add(execId);
        return { type: 'commission.recorded', at, runId: null, execId, commission };
      }
      case 'modified':
        return this.#modified(message);
      case 'cancelled':
      case 'expired': {
        const { orderRef, cause } = message;
        if (!this.#moves(orderRef, message.kind)) return null;
        const type = message.kind === 'cancelled' ? 'order.cancelled' : 'order.expired';
        return { type, at, runId: null, orderRef, cause };
      }
      case 'deactivated': {
        const { orderRef, cause } = message;
        if (!this.#moves(orderRef, 'deactivated')) return null;
        return { type: 'order.deactivated', at, runId: null, orderRef, cause };
      }
      case 'cancel_refused': {
        const { orderRef } = message;
        if (!this.#moves(orderRef, 'cancel_refused')) return null;
        return { type: 'order.cancel_refused', at, runId: null, orderRef };
      }
      case 'rejected': {
        const { orderRef, code } = message;
        if (!this.#moves(orderRef, 'rejected')) return null;
        return {
          type: 'order.rejected',
          at,
          runId: null,
          orderRef,
          code,
          message: message.message,
        };
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

  #fills({ execId, orderRef, symbol, side, quantity, ...fill }: Fill): boolean {
    if (this.#execIds.has(execId) || this.#book.hasFill(execId)) return false;
    const { commission, corrects, filledAt } = fill;
    const owned = this.#owned.get(symbol) ?? this.#book.owned(symbol);
    const order = this.#order(orderRef);
    // A process that begins is told all of the day again: what was sold before we bought was not ours.
    const sellable = owned - this.#book.boughtAfter(symbol, filledAt);
    if (order === null && (side === 'buy' || quantity > sellable)) return false;
    this.#execIds.add(execId);
    if (corrects !== undefined) this.#execIds.add(corrects.of);
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
