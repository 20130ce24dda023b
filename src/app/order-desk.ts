import type { Fill } from '../domain/fill.ts';
import type { Symbol } from '../domain/market.ts';
import type { Micros } from '../domain/money.ts';
import type { ExitReason, Order } from '../domain/order.ts';
import { assertExists } from '../domain/result.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { Book } from '../ledger/book.ts';
import type { BookOrder, EndedTrade, TradeEnd } from '../ledger/book-state.ts';
import { resultOf } from '../ledger/book-trades.ts';
import { bookingOrder } from '../ledger/booking-order.ts';
import { intake, sessionOfFills } from '../ledger/intake.ts';
import { prove, type SymbolProof } from '../ledger/protection.ts';
import {
  type Absences,
  adoptStatement,
  fillsSince,
  statedMessages,
} from '../ledger/statement-intake.ts';
import { loneStop, marketOrder } from '../pipeline/bracket.ts';
import type { ExecutionContext } from '../pipeline/execute.ts';
import { sendExit, sendLone } from '../pipeline/execute.ts';
import type { Broker, BrokerEvent, OrderChange, SendOutcome } from '../ports/broker.ts';
import type { History } from '../ports/history.ts';
import type { FillDraft } from './breaker-watch.ts';
import { type AskedChange, changeRequest } from './order-changes.ts';

/** What the desk works with. */
export interface DeskParts {
  readonly book: Book;
  /** Behind the last gate. */
  readonly broker: Broker;
  readonly history: History;
  readonly now: () => EpochMs;
  readonly context: (session: SessionDate, slot: string) => ExecutionContext;
  /** Facts of a trade's end that only the bars know. */
  readonly measure: (ended: EndedTrade) => Promise<TradeEnd>;
  readonly isHalted: (symbol: Symbol) => boolean;
}

/** Beyond this the broker's clock and ours may differ when executions are asked for since the last answer. */
const OVERLAP_MS = 60_000;
/** How long a cancellation may take before it is asked for again. */
const ASK_AGAIN_MS = 10_000;

/**
 * Where orders are looked after between being sent and being over: takes in what the broker says, asks it about what
 * it does not say, withdraws, shrinks, moves and sells. Everything is written down before it is sent, and the journal
 * alone is enough to go on after a crash.
 */
export class OrderDesk {
  readonly #parts: DeskParts;
  /** Why we cancelled an order; the broker only knows that we asked. */
  readonly #causes = new Map<string, string>();
  /** When a cancellation was asked for last, in this process. */
  readonly #askedAt = new Map<string, EpochMs>();
  readonly #absences: Absences = new Map();
  readonly #lastFillAt = new Map<Symbol, EpochMs>();
  /** Sales of shares whose purchase we have not been told of yet. */
  #early: readonly Fill[] = [];
  #lastComplete: EpochMs | null = null;
  #isInformed = false;
  /** Fills that were written down since they were asked for last. */
  #newFills: FillDraft[] = [];

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** When shares of the symbol last changed hands, as far as this process saw it. */
  lastFillAt(symbol: Symbol): EpochMs | null {
    return this.#lastFillAt.get(symbol) ?? null;
  }

  /** True while a sale waits for the purchase that it sells. */
  get waitsForPurchase(): boolean {
    return this.#early.length > 0;
  }

  /** True where the last look was answered completely: positions, open orders and fills. */
  get isInformed(): boolean {
    return this.#isInformed;
  }

  /** The fills that were written down since the last call. */
  takeNewFills(): readonly FillDraft[] {
    const fills = this.#newFills;
    if (fills.length > 0) this.#newFills = [];
    return fills;
  }

  /** Writes down what the broker said, then closes the trades that became flat by it. True where it said anything. */
  async takeIn(session: SessionDate): Promise<boolean> {
    const messages = this.#parts.broker.drain();
    if (messages.length === 0) return false;
    await this.#book(messages, session);
    return true;
  }

  async #book(messages: readonly BrokerEvent[], session: SessionDate): Promise<void> {
    const { book, broker, history } = this.#parts;
    const ordered = bookingOrder(book, this.#early, messages);
    this.#early = ordered.early;
    // A real broker tells of executions whenever it is asked, not only in their session.
    const sessionAt = broker.simulated ? undefined : sessionOfFills(session);
    const said = intake(book, ordered.messages, session, sessionAt);
    const drafts = said.map((draft) => this.#withCause(draft));
    if (drafts.length > 0) await history.append(drafts);
    for (const draft of drafts) {
      if (draft.type !== 'fill.recorded') continue;
      this.#lastFillAt.set(draft.symbol, draft.filledAt);
      this.#newFills.push(draft);
    }
    const closed: EventDraft[] = [];
    for (const ended of book.ended()) {
      const { gross, net, r } = resultOf(ended.trade);
      closed.push({
        type: 'trade.closed',
        at: ended.exitAt,
        runId: null,
        tradeId: ended.trade.tradeId,
        symbol: ended.trade.symbol,
        exitReason: ended.exitReason,
        grossPnl: gross,
        netPnl: net,
        rMultiple: r,
        ...(await this.#parts.measure(ended)),
      });
    }
    if (closed.length > 0) await history.append(closed);
  }

  #withCause(draft: EventDraft): EventDraft {
    if (draft.type !== 'order.cancelled') return draft;
    const cause = this.#causes.get(draft.orderRef);
    return cause === undefined ? draft : { ...draft, cause };
  }

  /** Asks the broker how everything stands, learns from it, and proves what is protected. */
  async look(session: SessionDate): Promise<readonly SymbolProof[]> {
    const { book, broker, history, isHalted } = this.#parts;
    const { settleMs, showsCompletedOrders } = broker.capabilities;
    const open = book.live().some(({ status }) => status === 'unknown');
    const since = fillsSince(book, open ? null : this.#lastComplete, OVERLAP_MS);
    const statement = await broker.statement(since);
    // What was said up to the statement comes before it.
    await this.takeIn(session);
    await this.#book(statedMessages(book, statement), session);
    const rules = { settleMs, showsCompletedOrders, session };
    const drafts = adoptStatement(book, statement, this.#absences, rules);
    if (drafts.length > 0) await history.append(drafts.map((draft) => this.#withCause(draft)));
    const { positions, openOrders, fills } = statement.complete;
    this.#isInformed = positions && openOrders && fills;
    if (fills) this.#lastComplete = statement.at;
    await this.#askAgain(statement.openOrders);
    return prove(book, statement, isHalted);
  }

  /** A cancellation that the broker still shows no sign of is asked for again: asking twice harms nothing. */
  async #askAgain(open: readonly { readonly orderRef: string }[]): Promise<void> {
    const { book, broker, now } = this.#parts;
    const after = Math.max(broker.capabilities.settleMs, ASK_AGAIN_MS);
    for (const { orderRef } of open) {
      if (book.order(orderRef)?.status !== 'cancel_pending') continue;
      if (now() < (this.#askedAt.get(orderRef) ?? 0) + after) continue;
      this.#askedAt.set(orderRef, now());
      await broker.cancel(orderRef);
    }
  }

  /**
   * After a restart: what was written down to be sent and never answered for may have arrived or not. It is unknown
   * until the broker says.
   */
  async recover(): Promise<void> {
    const { book, history } = this.#parts;
    const drafts = book
      .live()
      .filter(({ status }) => status === 'submitted')
      .map(
        ({ orderRef }): EventDraft => ({
          type: 'order.unknown',
          at: this.#parts.now(),
          runId: null,
          orderRef,
          cause: 'restart before the answer',
        }),
      );
    if (drafts.length > 0) await history.append(drafts);
  }

  /** Asks the broker to withdraw an order; it can still fill until the broker confirms. */
  async cancel(order: BookOrder, cause: string): Promise<void> {
    const { broker, history } = this.#parts;
    const { orderRef } = order;
    this.#causes.set(orderRef, cause);
    this.#askedAt.set(orderRef, this.#parts.now());
    if (order.status !== 'unknown') {
      const base = { at: this.#parts.now(), runId: null };
      await history.append([{ ...base, type: 'order.cancel_requested', orderRef, cause }]);
    }
    const { outcome } = await broker.cancel(orderRef);
    if (outcome === 'not_sent' || outcome === 'denied') {
      const base = { at: this.#parts.now(), runId: null };
      await history.append([{ ...base, type: 'order.cancel_refused', orderRef }]);
    }
  }

  /**
   * Changes a working order: written down first, so that after a crash the broker's next statement tells whether it
   * arrived. What the broker makes of it comes as its message, or in that statement.
   */
  async modify(orderRef: string, change: OrderChange, cause: string): Promise<SendOutcome> {
    const [answer] = await this.modifyAll([{ orderRef, change, cause }]);
    return assertExists(answer, 'every change has an answer');
  }

  /** The same for several orders: all changes are written down as one step, then sent one after the other. */
  async modifyAll(changes: readonly AskedChange[]): Promise<readonly SendOutcome[]> {
    const { book, broker, history, now } = this.#parts;
    const asked = changes.flatMap((one) => changeRequest(book, one, now()));
    if (asked.length > 0) await history.append(asked);
    const answers: SendOutcome[] = [];
    for (const { orderRef, change } of changes) {
      const answer = await broker.modify(orderRef, change);
      answers.push(answer);
      if (answer.outcome === 'accepted' || answer.outcome === 'unknown') continue;
      const base = { at: now(), runId: null, orderRef };
      const refusal = { ...base, type: 'order.modify_refused', cause: answer.message } as const;
      if (book.order(orderRef)?.asked != null) await history.append([refusal]);
    }
    return answers;
  }

  /** Ends what an entry has not filled. Its stop is shrunk to the filled shares first, so that it never oversells. */
  async endEntry(entry: BookOrder, cause: string, session: SessionDate): Promise<void> {
    const { book } = this.#parts;
    const bought = entry.filledQuantity;
    for (const child of book.live(entry.symbol)) {
      if (child.parentRef !== entry.orderRef || bought === 0) continue;
      if (child.quantity > bought) await this.modify(child.orderRef, { quantity: bought }, cause);
    }
    await this.takeIn(session);
    const now = book.order(entry.orderRef);
    if (now !== null && now.status !== 'filled') await this.cancel(now, cause);
  }

  /** Sells all shares of a symbol at the market through the groups of their stops; ends a working entry before. */
  async leave(
    symbol: Symbol,
    reason: ExitReason,
    session: SessionDate,
    slot: string,
  ): Promise<readonly string[]> {
    const { book } = this.#parts;
    for (const entry of book.live(symbol)) {
      if (entry.leg !== 'entry' || entry.status === 'cancel_pending') continue;
      await this.endEntry(entry, reason, session);
      await this.takeIn(session);
    }
    const quantity = book.owned(symbol);
    if (quantity === 0) return [];
    await sendExit({ symbol, quantity }, reason, this.#parts.context(session, slot));
    return this.#saleRefs(symbol);
  }

  #saleRefs(symbol: Symbol): string[] {
    return this.#parts.book
      .live(symbol)
      .filter(({ leg, side }) => leg === 'exit' && side === 'sell')
      .map(({ orderRef }) => orderRef);
  }

  /** A stop of its own, in a group of its own that an exit can join. */
  sendStop(
    symbol: Symbol,
    quantity: number,
    stopPrice: Micros,
    session: SessionDate,
  ): Promise<SendOutcome['outcome']> {
    const context = this.#parts.context(session, PROTECT);
    const make = (ref: string): Order => loneStop(ref, symbol, quantity, stopPrice);
    return sendLone(symbol, 'stop', make, context);
  }

  /** Sells, or buys back, shares at the market. */
  sendMarket(
    terms: Pick<Order, 'symbol' | 'side' | 'quantity' | 'exitReason' | 'ocaGroup'>,
    session: SessionDate,
  ): Promise<SendOutcome['outcome']> {
    const context = this.#parts.context(session, PROTECT);
    return sendLone(terms.symbol, 'exit', (ref) => marketOrder(ref, terms), context);
  }
}

/** The slot that repairs are named by. */
const PROTECT = 'protect';
