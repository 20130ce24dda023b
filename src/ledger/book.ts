import type { Symbol } from '../domain/market.ts';
import { add, type Micros, micros, ZERO } from '../domain/money.ts';
import { type RunRecord, runId } from '../domain/run.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { Restriction } from '../domain/trading-state.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { Fold, ViewChange } from '../ports/history.ts';
import { settle } from './book-amend.ts';
import { indexAfter } from './book-closes.ts';
import { decodeBook, encodeBook } from './book-codec.ts';
import { bookCommission, type UnpaidFill, unpaidFills } from './book-commissions.ts';
import {
  type BookedExecution,
  bookCorrection,
  type CorrectingFill,
  executionOf,
  fitsCorrection,
  statedExecution,
} from './book-corrections.ts';
import { attemptKey, bookFact, slotKey } from './book-facts.ts';
import { bookModified, bookSubmitted, liveOrders } from './book-orders.ts';
import { finishedRun, startedRun, tradeRecord } from './book-records.ts';
import { bookSplit } from './book-splits.ts';
import {
  type BookOrder,
  type BookState,
  type ClosedTrade,
  type CloseMark,
  type EndedTrade,
  emptyBook,
  type OpenTrade,
  type TradeContext,
  type TradingRecord,
} from './book-state.ts';
import { bookFill, bookStopMove, boughtAfter, isTradeId, ownedOf } from './book-trades.ts';
import type { Break } from './breaks.ts';
import { commissionOf, costOf, quantityOf } from './lots.ts';
import type { FillStep } from './trade-steps.ts';

/**
 * Our view of the account: the journal folded event by event. The broker's statement is another value, compared with
 * this one and never merged into it.
 */
export class Book implements Fold {
  #state: BookState = emptyBook();
  /** Null where it has to be made anew. */
  #openTrades: readonly OpenTrade[] | null = null;
  #live: readonly BookOrder[] | null = null;

  apply(event: JournalEvent): readonly ViewChange[] {
    const state = this.#state;
    state.seq = event.seq;
    this.#openTrades = null;
    this.#live = null;
    switch (event.type) {
      case 'run.started':
        state.configHash = event.configHash;
        return this.#run(startedRun(event));
      case 'run.completed':
      case 'run.failed':
        return this.#finishRun(event);
      case 'trade.closed':
        return this.#closed(event);
      case 'fill.recorded':
        return [...this.#countFilled(event), ...this.#tradeChange(bookFill(state, event))];
      case 'fill.corrected':
        return this.#tradeChange(bookCorrection(state, event));
      case 'commission.recorded':
        return this.#tradeChange(bookCommission(state, event));
      case 'split.applied':
        return this.#tradeChange(bookSplit(state, event));
      case 'stop.moved':
        return this.#tradeChange(bookStopMove(state, event));
      case 'order.submitted':
        return this.#tradeChange(bookSubmitted(state, event));
      case 'order.modified':
        return this.#tradeChange(bookModified(state, event));
      default:
        bookFact(state, event);
        return [];
    }
  }

  #run(record: ReturnType<typeof startedRun>): ViewChange[] {
    this.#state.runs.set(record.runId, record);
    return [{ view: 'runs', key: record.runId, record }];
  }

  #finishRun(event: EventOf<'run.completed'> | EventOf<'run.failed'>): ViewChange[] {
    const run = this.#state.runs.get(event.runId ?? '');
    return run === undefined ? [] : this.#run(finishedRun(run, event));
  }

  /** An entry that begins to fill counts as filled in the run that sent it, which has usually ended by then. */
  #countFilled(event: EventOf<'fill.recorded'>): ViewChange[] {
    const order = this.#state.orders.get(event.orderRef);
    const first = order?.leg === 'entry' && order.filledQuantity === 0;
    const run = this.#state.runs.get(this.#state.approvals.get(event.orderRef)?.runId ?? '');
    if (!first || run === undefined || this.hasFill(event.execId)) return [];
    return this.#run({ ...run, counts: { ...run.counts, filled: run.counts.filled + 1 } });
  }

  #tradeChange(subject: OpenTrade | EndedTrade | null): ViewChange[] {
    if (subject === null) return [];
    const record = tradeRecord(this.#state, subject);
    return [{ view: 'trades', key: record.tradeId, record }];
  }

  #closed(event: EventOf<'trade.closed'>): ViewChange[] {
    const ended = this.#state.ending.get(event.tradeId);
    if (ended === undefined) return [];
    const done = {
      ...ended,
      end: { mae: event.mae, mfe: event.mfe, resolution: event.resolution },
    };
    return this.#tradeChange(settle(this.#state, done));
  }

  checkpoint(): unknown {
    return encodeBook(this.#state);
  }

  restore(state: unknown): void {
    this.#state = decodeBook(state);
    this.#openTrades = null;
    this.#live = null;
  }

  get seq(): number {
    return this.#state.seq;
  }
  get mode(): BookState['mode'] {
    return this.#state.mode;
  }
  get cash(): Micros {
    return this.#state.cash;
  }
  get intensity(): number | null {
    return this.#state.intensity;
  }
  get intensitySession(): SessionDate | null {
    return this.#state.intensitySession;
  }
  get lastClose(): CloseMark | null {
    return this.#state.close;
  }
  get flowSinceClose(): Micros {
    return this.#state.flowSinceClose;
  }
  /** Open trades by symbol, in symbol order. */
  openTrades(): readonly OpenTrade[] {
    // Asked several times a minute, and changed by events alone.
    this.#openTrades ??= [...this.#state.trades.values()].sort((a, b) =>
      a.symbol < b.symbol ? -1 : 1,
    );
    return this.#openTrades;
  }
  /** The records of the open trades, as the views have them. */
  openRecords(): TradeRecord[] {
    return this.openTrades().map((trade) => tradeRecord(this.#state, trade));
  }
  trade(symbol: Symbol): OpenTrade | null {
    return this.#state.trades.get(symbol) ?? null;
  }
  order(orderRef: string): BookOrder | null {
    return this.#state.orders.get(orderRef) ?? null;
  }
  /** Orders that may still fill, of a symbol or of all, in the order they were submitted. */
  live(symbol?: Symbol): readonly BookOrder[] {
    this.#live ??= liveOrders(this.#state);
    return symbol === undefined
      ? this.#live
      : this.#live.filter((order) => order.symbol === symbol);
  }
  /** Orders that may still fill, and those that ended within the last ten closes, in the order they were sent. */
  orders(): IterableIterator<BookOrder> {
    return this.#state.orders.values();
  }
  /** What was approved of the entry of this name; null when it is not ours, or long over. */
  approval(entryRef: string): TradeContext | null {
    return this.#state.approvals.get(entryRef) ?? null;
  }
  /** Shares held of a symbol. */
  owned(symbol: Symbol): number {
    return ownedOf(this.#state, symbol);
  }
  /** Of the shares held of a symbol, those that were bought after an instant. */
  boughtAfter(symbol: Symbol, instant: EpochMs): number {
    return boughtAfter(this.#state, symbol, instant);
  }
  hasFill(execId: string): boolean {
    return this.#state.fills.has(execId);
  }
  /** An execution as it is in force, by any name it was recorded under; null where it is not known any more. */
  execution(execId: string): BookedExecution | null {
    return executionOf(this.#state, execId);
  }
  /** What was inferred of an order's fills and nobody has told yet; null where nothing is. */
  inferredFill(orderRef: string): FillStep | null {
    const execId = this.#state.inferred.get(orderRef);
    return execId === undefined ? null : (executionOf(this.#state, execId)?.fill ?? null);
  }
  /** What a statement told of an order's fills without naming them: the smallest part of at least so many shares. */
  statedFill(
    orderRef: string,
    quantity: number,
    isTaken: (execId: string) => boolean = () => false,
  ): FillStep | null {
    return statedExecution(this.#state, orderRef, quantity, isTaken);
  }
  /** True where the round trip of an execution can be counted anew with others in its place. */
  canCorrect(execId: string, by: readonly CorrectingFill[]): boolean {
    return fitsCorrection(this.#state, execId, by);
  }
  /** Executions whose commission is not known yet. */
  unpaidFills(): readonly UnpaidFill[] {
    return unpaidFills(this.#state);
  }
  /** True for the name of a round trip that is open, or that recent fills belong to. */
  hasTrade(tradeId: string): boolean {
    return isTradeId(this.#state, tradeId);
  }
  /** True when the commission of an execution is known, also where the execution itself is still to come. */
  hasCommission(execId: string): boolean {
    const { fills, earlyCommissions } = this.#state;
    return fills.get(execId)?.commissionKnown ?? earlyCommissions.has(execId);
  }
  /** Trades that are flat and still lack their trade.closed event. */
  ended(): EndedTrade[] {
    return [...this.#state.ending.values()].filter((ended) => ended.end === null);
  }
  /** The last closed trades, by exit time then symbol. */
  closedTrades(): readonly ClosedTrade[] {
    return this.#state.closed;
  }
  /** Symbols that are not protected as they should be, each with when that was written down. */
  breaches(): ReadonlyMap<Symbol, EpochMs> {
    return this.#state.breaches;
  }
  /** What restricts trading, what breakers count, whom nobody listened to, and the configuration in force. */
  get trading(): TradingRecord {
    return this.#state;
  }
  /** The drawdown limit while it is latched: since which close, and why. A backtest ends there. */
  get drawdownLatch(): Restriction | null {
    return this.#state.restrictions.get('drawdown') ?? null;
  }
  /** Proven differences to the broker's statement, in the order they were found. */
  breaks(): readonly Break[] {
    return [...this.#state.breaks.values()];
  }
  entriesOf(session: SessionDate): number {
    return this.#state.entries.session === session ? this.#state.entries.count : 0;
  }
  /** True for a slot of recent sessions that was begun, or given up as missed: it is never begun again. */
  isClaimed(session: SessionDate, slot: string, slotAt: number): boolean {
    return this.#state.claimedSlots.has(slotKey(session, slot, slotAt));
  }
  /** How often a slot was begun or given up: 0 for one that nothing is known of. */
  attemptsOf(session: SessionDate, slot: string, slotAt: number): number {
    if (!this.isClaimed(session, slot, slotAt)) return 0;
    let attempts = 1;
    while (this.#state.claimedSlots.has(attemptKey({ session, slot, slotAt }, attempts + 1))) {
      attempts += 1;
    }
    return attempts;
  }
  /** True for a slot of recent sessions that was given up. */
  isMissed(session: SessionDate, slot: string, slotAt: number): boolean {
    return this.#state.claimedSlots.has(attemptKey({ session, slot, slotAt }, 'missed'));
  }
  /** A run of the current session, or one that has not ended. */
  run(id: string): RunRecord | null {
    return this.#state.runs.get(id) ?? null;
  }
  /** True while a run of this name is remembered: until the close of its session at least. */
  hasRun(session: SessionDate, slotAt: EpochMs, slot: string): boolean {
    return this.#state.runs.has(runId(session, slotAt, slot));
  }
  /** Runs that began and did not end: left by a process that stopped in the middle. */
  unfinishedRuns(): readonly RunRecord[] {
    return [...this.#state.runs.values()].filter((run) => run.status === 'running');
  }
  /** The fall of the time-weighted index from its peak if the account were worth this now, <= 0. */
  drawdownAt(equity: Micros): number {
    const { close, flowSinceClose } = this.#state;
    return indexAfter(close, equity, flowSinceClose).drawdown;
  }
  /** What the drawdown limit counts: the fall at the last close from the peak that was last forgiven, <= 0. */
  get limitDrawdown(): number {
    return this.#state.close?.limitDrawdown ?? 0;
  }
  /** Cash plus open positions at their marks. */
  equity(): Micros {
    let total: number = this.#state.cash;
    for (const trade of this.#state.trades.values()) total += trade.mark * quantityOf(trade.lots);
    return micros(total);
  }
  /** What is invested and not yet realised: cost and commissions of the open lots, and their value at mark. */
  openLots(): { cost: Micros; commissions: Micros; value: Micros } {
    let cost = ZERO;
    let commissions = ZERO;
    let value = 0;
    for (const trade of this.#state.trades.values()) {
      cost = add(cost, costOf(trade.lots));
      commissions = add(commissions, commissionOf(trade.lots));
      value += trade.mark * quantityOf(trade.lots);
    }
    return { cost, commissions, value: micros(value) };
  }
}
