import type { SimClock } from '../adapters/sim/sim-clock.ts';
import { HORIZON, newYorkDate, nextSession, sessionOf } from '../calendar/nyse.ts';
import { TIMEFRAME_MINUTES } from '../domain/market.ts';
import { type EpochMs, epochMs, MINUTE_MS, type Session } from '../domain/time.ts';
import type { System } from './compose.ts';
import { Monitors } from './monitors.ts';

/** Work at an instant of a session. */
export interface Slot {
  readonly at: EpochMs;
  readonly session: Session;
  readonly run: () => Promise<void>;
}

/** Told each instant before it is played; may take its time. */
export type InstantObserver = (at: EpochMs, session: Session) => Promise<void>;

/**
 * Plays the simulated exchange forward, instant by instant. At one instant: bars that end then, the monitors, the work
 * that is due, bars that start then. Which instants there are follows from what is held and sent: without either, the
 * bars between open and close change nothing and are not played. The clock is moved to each instant, so that whatever
 * is written at one carries its time, however long after it is played.
 */
export class Engine {
  readonly #clock: SimClock;
  readonly #onInstant: InstantObserver | undefined;
  #system: System;
  #monitors: Monitors;
  #playedThrough: EpochMs;
  /** The session whose bars were made ready last. */
  #prepared: string | null = null;

  /** Begins after `from`: everything up to then is taken as played. */
  constructor(system: System, clock: SimClock, from: EpochMs, onInstant?: InstantObserver) {
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
  nextInstant(): { readonly at: EpochMs; readonly session: Session } | null {
    const after = this.#playedThrough;
    const session = sessionClosingAfter(after);
    if (session === null) return null;
    if (after < session.openAt) return { at: session.openAt, session };
    if (this.#isIdle()) return { at: session.closeAt, session };
    const step = this.#barMs(session);
    const bars = Math.floor((after - session.openAt) / step) + 1;
    const at = Math.min(session.openAt + bars * step, session.closeAt);
    return { at: epochMs(at), session };
  }

  /** Plays every instant after the last one up to and with `to`; slots at their time, in the order given. */
  async playTo(to: EpochMs, slots: readonly Slot[] = []): Promise<void> {
    let waiting = slots.filter(({ at }) => at > this.#playedThrough && at <= to);
    for (;;) {
      const market = this.nextInstant();
      const at = Math.min(market?.at ?? Infinity, ...waiting.map((slot) => slot.at));
      if (!(at <= to)) break;
      const due = waiting.filter((slot) => slot.at === at);
      waiting = waiting.filter((slot) => slot.at !== at);
      const session = due[0]?.session ?? market?.session;
      if (session === undefined) break;
      await this.play(
        epochMs(at),
        session,
        due.map(({ run }) => run),
      );
    }
    this.#clock.moveTo(to);
    this.#reached(to);
    this.#system.saveAccount();
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
    const { broker, source } = this.#system;
    await this.#onInstant?.(at, session);
    const isNew = at > this.#playedThrough;
    const idle = work.length === 0 && this.#isIdle();
    if (!idle && this.#prepared !== session.date) {
      await source.prepare(session, source.symbols);
      this.#prepared = session.date;
    }
    this.#clock.moveTo(at);
    const onGrid = isNew && this.#isBoundary(at, session);
    if (onGrid && at === session.openAt) await this.#monitors.openSession(session);
    if (onGrid && at > session.openAt) {
      broker.closeBars(at, session);
      await this.#monitors.afterBars(at, session);
    }
    if (onGrid && at === session.closeAt) await this.#monitors.closeSession(session);
    await this.#monitors.control(session, true);
    for (const run of work) {
      await run();
      await this.#monitors.takeIn(session.date);
    }
    if (onGrid && at < session.closeAt) {
      broker.openBars(at, session);
      await this.#monitors.afterOpens(at, session);
      // An entry that would end inside this bar is not given the rest of it.
      await this.#monitors.expireEntries(at + this.#barMs(session) - 1, session);
    }
    this.#reached(at);
    if (onGrid && at === session.closeAt) this.#system.saveAccount();
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
    const { intraday } = this.#system.source;
    return intraday === null
      ? session.closeAt - session.openAt
      : TIMEFRAME_MINUTES[intraday] * MINUTE_MS;
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
