import { HORIZON, newYorkDate, nextSession, sessionOf } from '../calendar/nyse.ts';
import type { Symbol } from '../domain/market.ts';
import { type EpochMs, epochMs, type Session } from '../domain/time.ts';
import type { EngineClock } from '../ports/clock.ts';
import { barMsOf } from './bar-length.ts';
import type { System } from './compose.ts';
import { Monitors } from './monitors.ts';

/** Work at an instant of a session. */
export interface Slot {
  readonly at: EpochMs;
  readonly session: Session;
  readonly run: () => Promise<void>;
}

/** An instant at which the exchange opens, closes, or has a bar that matters. */
export interface Instant {
  readonly at: EpochMs;
  readonly session: Session;
  /** When it is played: at once where time is simulated, else when its bars can be had. */
  readonly when: EpochMs;
}

/** How long after they ended bars are asked for: those of a minute, and those of the day. */
export interface BarLag {
  readonly barMs: number;
  readonly closeMs: number;
}

/** Told each instant before it is played; may take its time. */
export type InstantObserver = (at: EpochMs, session: Session) => Promise<void>;

/**
 * Passes through time instant by instant. At one instant: bars that end then, the monitors, the work that is due, bars
 * that start then. Which instants there are follows from what is held and sent: without either, the bars between open
 * and close change nothing and are not played. A simulated exchange is played forward, and its clock moved to each
 * instant, so that whatever is written at one carries its time, however long after it is played. A real one goes on by
 * itself: what was slept through is not made up for, but for closes, at which the account is valued.
 */
export class Engine {
  readonly #clock: EngineClock;
  readonly #onInstant: InstantObserver | undefined;
  #system: System;
  #monitors: Monitors;
  #playedThrough: EpochMs;
  /** The session whose bars were made ready last. */
  #prepared: string | null = null;

  /** Begins after `from`: everything up to then is taken as played. */
  constructor(system: System, clock: EngineClock, from: EpochMs, onInstant?: InstantObserver) {
    this.#system = system;
    this.#clock = clock;
    this.#monitors = new Monitors(system);
    this.#onInstant = onInstant;
    this.#playedThrough = from;
  }

  get playedThrough(): EpochMs {
    return this.#playedThrough;
  }

  get monitors(): Monitors {
    return this.#monitors;
  }

  /** Goes on with another composition of the same journal and account. */
  follow(system: System): void {
    this.#system = system;
    this.#monitors.follow(system);
  }

  /** The next instant at which the exchange opens, closes, or has a bar that matters; null at the calendar's end. */
  nextInstant(): Instant | null {
    const after = this.#playedThrough;
    const session = sessionClosingAfter(after);
    if (session === null) return null;
    const at = this.#nextOf(session, after);
    return { at, session, when: this.#whenOf(at, session) };
  }

  #nextOf(session: Session, after: EpochMs): EpochMs {
    const next = this.#nextOnGrid(session, after);
    if (this.#system.broker.simulated) return next;
    const step = this.#barMs(session);
    const passed = Math.floor((this.#clock.now() - session.openAt) / step) * step;
    return epochMs(Math.min(Math.max(next, session.openAt + passed), session.closeAt));
  }

  #nextOnGrid(session: Session, after: EpochMs): EpochMs {
    if (after < session.openAt) return session.openAt;
    if (this.#isIdle()) return session.closeAt;
    const step = this.#barMs(session);
    const bars = Math.floor((after - session.openAt) / step) + 1;
    return epochMs(Math.min(session.openAt + bars * step, session.closeAt));
  }

  #whenOf(at: EpochMs, { closeAt }: Session): EpochMs {
    const { lag } = this.#system;
    if (lag === null) return at;
    return epochMs(at + (at === closeAt ? lag.closeMs : lag.barMs));
  }

  /** Plays every instant that is to be played by `to`; slots at their time, in the order given. */
  async playTo(to: EpochMs, slots: readonly Slot[] = []): Promise<void> {
    const isSimulated = this.#system.lag === null;
    let waiting = slots.filter(({ at }) => (!isSimulated || at > this.#playedThrough) && at <= to);
    for (;;) {
      const market = this.nextInstant();
      const next = Math.min(market?.when ?? Infinity, ...waiting.map((slot) => slot.at));
      if (!(next <= to)) break;
      const due = waiting.filter((slot) => slot.at === next);
      waiting = waiting.filter((slot) => slot.at !== next);
      const work = due.map(({ run }) => run);
      const session = due[0]?.session ?? market?.session;
      if (session === undefined) break;
      if (market?.when === next) await this.play(market.at, session, work);
      else await this.work(epochMs(next), session, work);
    }
    if (isSimulated) {
      this.#clock.moveTo(to);
      this.#reached(to);
    }
    this.#system.saveAccount();
  }

  /** Does work at a time of its own. Simulated time is played up to it; else nothing of the exchange is. */
  async work(at: EpochMs, session: Session, work: readonly (() => Promise<void>)[]): Promise<void> {
    if (this.#system.lag === null) return this.play(at, session, work);
    await this.#monitors.control(session);
    await this.#do(work, session);
  }

  /**
   * Plays one instant, at or after the last one, of a session: its bars where any end or start there, and the work.
   * An instant that was already played only has its work done.
   */
  async play(
    at: EpochMs,
    session: Session,
    work: readonly (() => Promise<void>)[] = [],
  ): Promise<void> {
    const { broker } = this.#system;
    await this.#onInstant?.(at, session);
    const isNew = at > this.#playedThrough;
    if (work.length > 0 || !this.#isIdle()) await this.#prepare(session);
    this.#clock.moveTo(at);
    const onGrid = isNew && this.#isBoundary(at, session);
    if (onGrid && at === session.openAt) await this.#monitors.openSession(session);
    if (onGrid && at > session.openAt) {
      broker.closeBars(at, session);
      await this.#monitors.afterBars(at, session);
    }
    if (onGrid && at === session.closeAt) await this.#monitors.closeSession(session);
    await this.#monitors.control(session, true);
    await this.#do(work, session);
    if (onGrid && at < session.closeAt) {
      broker.openBars(at, session);
      await this.#monitors.afterOpens(at, session);
      // An entry that would end inside this bar is not given the rest of it: what happens there has no time.
      if (broker.simulated)
        await this.#monitors.expireEntries(at + this.#barMs(session) - 1, session.date);
    }
    this.#reached(at);
    if (onGrid && at === session.closeAt) this.#system.saveAccount();
  }

  async #do(work: readonly (() => Promise<void>)[], session: Session): Promise<void> {
    for (const run of work) {
      await run();
      await this.#monitors.takeIn(session.date);
    }
  }

  /** Makes the bars of a session ready: once where they are there, each time where they are still being made. */
  async #prepare(session: Session): Promise<void> {
    const { source, lag } = this.#system;
    if (lag === null) {
      if (this.#prepared !== session.date) await source.prepare(session, source.symbols);
      this.#prepared = session.date;
      return;
    }
    await source.prepare(session, this.followHeld());
  }

  /** Has prices followed of what is held or has orders at work; gives these symbols. */
  followHeld(): readonly Symbol[] {
    const { book, follow } = this.#system;
    const held = [...book.openTrades(), ...book.live()].map(({ symbol }) => symbol);
    const symbols = [...new Set(held)].sort();
    follow(symbols);
    return symbols;
  }

  #reached(at: EpochMs): void {
    this.#playedThrough = at;
    this.#system.setPlayed(at);
  }

  /** Without positions and orders the bars between open and close change nothing. */
  #isIdle(): boolean {
    const { book } = this.#system;
    return book.openTrades().length === 0 && book.live().length === 0;
  }

  #barMs(session: Session): number {
    return barMsOf(this.#system.source, session);
  }

  /** True where bars of the session end or start. */
  #isBoundary(at: EpochMs, session: Session): boolean {
    if (at < session.openAt || at > session.closeAt) return false;
    return at === session.closeAt || (at - session.openAt) % this.#barMs(session) === 0;
  }
}

/** The session in progress at an instant, or the next one; null at the calendar's end. */
function sessionClosingAfter(at: EpochMs): Session | null {
  const date = newYorkDate(at);
  const today = sessionOf(date);
  if (today !== null && at < today.closeAt) return today;
  return date < HORIZON.to ? nextSession(date) : null;
}
