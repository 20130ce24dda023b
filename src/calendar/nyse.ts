/**
 * The sessions of the New York Stock Exchange from 1990 to 2028: open, close and every exception,
 * to the minute and with its source. The tables are built once, on first use, and answer by index;
 * nothing here reads a clock. Every question about a time beyond the horizon is refused with
 * OUTSIDE_CALENDAR rather than guessed.
 */
import { assert, assertExists } from '../domain/result.ts';
import {
  DAY_MS,
  dateToUtcMs,
  type EpochMs,
  MINUTE_MS,
  type Session,
  type SessionDate,
  sessionDate,
  utcMsToDate,
} from '../domain/time.ts';
import { HORIZON, outsideCalendar } from './horizon.ts';
import { instantOfDay, newYorkDayMs } from './new-york.ts';
import { SPECIAL_CLOSURES, SPECIAL_HOURS } from './nyse-exceptions.ts';
import { holidaysOf, isWeekend, scheduledClosesOf } from './nyse-rules.ts';

export { HORIZON } from './horizon.ts';
export {
  formatMinutes,
  instantOf,
  isoNewYork,
  newYorkDate,
  newYorkMinutes,
  newYorkOffsetMinutes,
  newYorkTime,
  wallTimeExists,
} from './new-york.ts';

/** Regular hours since 1985-09-30, in minutes of New York's day: 09:30 to 16:00. */
const OPEN_MINUTES = 9 * 60 + 30;
const CLOSE_MINUTES = 16 * 60;
const REGULAR_HOURS = { openMinutes: OPEN_MINUTES, closeMinutes: CLOSE_MINUTES };

/** Why a date has no session, or no regular one, and who says so. A weekend needs no source. */
export interface CalendarNote {
  readonly name: string;
  readonly source?: string;
}

const FIRST_DAY_MS = dateToUtcMs(HORIZON.from);
const DAYS = (dateToUtcMs(HORIZON.to) - FIRST_DAY_MS) / DAY_MS + 1;

interface Tables {
  /** By day since the first: the ordinal of the last session on or before it. */
  readonly ordinalByDay: Int32Array;
  /** By ordinal: the day since the first. */
  readonly dayByOrdinal: Int32Array;
  /** By ordinal: the sessions asked for so far. */
  readonly sessions: (Session | undefined)[];
  /** By midnight UTC of the date. */
  readonly closures: ReadonlyMap<number, CalendarNote>;
  readonly hours: ReadonlyMap<number, Hours>;
}

interface Hours extends Required<CalendarNote> {
  readonly openMinutes: number;
  readonly closeMinutes: number;
}

function minutesOf(text: string): number {
  const match = assertExists(/^(\d{2}):(\d{2})$/.exec(text), `a time is HH:MM, was ${text}`);
  return Number(match[1]) * 60 + Number(match[2]);
}

/** Every closed weekday of the horizon's years, by midnight UTC. */
function collectClosures(years: readonly number[]): Map<number, CalendarNote> {
  const closures = new Map<number, CalendarNote>();
  for (const year of years) {
    for (const { dayMs, name, source } of holidaysOf(year)) closures.set(dayMs, { name, source });
  }
  for (const { date, name, source } of SPECIAL_CLOSURES) {
    const dayMs = dateToUtcMs(sessionDate(date));
    assert(!closures.has(dayMs) && !isWeekend(dayMs), `${date} is closed by rule already`);
    closures.set(dayMs, { name, source });
  }
  return closures;
}

/** Every session that does not run from 09:30 to 16:00, by midnight UTC. */
function collectHours(years: readonly number[]): Map<number, Hours> {
  const hours = new Map<number, Hours>();
  for (const year of years) {
    for (const { dayMs, closeMinutes, name, source } of scheduledClosesOf(year)) {
      hours.set(dayMs, { openMinutes: OPEN_MINUTES, closeMinutes, name, source });
    }
  }
  for (const { date, open, close, name, source } of SPECIAL_HOURS) {
    const dayMs = dateToUtcMs(sessionDate(date));
    assert(!hours.has(dayMs), `${date} has special hours by rule already`);
    const openMinutes = open === undefined ? OPEN_MINUTES : minutesOf(open);
    const closeMinutes = close === undefined ? CLOSE_MINUTES : minutesOf(close);
    hours.set(dayMs, { openMinutes, closeMinutes, name, source });
  }
  return hours;
}

/** 1 for each day since the first that has no session. Days beyond the horizon fall off the column's ends. */
function closedDays(closures: ReadonlyMap<number, CalendarNote>): Uint8Array {
  const isClosed = new Uint8Array(DAYS);
  // Sundays, each with the Saturday before it.
  for (let day = -new Date(FIRST_DAY_MS).getUTCDay(); day <= DAYS; day += 7) {
    isClosed[day] = 1;
    isClosed[day - 1] = 1;
  }
  for (const dayMs of closures.keys()) isClosed[(dayMs - FIRST_DAY_MS) / DAY_MS] = 1;
  return isClosed;
}

function buildTables(): Tables {
  const years: number[] = [];
  const lastYear = Number(HORIZON.to.slice(0, 4));
  for (let year = Number(HORIZON.from.slice(0, 4)); year <= lastYear; year += 1) years.push(year);
  const closures = collectClosures(years);
  const hours = collectHours(years);
  const ordinalByDay = new Int32Array(DAYS);
  const dayByOrdinal = new Int32Array(DAYS);
  const isClosed = closedDays(closures);
  let count = 0;
  for (let day = 0; day < DAYS; day += 1) {
    if (isClosed[day] === 0) {
      dayByOrdinal[count] = day;
      count += 1;
    }
    ordinalByDay[day] = count - 1;
  }
  const sessions = Array.from<Session | undefined>({ length: count });
  return { ordinalByDay, dayByOrdinal, sessions, closures, hours };
}

let built: Tables | undefined;
const tables = (): Tables => {
  built ??= buildTables();
  return built;
};

/** Days since the horizon's first; throws OUTSIDE_CALENDAR outside it. */
function dayIndex(dayMs: number, what: () => string): number {
  const day = (dayMs - FIRST_DAY_MS) / DAY_MS;
  if (!(day >= 0 && day < DAYS)) throw outsideCalendar(what());
  return day;
}

const days = new Map<SessionDate, number>();

/** Dates are asked for again and again, and reading one costs more than finding it. */
function dayOf(date: SessionDate): number {
  const known = days.get(date);
  if (known !== undefined) return known;
  const day = dayIndex(dateToUtcMs(date), () => date);
  days.set(date, day);
  return day;
}

/**
 * The session of that number, counted from the horizon's first as 0; throws OUTSIDE_CALENDAR past
 * either end.
 */
export function sessionAt(ordinal: number): Session {
  const { sessions, dayByOrdinal, hours } = tables();
  if (!(Number.isInteger(ordinal) && ordinal >= 0 && ordinal < sessions.length)) {
    throw outsideCalendar(`session number ${ordinal}`);
  }
  const known = sessions[ordinal];
  if (known !== undefined) return known;
  const dayMs = FIRST_DAY_MS + (dayByOrdinal[ordinal] ?? 0) * DAY_MS;
  const { openMinutes, closeMinutes } = hours.get(dayMs) ?? REGULAR_HOURS;
  // Clocks change before dawn on Sundays, so that a session's minutes all share one offset.
  const midnight = instantOfDay(dayMs, 0);
  const session = Object.freeze({
    date: utcMsToDate(dayMs),
    openAt: (midnight + openMinutes * MINUTE_MS) as EpochMs,
    closeAt: (midnight + closeMinutes * MINUTE_MS) as EpochMs,
    earlyClose: closeMinutes < CLOSE_MINUTES,
  });
  sessions[ordinal] = session;
  return session;
}

/** How many sessions the horizon holds; the last ordinal is one less. */
export const sessionCount = (): number => tables().sessions.length;

/** The number of the last session on or before a date. */
export const ordinalAtOrBefore = (date: SessionDate): number =>
  tables().ordinalByDay[dayOf(date)] ?? -1;

/**
 * The number of the date's session since the horizon's first, or -1 when the exchange is closed
 * that day.
 */
export function ordinalOf(date: SessionDate): number {
  const day = dayOf(date);
  const { ordinalByDay, dayByOrdinal } = tables();
  const ordinal = ordinalByDay[day] ?? -1;
  return dayByOrdinal[ordinal] === day ? ordinal : -1;
}

/** The session of a date, or null when the exchange is closed that day. */
export function sessionOf(date: SessionDate): Session | null {
  const ordinal = ordinalOf(date);
  return ordinal < 0 ? null : sessionAt(ordinal);
}

const WEEKEND: CalendarNote = { name: 'Weekend' };

/**
 * Why there is no session on a date: "Weekend", "Thanksgiving", "Hurricane Sandy"; null when there
 * is one.
 */
export function closureOf(date: SessionDate): CalendarNote | null {
  const dayMs = dateToUtcMs(date);
  dayIndex(dayMs, () => date);
  if (isWeekend(dayMs)) return WEEKEND;
  return tables().closures.get(dayMs) ?? null;
}

/** Why a session opens late or closes early, or null when it runs from 09:30 to 16:00. */
export function specialHoursOf(date: SessionDate): CalendarNote | null {
  const ordinal = ordinalOf(date);
  const note = ordinal < 0 ? undefined : tables().hours.get(dateToUtcMs(date));
  return note === undefined ? null : { name: note.name, source: note.source };
}

/**
 * The sessions of a span of dates, both included, in time order; none when `from` is after `to`.
 */
export function sessionsBetween(from: SessionDate, to: SessionDate): Session[] {
  const atOrBefore = ordinalAtOrBefore(from);
  const last = ordinalAtOrBefore(to);
  const sessions: Session[] = [];
  for (let i = ordinalOf(from) < 0 ? atOrBefore + 1 : atOrBefore; i <= last; i += 1) {
    sessions.push(sessionAt(i));
  }
  return sessions;
}

/** The session in progress at an instant, openAt <= at < closeAt, or null. */
export function sessionContaining(at: EpochMs): Session | null {
  const day = (newYorkDayMs(at) - FIRST_DAY_MS) / DAY_MS;
  // Days of the clock's whole years that lie outside the horizon are a holiday and a weekend:
  // nothing is in progress.
  if (!(day >= 0 && day < DAYS)) return null;
  const ordinal = tables().ordinalByDay[day] ?? -1;
  if (ordinal < 0) return null;
  const session = sessionAt(ordinal);
  return at >= session.openAt && at < session.closeAt ? session : null;
}

/** The first session after a date, which need not be a session itself. */
export function nextSession(date: SessionDate): Session {
  const next = ordinalAtOrBefore(date) + 1;
  if (next >= sessionCount()) throw outsideCalendar(`the session after ${date}`);
  return sessionAt(next);
}

/** The last session before a date, which need not be a session itself. */
export function previousSession(date: SessionDate): Session {
  const own = ordinalOf(date);
  const previous = own >= 0 ? own - 1 : ordinalAtOrBefore(date);
  if (previous < 0) throw outsideCalendar(`the session before ${date}`);
  return sessionAt(previous);
}

/** The last session that has ended at an instant, closeAt <= at. */
export function lastSessionClosedBy(at: EpochMs): Session {
  const day = Math.min((newYorkDayMs(at) - FIRST_DAY_MS) / DAY_MS, DAYS - 1);
  let ordinal = day < 0 ? -1 : (tables().ordinalByDay[day] ?? -1);
  if (ordinal >= 0 && sessionAt(ordinal).closeAt > at) ordinal -= 1;
  if (ordinal < 0) throw outsideCalendar(`the session closed before ${HORIZON.from}`);
  return sessionAt(ordinal);
}
