import type { Symbol } from '../domain/market.ts';
import { add, type Micros, micros, subtract, toUsd, ZERO } from '../domain/money.ts';
import { isLive } from '../domain/order.ts';
import { type RunRecord, runId } from '../domain/run.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { Fold, ViewChange } from '../ports/history.ts';
import { decodeBook, encodeBook } from './book-codec.ts';
import { bookModified, bookSubmitted, liveOrders, moveOrder } from './book-orders.ts';
import { finishedRun, startedRun, tradeRecord } from './book-records.ts';
import {
  type BookOrder,
  type BookState,
  type ClosedTrade,
  type CloseMark,
  type EndedTrade,
  emptyBook,
  type OpenTrade,
} from './book-state.ts';
import { bookCommission, bookFill, bookSplit, bookStopMove } from './book-trades.ts';
import { commissionOf, costOf, quantityOf } from './lots.ts';

/** Sessions after which fills, slots and finished orders are forgotten: brokers repeat executions for about a week. */
const REMEMBERED_CLOSES = 10;

/**
 * Our view of the account: the journal folded event by event. The broker's statement is another value, compared with
 * this one and never merged into it.
 */
export class Book implements Fold {
  #state: BookState = emptyBook();

  apply(event: JournalEvent): readonly ViewChange[] {
    const state = this.#state;
    state.seq = event.seq;
    switch (event.type) {
      case 'history.opened':
        state.mode = event.mode;
        state.account = event.account;
        return [];
      case 'slot.claimed':
      case 'slot.missed':
        state.claimedSlots.add(slotKey(event.session, event.slot, event.slotAt));
        return [];
      case 'slot.retried':
        state.claimedSlots.add(attemptKey(event, event.attempt));
        return [];
      case 'run.started':
        return this.#run(startedRun(event));
      case 'run.completed':
      case 'run.failed':
        return this.#finishRun(event);
      case 'intent.approved':
        state.approvals.set(event.entryRef, {
          runId: event.runId ?? '',
          score: event.score,
          strategy: event.strategy,
          signalReason: event.signalReason,
          strength: event.strength,
        });
        return [];
      case 'cash.recorded':
        return this.#cash(event);
      case 'account.marked':
        return this.#marked(event);
      case 'trade.closed':
        return this.#closed(event);
      case 'fill.recorded':
        return [...this.#countFilled(event), ...this.#tradeChange(bookFill(state, event))];
      case 'commission.recorded':
        return this.#tradeChange(bookCommission(state, event));
      case 'split.applied':
        return this.#tradeChange(bookSplit(state, event));
      case 'stop.moved':
        return this.#tradeChange(bookStopMove(state, event));
      default:
        this.#order(event);
        return [];
    }
  }

  /** Events about orders; every other type changes no books. */
  #order(event: JournalEvent): void {
    const state = this.#state;
    if (event.type === 'order.submitted') bookSubmitted(state, event);
    else if (event.type === 'order.modified') bookModified(state, event);
    else if (event.type === 'order.acknowledged') moveOrder(state, event.orderRef, 'acknowledged');
    else if (event.type === 'order.rejected') moveOrder(state, event.orderRef, 'rejected');
    else if (event.type === 'order.cancelled') moveOrder(state, event.orderRef, 'cancelled');
    else if (event.type === 'order.expired') moveOrder(state, event.orderRef, 'expired');
    else if (event.type === 'order.unknown') moveOrder(state, event.orderRef, 'lost');
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

  #cash(event: EventOf<'cash.recorded'>): ViewChange[] {
    const state = this.#state;
    state.cash = add(state.cash, event.amount);
    if (event.kind === 'deposit' || event.kind === 'withdrawal') {
      state.flowSinceClose = add(state.flowSinceClose, event.amount);
    }
    return [];
  }

  #closed(event: EventOf<'trade.closed'>): ViewChange[] {
    const ended = this.#state.ending.get(event.tradeId);
    if (ended === undefined) return [];
    const done = {
      ...ended,
      end: { mae: event.mae, mfe: event.mfe, resolution: event.resolution },
    };
    if (done.trade.unknownCommissions > 0) this.#state.ending.set(event.tradeId, done);
    else this.#state.ending.delete(event.tradeId);
    return this.#tradeChange(done);
  }

  #marked(event: EventOf<'account.marked'>): ViewChange[] {
    const state = this.#state;
    state.intensity = event.intensity;
    state.intensitySession = event.session;
    for (const { symbol, mark, stale } of event.marks) {
      const trade = state.trades.get(symbol);
      if (trade === undefined) continue;
      const closing = event.cause === 'close' && !stale;
      state.trades.set(symbol, {
        ...trade,
        mark,
        markSession: stale ? trade.markSession : event.session,
        highestClose: closing && mark > trade.highestClose ? mark : trade.highestClose,
      });
    }
    if (event.cause === 'close') this.#closeSession(event);
    return [];
  }

  #closeSession(event: EventOf<'account.marked'>): void {
    const state = this.#state;
    state.close = nextClose(state.close, event);
    state.flowSinceClose = ZERO;
    state.sessions = [...state.sessions, event.session].slice(-REMEMBERED_CLOSES);
    const oldest = state.sessions[0] as SessionDate;
    for (const [ref, order] of state.orders) {
      if (!isLive(order.status) && order.session < event.session) state.orders.delete(ref);
    }
    for (const [id, run] of state.runs) if (run.status !== 'running') state.runs.delete(id);
    for (const [ref] of state.approvals) if (!this.#owns(ref)) state.approvals.delete(ref);
    for (const [execId, fill] of state.fills) {
      if (fill.session < oldest && fill.commissionKnown) state.fills.delete(execId);
    }
    for (const key of state.claimedSlots) if (key < oldest) state.claimedSlots.delete(key);
  }

  /** True while an approval's entry may still fill or its trade is open. */
  #owns(entryRef: string): boolean {
    const order = this.#state.orders.get(entryRef);
    if (order !== undefined && isLive(order.status)) return true;
    for (const trade of this.#state.trades.values()) if (trade.entryRef === entryRef) return true;
    return false;
  }

  checkpoint(): unknown {
    return encodeBook(this.#state);
  }

  restore(state: unknown): void {
    this.#state = decodeBook(state);
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
  openTrades(): OpenTrade[] {
    return [...this.#state.trades.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  }
  trade(symbol: Symbol): OpenTrade | null {
    return this.#state.trades.get(symbol) ?? null;
  }
  order(orderRef: string): BookOrder | null {
    return this.#state.orders.get(orderRef) ?? null;
  }
  live(symbol?: Symbol): BookOrder[] {
    return liveOrders(this.#state, symbol);
  }
  hasFill(execId: string): boolean {
    return this.#state.fills.has(execId);
  }
  /** Trades that are flat and still lack their trade.closed event. */
  ended(): EndedTrade[] {
    return [...this.#state.ending.values()].filter((ended) => ended.end === null);
  }
  /** The last closed trades, by exit time then symbol. */
  closedTrades(): readonly ClosedTrade[] {
    return this.#state.closed;
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
  /** A run of the current session, or one that has not ended. */
  run(id: string): RunRecord | null {
    return this.#state.runs.get(id) ?? null;
  }
  /** True while a run of this name is remembered: it ran in the current session. */
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
    if (close === null) return 0;
    const base = add(close.equity, flowSinceClose);
    const index = base > 0 ? (close.index * equity) / base : close.index;
    return Math.min(0, index / close.peakIndex - 1);
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

/** Sorts by session first, so that old keys are found by comparing text. */
const slotKey = (session: SessionDate, slot: string, slotAt: number): string =>
  `${session}|${slot}|${slotAt}`;

/** The key of a slot's later attempts, from 2 on. */
const attemptKey = (
  { session, slot, slotAt }: { session: SessionDate; slot: string; slotAt: number },
  attempt: number,
): string => `${slotKey(session, slot, slotAt)}|${attempt}`;

/** The time-weighted index of a close: flows count at the start of the day. */
function nextClose(before: CloseMark | null, event: EventOf<'account.marked'>): CloseMark {
  const base = before === null ? event.equity : add(before.equity, event.flow);
  const growth = base > 0 ? event.equity / base : 1;
  const index = before === null ? 1 : before.index * growth;
  const peakIndex = Math.max(before?.peakIndex ?? index, index);
  const dayPnl = before === null ? ZERO : subtract(event.equity, base);
  const lossFraction = before === null || dayPnl >= 0 ? 0 : -toUsd(dayPnl) / toUsd(before.equity);
  return {
    session: event.session,
    equity: event.equity,
    index,
    peakIndex,
    drawdown: index / peakIndex - 1,
    lossFraction,
  };
}
