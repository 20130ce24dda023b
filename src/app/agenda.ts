import { HORIZON, instantOf, newYorkDate, nextSession, sessionOf } from '../calendar/nyse.ts';
import type { Config } from '../config/schema.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import { type PlannedSlot, planSession } from './session-plan.ts';

/** A slot that waits for its time, or for another attempt. */
export interface Due {
  readonly slot: PlannedSlot;
  /** When it is to be looked at: its own time, the end of a window it was held in, or that of a repetition. */
  readonly at: EpochMs;
  /** 1 for the first beginning. */
  readonly attempt: number;
  /** Why it is begun again; empty for the first beginning. */
  readonly cause: string;
}

/** Sessions without a slot that are looked through for the next one before giving up: a rare cron text. */
const SESSIONS_AHEAD = 600;

/** The slots to come in order of time, planned session by session as they are needed. */
export class Agenda {
  #from: EpochMs;
  #config: Config;
  #waiting: Due[] = [];
  /** The first session that is not planned yet; null past the calendar's end. */
  #unplanned: Session | null;

  /** Slots at or after `from`. */
  constructor(config: Config, from: EpochMs) {
    this.#config = config;
    this.#from = from;
    this.#unplanned = sessionFrom(from);
  }

  /** What is due first; null when the schedule has nothing more. */
  next(): Due | null {
    this.#planAhead();
    return this.#waiting[0] ?? null;
  }

  /** Removes and returns what is due at or before an instant, in order. */
  take(at: EpochMs): Due[] {
    this.#planAhead();
    const due = this.#waiting.filter((one) => one.at <= at);
    this.#waiting = this.#waiting.slice(due.length);
    return due;
  }

  /** Puts a slot back for later. */
  put(due: Due): void {
    const index = this.#waiting.findIndex((other) => other.at > due.at);
    this.#waiting.splice(index < 0 ? this.#waiting.length : index, 0, due);
  }

  /** What waits now: the slots of the session that is planned, and what was put back. */
  get waiting(): readonly Due[] {
    this.#planAhead();
    return this.#waiting;
  }

  /** Follows another schedule from an instant on; what was put back, and what was due before, stays. */
  follow(config: Config, from: EpochMs): void {
    this.#config = config;
    this.#from = from;
    this.#unplanned = sessionFrom(from);
    this.#waiting = this.#waiting.filter(({ attempt, slot }) => attempt > 1 || slot.at < from);
    this.#planAhead();
  }

  /** Plans every session that may have a slot at or before the first one that waits. */
  #planAhead(): void {
    for (let i = 0; i < SESSIONS_AHEAD; i++) {
      const session = this.#unplanned;
      const first = this.#waiting[0];
      if (session === null) return;
      if (first !== undefined && instantOf(session.date, 0) > first.at) return;
      this.#unplanned = session.date < HORIZON.to ? nextSession(session.date) : null;
      for (const slot of planSession(this.#config, session)) {
        if (slot.at >= this.#from) this.put({ slot, at: slot.at, attempt: 1, cause: '' });
      }
    }
  }
}

/** The session of the New York date of an instant, or the next one. */
function sessionFrom(at: EpochMs): Session | null {
  const date = newYorkDate(at);
  return sessionOf(date) ?? (date < HORIZON.to ? nextSession(date) : null);
}
