/**
 * The wall clock of New York by the rules of US daylight saving time, without a time zone database:
 * the same on every host and fast enough for a backtest. It knows the whole years of the calendar's
 * horizon and refuses any other time.
 */
import { assert } from '../domain/result.ts';
import {
  DAY_MS,
  dateToUtcMs,
  type EpochMs,
  HOUR_MS,
  isoUtc,
  MINUTE_MS,
  SECOND_MS,
  type SessionDate,
  utcMsToDate,
} from '../domain/time.ts';
import { HORIZON, outsideCalendar } from './horizon.ts';

const STANDARD_MINUTES = -300;
const DAYLIGHT_MINUTES = -240;
const DAY_MINUTES = 1_440;

const FIRST_YEAR = Number(HORIZON.from.slice(0, 4));
const LAST_YEAR = Number(HORIZON.to.slice(0, 4));
const CLOCK_FROM = Date.UTC(FIRST_YEAR, 0, 1) - STANDARD_MINUTES * MINUTE_MS;
const CLOCK_TO = Date.UTC(LAST_YEAR + 1, 0, 1) - STANDARD_MINUTES * MINUTE_MS;

/** Midnight UTC of the nth Sunday of a month (month 0..11). */
function nthSunday(year: number, month: number, nth: number): number {
  const first = Date.UTC(year, month, 1);
  return first + (((7 - new Date(first).getUTCDay()) % 7) + (nth - 1) * 7) * DAY_MS;
}

/**
 * Clocks go forward at 02:00 standard time and back at 02:00 daylight time.
 * Since 2007: second Sunday of March to first Sunday of November (Energy Policy Act of 2005, Pub.
 * L. 109-58 sec. 110).
 * 1987 to 2006: first Sunday of April (Pub. L. 99-359) to last Sunday of October (Uniform Time Act
 * of 1966, 15 U.S.C. 260a).
 */
function daylightOf(year: number): { readonly from: number; readonly to: number } {
  const lastSundayOfOctober = nthSunday(year, 10, 1) - 7 * DAY_MS;
  const [start, end] =
    year >= 2007
      ? [nthSunday(year, 2, 2), nthSunday(year, 10, 1)]
      : [nthSunday(year, 3, 1), lastSundayOfOctober];
  return { from: start + 7 * HOUR_MS, to: end + 6 * HOUR_MS };
}

const YEARS = LAST_YEAR - FIRST_YEAR + 1;
const daylightFrom = new Float64Array(YEARS);
const daylightTo = new Float64Array(YEARS);
for (let i = 0; i < YEARS; i += 1) {
  const daylight = daylightOf(FIRST_YEAR + i);
  daylightFrom[i] = daylight.from;
  daylightTo[i] = daylight.to;
}

/**
 * Minutes to add to UTC: -300 in winter, -240 in summer. Throws OUTSIDE_CALENDAR beyond the
 * horizon's whole years.
 */
export function newYorkOffsetMinutes(at: EpochMs): number {
  if (!(at >= CLOCK_FROM && at < CLOCK_TO)) {
    throw outsideCalendar(Math.abs(at) <= 8.64e15 ? isoUtc(at) : `the instant ${at}`);
  }
  // Daylight time begins and ends far from New Year, so that the UTC year is the right one to look
  // in.
  const i = new Date(at).getUTCFullYear() - FIRST_YEAR;
  const daylight = at >= (daylightFrom[i] ?? Infinity) && at < (daylightTo[i] ?? -Infinity);
  return daylight ? DAYLIGHT_MINUTES : STANDARD_MINUTES;
}

/**
 * The instant as if New York's clock were UTC: for taking a date or a time of day from it, nothing
 * else.
 */
const wallMs = (at: EpochMs): number => at + newYorkOffsetMinutes(at) * MINUTE_MS;

/** The date in New York at an instant. */
export function newYorkDate(at: EpochMs): SessionDate {
  const wall = wallMs(at);
  // Instants come in order, hundreds on one date.
  if (!(wall >= lastDayMs && wall < lastDayMs + DAY_MS)) {
    lastDayMs = wall - (((wall % DAY_MS) + DAY_MS) % DAY_MS);
    lastDate = utcMsToDate(lastDayMs);
  }
  return lastDate;
}

let lastDayMs = Number.NaN;
let lastDate = '' as SessionDate;

/** Midnight UTC of the New York date at an instant: the date as a number, without text. */
export function newYorkDayMs(at: EpochMs): number {
  const wall = wallMs(at);
  return wall - (wall % DAY_MS);
}

/** Whole minutes since midnight on New York's clock, 0..1439. */
export const newYorkMinutes = (at: EpochMs): number =>
  Math.floor((wallMs(at) % DAY_MS) / MINUTE_MS);

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** Minutes of the day as "09:35"; 1440 is "24:00". */
export const formatMinutes = (minutes: number): string =>
  `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

/** New York's clock at an instant, "09:35:00". */
export function newYorkTime(at: EpochMs): string {
  const seconds = Math.floor((wallMs(at) % DAY_MS) / SECOND_MS);
  return `${formatMinutes(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

/**
 * ISO 8601 with New York's offset, "2026-03-05T09:30:00-05:00"; fractions of a second are left out.
 */
export function isoNewYork(at: EpochMs): string {
  const offset = newYorkOffsetMinutes(at);
  const wall = new Date(at + offset * MINUTE_MS).toISOString().slice(0, 19);
  return `${wall}-${formatMinutes(-offset)}`;
}

/**
 * The instant of a time on New York's clock; `minutesOfDay` is 0..1440. A time that comes twice
 * (the hour after 01:00 on the autumn Sunday) is the first of the two; one that is skipped (the
 * hour after 02:00 on the spring Sunday) is read as standard time, one hour later on the clock: ask
 * `wallTimeExists` where that matters.
 */
export function instantOf(date: SessionDate, minutesOfDay: number): EpochMs {
  assert(
    Number.isInteger(minutesOfDay) && minutesOfDay >= 0 && minutesOfDay <= DAY_MINUTES,
    `minutes of the day must be whole and in 0..1440, was ${minutesOfDay}`,
  );
  return instantOfDay(dateToUtcMs(date), minutesOfDay);
}

/** `instantOf` for a date given as its midnight UTC. */
export function instantOfDay(dayMs: number, minutesOfDay: number): EpochMs {
  const i = new Date(dayMs).getUTCFullYear() - FIRST_YEAR;
  if (!(i >= 0 && i < YEARS)) throw outsideCalendar(utcMsToDate(dayMs));
  const wall = dayMs + minutesOfDay * MINUTE_MS;
  const asDaylight = wall - DAYLIGHT_MINUTES * MINUTE_MS;
  const inDaylight =
    asDaylight >= (daylightFrom[i] ?? Infinity) && asDaylight < (daylightTo[i] ?? -Infinity);
  return (inDaylight ? asDaylight : wall - STANDARD_MINUTES * MINUTE_MS) as EpochMs;
}

/** False for the hour that New York's clock skips on the spring Sunday, "02:30" of 2026-03-08. */
export const wallTimeExists = (date: SessionDate, minutesOfDay: number): boolean =>
  newYorkMinutes(instantOf(date, minutesOfDay)) === minutesOfDay % DAY_MINUTES;
