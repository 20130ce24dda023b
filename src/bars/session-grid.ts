import { HORIZON } from '../calendar/horizon.ts';
import { assert } from '../domain/result.ts';
import {
  DAY_MS,
  dateToUtcMs,
  type Session,
  type SessionDate,
  utcMsToDate,
} from '../domain/time.ts';

/** What the grid asks of the exchange calendar; src/calendar/nyse.ts answers it. */
export interface SessionLookUp {
  readonly sessionOf: (date: SessionDate) => Session | null;
  readonly ordinalOf: (date: SessionDate) => number;
}

/** Whole days since 1970-01-01 UTC of an instant or a daily stamp. */
export const dayOf = (time: number): number => Math.floor(time / DAY_MS);

/** The calendar's verified span; days outside it are nobody's session here. */
const FIRST_DAY = dayOf(dateToUtcMs(HORIZON.from));
const LAST_DAY = dayOf(dateToUtcMs(HORIZON.to));
const DAYS = LAST_DAY - FIRST_DAY + 1;

/** Not asked yet. Differs from -1, which says closed. */
const UNKNOWN = -2;

/**
 * The calendar as arrays by day number, asked once per day: a bar file names the same few thousand days again and
 * again, and a text date per row would cost more than reading the row.
 *
 * A New York session lies within one UTC date, so the UTC day of an instant inside it is the session's own date.
 */
export class SessionGrid {
  private readonly lookUp: SessionLookUp;
  private readonly ordinals = new Int32Array(DAYS).fill(UNKNOWN);
  private readonly opens = new Float64Array(DAYS);
  private readonly closes = new Float64Array(DAYS);

  constructor(lookUp: SessionLookUp) {
    this.lookUp = lookUp;
  }

  /** The session's ordinal in the calendar, -1 where the exchange was closed or the calendar ends. */
  ordinalOfDay(day: number): number {
    if (!(day >= FIRST_DAY && day <= LAST_DAY)) return -1;
    const known = this.ordinals[day - FIRST_DAY] as number;
    return known === UNKNOWN ? this.ask(day) : known;
  }

  /** The ordinal of the session a bar stamp belongs to, -1 for none. */
  ordinalOfTime(time: number): number {
    return this.ordinalOfDay(dayOf(time));
  }

  /** The session's open as an instant; only for days with an ordinal. */
  openOfDay(day: number): number {
    this.needHours(day);
    return this.opens[day - FIRST_DAY] as number;
  }

  /** The session's close as an instant; only for days with an ordinal. */
  closeOfDay(day: number): number {
    this.needHours(day);
    return this.closes[day - FIRST_DAY] as number;
  }

  private ask(day: number): number {
    const ordinal = this.lookUp.ordinalOf(utcMsToDate(day * DAY_MS));
    this.ordinals[day - FIRST_DAY] = ordinal;
    return ordinal;
  }

  /** Hours are asked for apart: daily bars, by far the most files, never need them. */
  private needHours(day: number): void {
    const slot = day - FIRST_DAY;
    if ((this.closes[slot] as number) > 0) return;
    const session = this.lookUp.sessionOf(utcMsToDate(day * DAY_MS));
    assert(session !== null, 'only a session has hours');
    this.opens[slot] = session.openAt;
    this.closes[slot] = session.closeAt;
  }
}
