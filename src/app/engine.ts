import type { SimClock } from '../adapters/sim/sim-clock.ts';
import { newYorkDate, sessionsBetween } from '../calendar/nyse.ts';
import { TIMEFRAME_MINUTES } from '../domain/market.ts';
import { type EpochMs, epochMs, MINUTE_MS, type Session } from '../domain/time.ts';
import type { System } from './compose.ts';
import { Monitors } from './monitors.ts';

/** One job at one time of one session. */
export interface Slot {
  readonly name: string;
  readonly at: EpochMs;
  readonly session: Session;
  readonly run: () => Promise<void>;
}

/** Told each instant before it is played; may take its time. */
export type InstantObserver = (at: EpochMs, session: Session) => Promise<void>;

/**
 * Plays the simulated exchange forward on a simulated clock and does each slot at its time. At one instant: bars that
 * end then, the monitors, the jobs due, bars that start then. Nothing waits: the clock jumps from instant to instant.
 */
export class Engine {
  readonly #system: System;
  readonly #clock: SimClock;
  readonly #monitors: Monitors;
  readonly #onInstant: InstantObserver | undefined;
  #playedThrough: EpochMs;

  /** Begins after `from`: bars up to then are taken as played. */
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

  /** Plays everything after the last instant played, up to and with `to`; slots in order of time, then as given. */
  async playTo(to: EpochMs, slots: readonly Slot[] = []): Promise<void> {
    for (const session of sessionsTouched(this.#playedThrough, to)) {
      const due = slots.filter((slot) => slot.session.date === session.date);
      await this.#playSession(session, to, due);
    }
    this.#clock.moveTo(to);
    this.#playedThrough = to;
    this.#system.saveAccount(to);
  }

  async #playSession(session: Session, to: EpochMs, slots: readonly Slot[]): Promise<void> {
    const { source, broker } = this.#system;
    await source.prepare(session, source.symbols);
    const idle = slots.length === 0 && this.#isIdle();
    const boundaries = new Set(
      idle ? [session.openAt, session.closeAt] : this.#boundaries(session),
    );
    const after = this.#playedThrough;
    const instants = [...new Set([...boundaries, ...slots.map(({ at }) => at)])]
      .filter((at) => at > after && at <= to)
      .sort((a, b) => a - b);
    for (const at of instants) {
      await this.#onInstant?.(at, session);
      this.#clock.moveTo(at);
      if (at === session.openAt) await this.#monitors.openSession(session);
      if (boundaries.has(at) && at > session.openAt) {
        broker.closeBars(at, session);
        await this.#monitors.afterBars(at, session);
      }
      if (at === session.closeAt) await this.#monitors.closeSession(session);
      for (const slot of slots) {
        if (slot.at !== at) continue;
        await slot.run();
        await this.#monitors.takeIn(session.date);
      }
      if (boundaries.has(at) && at < session.closeAt) {
        broker.openBars(at, session);
        await this.#monitors.takeIn(session.date);
        // An entry that would end inside this bar is not given the rest of it.
        await this.#monitors.expireEntries(at + this.#barMs(session) - 1, session);
      }
      this.#playedThrough = at;
    }
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

  /** The instants at which bars of the session start or end. */
  #boundaries(session: Session): EpochMs[] {
    const stepMs = this.#barMs(session);
    const instants: EpochMs[] = [];
    for (let at: number = session.openAt; at < session.closeAt; at += stepMs) {
      instants.push(epochMs(at));
    }
    instants.push(session.closeAt);
    return instants;
  }
}

/** Sessions of the New York dates from one instant to another. */
function sessionsTouched(from: EpochMs, to: EpochMs): Session[] {
  const first = newYorkDate(from);
  const last = newYorkDate(to);
  return first > last ? [] : sessionsBetween(first, last);
}
