import type { BrokerStatement } from '../../domain/account.ts';
import { type Micros, subtract, timesBps } from '../../domain/money.ts';
import type { Bracket, EntryBand, Order } from '../../domain/order.ts';
import { assert, assertExists } from '../../domain/result.ts';
import { DAY_MS, type EpochMs, type Session, type SessionDate } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type { Broker, BrokerEvent, OrderChange, SendOutcome } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommissionModel } from '../../risk/commission.ts';
import { type ChildArm, type ChildFate, SimAccount } from './sim-account.ts';
import { encodeAccount, restoreAccount, type SimAccountState } from './sim-account-state.ts';
import { type MatchingRules, matchInside, matchOpens } from './sim-matching.ts';
import {
  bracketFault,
  changed,
  orderFault,
  remainingOf,
  type SimOrder,
  sameBand,
  sameTerms,
} from './sim-order.ts';
import { applySplits, type SplitApplied } from './sim-splits.ts';
import { statementOf } from './sim-statement.ts';

/** What a simulated broker is made of. */
export interface SimBrokerOptions {
  readonly account: string;
  readonly startingCash: Micros;
  readonly source: BarSource;
  /** Stamps what is sent; bars are stamped by the instants they are given. */
  readonly clock: Clock;
  /** What a fill at the market costs against the price it met, each way. */
  readonly slippageBps: number;
  readonly commission: CommissionModel;
  /** Our orders together take at most this part of a bar's volume; unlimited when left out. */
  readonly participationFraction?: number;
  readonly accountKind: 'margin' | 'cash';
  readonly childArm: ChildArm;
  /** What becomes of stop and target when an entry filled in part is ended; kept for what was bought by default. */
  readonly childFate?: ChildFate;
  /** The account as another process left it; wins over account and startingCash. */
  readonly restore?: SimAccountState;
  /**
   * Called when something happened in the account, before anybody is told of it: whoever makes the account outlive
   * the process does so here. Then a crash can lose a message, which is told again, but never an order or a fill.
   */
  readonly keep?: () => void;
}

/** Why the simulated broker refuses, in `SendOutcome.code`. A refusal is the answer itself; no event repeats it. */
export type SimRefusal = 'INVALID' | 'CONFLICT' | 'OVERSELL' | 'UNKNOWN_ORDER' | 'NOT_WORKING';

const ACCEPTED: SendOutcome = { outcome: 'accepted' };
const refuse = (code: SimRefusal, message: string): SendOutcome => ({
  outcome: 'rejected',
  code,
  message,
});

const FRIDAY = 5;
/** 1970-01-01 was a Thursday. */
const isFriday = (at: EpochMs): boolean => (Math.floor(at / DAY_MS) + 4) % 7 === FRIDAY;

/**
 * A broker that fills from bars. Long only, whole shares; a sell never exceeds what is owned. It does not refuse for
 * want of money: buying power is the guards' business. Whoever drives it calls, at each instant in this order,
 * `closeBars`, then its own jobs, then `openBars`; before the first of a session `startSession`, after the last
 * `endOfSession`.
 */
export class SimBroker implements Broker {
  readonly simulated = true;
  readonly account: string;
  private readonly books: SimAccount;
  private readonly matching: MatchingRules;
  private readonly clock: Clock;
  private readonly keep: () => void;
  /** Messages that `keep` was called for. */
  private kept: number;

  constructor(options: SimBrokerOptions) {
    const { account, accountKind, commission, childArm, childFate = 'kept' } = options;
    const rules = { account, accountKind, commission, childArm, childFate };
    const { source, slippageBps, participationFraction = null } = options;
    assert(slippageBps >= 0 && slippageBps < 10_000, `slippage lies in 0..10000 bps`);
    this.account = account;
    this.books =
      options.restore === undefined
        ? new SimAccount(rules, options.startingCash)
        : restoreAccount(rules, options.restore);
    this.matching = { source, slippageBps, participationFraction };
    this.clock = options.clock;
    this.keep = options.keep ?? (() => {});
    this.kept = this.books.events.length;
  }

  private keepNews(): void {
    if (this.books.events.length === this.kept) return;
    this.keep();
    this.kept = this.books.events.length;
  }

  private answer(outcome: SendOutcome): Promise<SendOutcome> {
    this.keepNews();
    return Promise.resolve(outcome);
  }

  submit(bracket: Bracket): Promise<SendOutcome> {
    return this.answer(this.take(bracket));
  }

  submitOrder(order: Order): Promise<SendOutcome> {
    return this.answer(this.takeOrder(order));
  }

  modify(orderRef: string, change: OrderChange): Promise<SendOutcome> {
    return this.answer(this.change(orderRef, change));
  }

  cancel(orderRef: string): Promise<SendOutcome> {
    const held = this.workingOrder(orderRef);
    if ('outcome' in held) return Promise.resolve(held);
    this.books.end(held, 'cancelled', 'requested', this.clock.now());
    return this.answer(ACCEPTED);
  }

  statement(fillsSince: EpochMs): Promise<BrokerStatement> {
    return Promise.resolve(statementOf(this.books, this.clock.now(), fillsSince));
  }

  drain(): readonly BrokerEvent[] {
    this.keepNews();
    const { events } = this.books;
    this.books.events = [];
    this.kept = 0;
    return events;
  }

  /**
   * Begins a session: splits that became effective since the last one change positions and working orders. To be
   * called before anything is decided for the session; `openBars` does it where it was forgotten.
   */
  startSession(session: Session): readonly SplitApplied[] {
    const { session: last } = this.books;
    if (last !== null && last >= session.date) return [];
    return applySplits(this.books, this.matching.source, session);
  }

  /** What happens at the opens of bars starting now: gap exits, pending exits, entries. Once for each instant. */
  openBars(at: EpochMs, session: Session): void {
    const { played } = this.books;
    if (at === played.opens) return;
    this.startSession(session);
    played.opens = at;
    matchOpens({ account: this.books, rules: this.matching, at, session });
    this.books.sweep();
  }

  /** What happened inside bars ending now: stops, then targets, then resting entries. */
  closeBars(at: EpochMs, session: Session): void {
    const { played } = this.books;
    if (at === played.closes) return;
    played.closes = at;
    matchInside({ account: this.books, rules: this.matching, at, session });
    this.books.sweep();
  }

  /**
   * Fills a working market sell at the last price seen, outside any bar: an exit at the close, or of a position whose
   * data ended. `slippage` says whether the fill gives up slippage.
   */
  fillAtMark(orderRef: string, at: EpochMs, session: Session, slippage: boolean): void {
    const held = this.books.orders.get(orderRef);
    assert(held !== undefined && held.doneAt === null, `${orderRef} is not a working order`);
    const { order } = held;
    assert(order.side === 'sell' && order.type === 'market', `${orderRef} is not a market sell`);
    const desk = this.books.deskOf(order.symbol);
    const mark = assertExists(desk.mark, `${order.symbol} has no mark`);
    const quantity = Math.min(remainingOf(held), desk.quantity);
    assert(quantity > 0, `no shares of ${order.symbol} are left to sell`);
    const given = slippage ? timesBps(mark, this.matching.slippageBps) : 0;
    this.books.fill(held, quantity, subtract(mark, given as Micros), at, session.date);
    this.books.sweep();
  }

  /** Ends a session: its DAY orders expire; one sent after the close belongs to the next session. */
  endOfSession(session: Session): void {
    const { played } = this.books;
    if (played.ended !== null && session.date <= played.ended) return;
    played.ended = session.date;
    const at = session.closeAt;
    for (const desk of this.books.desks.values()) {
      for (const held of desk.live) {
        const isDay = held.order.timeInForce === 'DAY' && held.submittedAt < at;
        if (isDay) this.books.end(held, 'expired', 'day', at);
      }
    }
    this.books.unsettled = this.books.unsettled.filter((sale) => sale.settlesOn > session.date);
    if (isFriday(at)) this.books.forgetBefore(at);
    this.books.sweep();
  }

  /** Cash that may be spent on a session: in a cash account without sales that have not settled by then. */
  settledCash(on: SessionDate): Micros {
    let cash = this.books.cash;
    for (const sale of this.books.unsettled) {
      if (sale.settlesOn > on) cash = subtract(cash, sale.amount);
    }
    return cash;
  }

  /** The account as JSON, to be restored by another process. */
  state(): SimAccountState {
    return encodeAccount(this.books);
  }

  private take(bracket: Bracket): SendOutcome {
    const { entry, stop, target, band } = bracket;
    const legs = target === null ? [entry, stop] : [entry, stop, target];
    const repeated = this.repeated(legs, band);
    if (repeated !== null) return repeated;
    const fault = bracketFault(bracket) ?? legs.map(orderFault).find((text) => text !== null);
    if (fault) return refuse('INVALID', `${entry.orderRef}: ${fault}`);
    for (const leg of legs) this.books.accept(leg, leg === entry ? band : null, this.clock.now());
    return ACCEPTED;
  }

  private takeOrder(order: Order): SendOutcome {
    const repeated = this.repeated([order], null);
    if (repeated !== null) return repeated;
    const fault = orderFault(order);
    if (fault !== null) return refuse('INVALID', `${order.orderRef}: ${fault}`);
    if (order.side === 'sell' && this.oversells(order, order.quantity)) {
      this.books.sweep();
      return refuse('OVERSELL', `${order.orderRef}: sells would exceed what is or may be owned`);
    }
    this.books.accept(order, null, this.clock.now());
    return ACCEPTED;
  }

  /** The answer to orders sent before; null when all of them are new. */
  private repeated(orders: readonly Order[], band: EntryBand | null): SendOutcome | null {
    const known = orders.filter((order) => this.books.orders.has(order.orderRef));
    if (known.length === 0) return null;
    const same = orders.every((order) => {
      const held = this.books.orders.get(order.orderRef);
      if (held === undefined || !sameTerms(held.asked, order)) return false;
      return order.leg !== 'entry' || sameBand(held.askedBand, band);
    });
    if (same) return ACCEPTED;
    const refs = known.map((order) => order.orderRef).join(', ');
    return refuse('CONFLICT', `${refs}: sent before with other terms`);
  }

  private change(orderRef: string, change: OrderChange): SendOutcome {
    const held = this.workingOrder(orderRef);
    if ('outcome' in held) return held;
    const next = changed(held, change);
    if (typeof next === 'string') return refuse('INVALID', `${orderRef}: ${next}`);
    if (sameTerms(next, held.order)) return ACCEPTED;
    const grows = next.quantity > held.order.quantity && next.side === 'sell';
    if (grows && this.oversells(next, next.quantity - held.filled)) {
      return refuse('OVERSELL', `${orderRef}: sells would exceed what is or may be owned`);
    }
    this.books.replace(held, next, this.clock.now());
    return ACCEPTED;
  }

  private oversells(order: Order, quantity: number): boolean {
    const desk = this.books.deskOf(order.symbol);
    const { orderRef, ocaGroup } = order;
    const sellable = this.books.sellable(desk, { orderRef, ocaGroup, quantity });
    return sellable > this.books.coverable(desk);
  }

  private workingOrder(orderRef: string): SimOrder | SendOutcome {
    const held = this.books.orders.get(orderRef);
    if (held === undefined) return refuse('UNKNOWN_ORDER', `${orderRef} was never sent here`);
    if (held.doneAt !== null) return refuse('NOT_WORKING', `${orderRef} is ${held.status}`);
    return held;
  }
}

/** A simulated broker over a bar source. */
export const createSimBroker = (options: SimBrokerOptions): SimBroker => new SimBroker(options);
