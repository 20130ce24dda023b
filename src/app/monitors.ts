import type { Symbol } from '../domain/market.ts';
import { timesFraction } from '../domain/money.ts';
import { type ExitReason, isLive } from '../domain/order.ts';
import {
  type EpochMs,
  epochMs,
  MINUTE_MS,
  type Session,
  type SessionDate,
} from '../domain/time.ts';
import type { BookOrder } from '../ledger/book-state.ts';
import { barMsOf } from './bar-length.ts';
import { watchData, watchOrders } from './breaker-watch.ts';
import type { System } from './compose.ts';
import { followPositions } from './follow-positions.ts';
import { carryOutKill, engageKill, KillPace, killAsked } from './kill.ts';
import { leaveAtClose } from './leave-at-close.ts';
import { decisiveLoss, endCooldown, hasNoLoss, latchCloses, latchDayLoss } from './limit-watch.ts';
import { openingDrafts } from './open-session.ts';
import type { OrderDesk } from './order-desk.ts';
import { deskOf, protectorOf } from './parts.ts';
import type { Protector } from './protector.ts';
import { disarmedWhy, outsideOf, tradingNow } from './trading.ts';
import { closeDrafts, valueAt } from './valuation.ts';

/** A repair that needs more looks than this in a row goes on at the next. */
const MOST_LOOKS = 8;

/** How soon a real broker is looked at again while something is waited for. */
const LOOK_AGAIN_MS = 5_000;

/** How long before the close positions are left where none may be held overnight. */
const FLAT_BEFORE_CLOSE_MS = 5 * MINUTE_MS;

/**
 * What is watched between the jobs: the broker's messages, entries whose time is over, stops that follow, limits. Not
 * slots: never claimed, journalled only when they act, and the same again does nothing.
 */
export class Monitors {
  #system: System;
  #desk: OrderDesk;
  #protector: Protector;
  /** The journal's last event when everything was proved last; null before. */
  #provenSeq: number | null = null;
  /** When a broker was looked at last. */
  #lookedAt = 0;
  /** When it was tried last to end an entry that still works. */
  readonly #triedToEnd = new Map<string, number>();
  readonly #killPace = new KillPace();
  /** True until the first session is opened: an earlier process may have opened it too. */
  #isFirst = true;

  constructor(system: System) {
    this.#system = system;
    this.#desk = deskOf(system);
    this.#protector = protectorOf(system, this.#desk);
  }

  get desk(): OrderDesk {
    return this.#desk;
  }

  /** Goes on with another composition of the same journal and account. */
  follow(system: System): void {
    this.#system = system;
    this.#desk = deskOf(system);
    this.#protector = protectorOf(system, this.#desk);
  }

  /** Before anything of a session: splits change positions and working orders. */
  async openSession(session: Session): Promise<void> {
    const drafts = await openingDrafts(this.#system, session, this.#isFirst);
    this.#isFirst = false;
    if (drafts.length > 0) await this.#system.history.append(drafts);
    await this.takeIn(session.date);
  }

  /** Writes down what the broker said; where it said anything, everything is proved anew. */
  async takeIn(session: SessionDate): Promise<void> {
    if (await this.#desk.takeIn(session)) await this.#protect(session);
    await watchOrders(this.#system, this.#desk.takeNewFills(), session);
  }

  /**
   * Engages the kill switch where its file is there, and does what an engaged one still asks for. An exchange that is
   * played to catch up is killed at the time at which that was asked for, not before it.
   */
  async control(session: Session, isCatchingUp = false): Promise<void> {
    const system = this.#system;
    const asked = killAsked(system);
    const isDue = !isCatchingUp || (asked?.at ?? 0) <= system.clock.now();
    if (asked !== null && isDue) await engageKill(system, this, session, asked);
    else if (system.book.trading.kill !== null && this.#canAsk()) {
      const now = system.clock.now();
      // What is simulated is never refused, and what it waits for is of this very instant.
      const mayTry = (what: string) => system.broker.simulated || this.#killPace.mayTry(what, now);
      await carryOutKill(system, this, session, mayTry);
    }
  }

  /** True while nothing is done by itself but protective repair. A kill file that was seen is in the journal. */
  #isHalted(): boolean {
    return tradingNow(this.#system, outsideOf(this.#system, null)).state === 'halted';
  }

  /**
   * Asks the broker how everything stands and repairs what is not protected, until a look finds nothing more to send.
   * After a restart too: what was sent and not answered for is resolved by it.
   */
  async #protect(session: SessionDate): Promise<void> {
    if (!this.#canAsk()) return;
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      this.#lookedAt = this.#system.clock.now();
      const proofs = await this.#desk.look(session);
      if (!(await this.#protector.step(proofs, session))) {
        this.#provenSeq = this.#system.book.seq;
        return;
      }
    }
  }

  /** False while a broker beyond a line cannot say how things stand: nothing is proved then, and nothing sent. */
  #canAsk(): boolean {
    const { link } = this.#system;
    return link === null || link.standing.state === 'ready';
  }

  /**
   * When a real broker is to be looked at again though nothing is heard: an entry's time is over, or an answer or a
   * repair is waited for. Null where nothing is.
   */
  nextLook(): EpochMs | null {
    const { book, broker, config } = this.#system;
    if (broker.simulated || !this.#canAsk()) return null;
    let next = this.#protector.isWatching ? this.#lookedAt + LOOK_AGAIN_MS : Infinity;
    for (const { orderRef, leg, status, submittedAt } of book.live()) {
      if (status === 'unknown' || status === 'cancel_pending') {
        next = Math.min(next, this.#lookedAt + LOOK_AGAIN_MS);
      } else if (leg === 'entry' && this.#mayEnd()) {
        next = Math.min(next, this.#endAt({ orderRef, submittedAt }, config.entry.ttlMs));
      }
    }
    return next === Infinity ? null : epochMs(next);
  }

  /** Looks again, at a real broker: what it said, entries whose time is over, and what is waited for. */
  async lookAgain(session: SessionDate): Promise<void> {
    const now = this.#system.clock.now();
    await this.expireEntries(now, session);
    if ((this.nextLook() ?? Infinity) > now) return;
    this.#lookedAt = now;
    await this.prove(session);
  }

  /** Proves every position, whether or not the broker said anything. */
  async prove(session: SessionDate): Promise<void> {
    await this.#desk.takeIn(session);
    if (!this.#canAsk()) return;
    const { book, broker } = this.#system;
    // The simulated broker tells of everything: where nothing was written down, nothing has changed.
    const isSame = broker.simulated && book.seq === this.#provenSeq;
    const isSound = book.breaches().size === 0 && !this.#protector.isWatching;
    if (isSame && isSound) return;
    const isBusy = book.openTrades().length > 0 || book.live().length > 0;
    if (isBusy || !isSound) await this.#protect(session);
  }

  /** After bars ended: messages and proofs, entries past their time, the hard daily loss, the end of the day. */
  async afterBars(at: EpochMs, session: Session): Promise<void> {
    await this.prove(session.date);
    await this.expireEntries(at, session.date);
    if (this.#system.book.openTrades().length === 0) {
      await this.#checkFlat(at, session);
      return;
    }
    await watchData(this.#system, at, session);
    if (this.#isHalted()) return;
    const { config, source } = this.#system;
    const { flatBeforeClose, maxHoldingMinutes } = config.exits;
    // Where bars are longer than that, the last one before it has to do.
    const next = at + barMsOf(source, session);
    if (flatBeforeClose && next > session.closeAt - FLAT_BEFORE_CLOSE_MS && at < session.closeAt) {
      await this.#leaveAll('end_of_day', session);
    }
    if (maxHoldingMinutes > 0 && at < session.closeAt) {
      await this.#leaveHeldSince(at - maxHoldingMinutes * MINUTE_MS, session);
    }
    await this.#checkLoss(at, session);
  }

  /** After bars started: messages, and the loss of the day where the last position left at this open. */
  async afterOpens(at: EpochMs, session: Session): Promise<void> {
    await this.takeIn(session.date);
    await this.#checkFlat(at, session);
  }

  /**
   * Stops may have sold the last position: then no later bar is looked at, so the day's loss, all of it in cash, is
   * judged at once. With daily bars it is judged at the close.
   */
  async #checkFlat(at: EpochMs, session: Session): Promise<void> {
    const { book, source } = this.#system;
    if (source.intraday === null || book.openTrades().length > 0) return;
    await this.#checkLoss(at, session);
  }

  async #leaveHeldSince(entryAt: number, session: Session): Promise<void> {
    for (const trade of this.#system.book.openTrades()) {
      if (trade.entryAt <= entryAt) await this.#leave(trade.symbol, 'time', session);
    }
    await this.takeIn(session.date);
  }

  /** Ends what entries have not filled whose time is over by then. */
  async expireEntries(until: number, session: SessionDate): Promise<void> {
    const { book, config } = this.#system;
    for (const order of this.#mayEnd() ? book.live() : []) {
      if (order.leg !== 'entry' || this.#endAt(order, config.entry.ttlMs) > until) continue;
      if (order.status === 'cancel_pending') continue;
      this.#triedToEnd.set(order.orderRef, until);
      await this.#desk.endEntry(order, 'ttl', session);
    }
    await this.takeIn(session);
    for (const orderRef of this.#triedToEnd.keys()) {
      const status = book.order(orderRef)?.status;
      if (status === undefined || !isLive(status)) this.#triedToEnd.delete(orderRef);
    }
  }

  /** False while nothing may be sent, or could arrive: what an entry has not filled stays at work then. */
  #mayEnd(): boolean {
    return this.#canAsk() && disarmedWhy(this.#system) === null;
  }

  /** When an entry is to be ended: once its time is over, and not again at once where the broker did not take that. */
  #endAt(
    { orderRef, submittedAt }: Pick<BookOrder, 'orderRef' | 'submittedAt'>,
    ttlMs: number,
  ): number {
    const tried = this.#triedToEnd.get(orderRef) ?? -Infinity;
    return Math.max(submittedAt + ttlMs, tried + LOOK_AGAIN_MS);
  }

  async #checkLoss(at: EpochMs, session: Session): Promise<void> {
    const system = this.#system;
    const decisive = decisiveLoss(system, at);
    if (decisive === null || hasNoLoss(system, decisive, at, session)) return;
    const state = await valueAt(system, at, session);
    await latchDayLoss(system, state, at, session);
    const { hardDailyLossFraction, onHardDailyLoss } = system.config.risk;
    const limit = timesFraction(state.previousCloseEquity, hardDailyLossFraction, 'floor');
    if (onHardDailyLoss === 'close' && -state.dayPnl >= limit) {
      await this.#leaveAll('daily_loss', session);
    }
  }

  async #leaveAll(reason: ExitReason, session: Session): Promise<void> {
    for (const trade of this.#system.book.openTrades()) {
      await this.#leave(trade.symbol, reason, session);
    }
    await this.takeIn(session.date);
  }

  #leave(symbol: Symbol, reason: ExitReason, session: Session): Promise<readonly string[]> {
    return this.#desk.leave(symbol, reason, session.date, 'monitor');
  }

  /**
   * At the close: day orders end, stops follow the completed bar, the account is valued. All of it comes out the same
   * when a process that died in the middle is followed by one that begins it again.
   */
  async closeSession(session: Session): Promise<void> {
    const { book, broker, history } = this.#system;
    broker.endOfSession(session);
    await this.takeIn(session.date);
    const at = session.closeAt;
    if (book.lastClose?.session !== session.date) {
      if (!this.#isHalted()) await this.#followAtClose(at, session);
      await this.prove(session.date);
      const drafts = await closeDrafts(this.#system, session);
      // The account may not be older than a close in the journal: slots from before it are no longer remembered.
      this.#system.saveAccount();
      await history.append(drafts);
    }
    await latchCloses(this.#system);
    await endCooldown(this.#system, session);
  }

  async #followAtClose(at: EpochMs, session: Session): Promise<void> {
    const { book } = this.#system;
    const before = await valueAt(this.#system, at, session);
    const seq = book.seq;
    await leaveAtClose(this.#system, this.#desk, before, session);
    const held = book.seq === seq ? before : await valueAt(this.#system, at, session);
    await followPositions(this.#system, this.#desk, held, session);
  }
}
