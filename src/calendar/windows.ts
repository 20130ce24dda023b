/** Times of the week at which something is away, told on New York's clock. */
import {
  DAY_MS,
  dateToUtcMs,
  type EpochMs,
  type SessionDate,
  utcMsToDate,
} from '../domain/time.ts';
import { instantOf, newYorkDate } from './new-york.ts';

const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEK)[number];

/** "HH:MM" to "HH:MM" on the days on which it begins; an end at or before the begin is on the next day. */
export interface WeekWindow {
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
}

/** One occurrence of a window: from <= at < to. */
export interface Occurrence<W> {
  readonly window: W;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** 1970-01-01 was a Thursday. */
const weekdayOf = (date: SessionDate): Weekday =>
  WEEK[(dateToUtcMs(date) / DAY_MS + 4) % 7] as Weekday;

/** The occurrences that begin on a date. */
function beginningOn<W extends WeekWindow>(
  windows: readonly W[],
  date: SessionDate,
): Occurrence<W>[] {
  const day = weekdayOf(date);
  return windows
    .filter(({ days }) => days.includes(day))
    .map((window) => {
      const overnight = window.to <= window.from;
      const end = overnight ? utcMsToDate(dateToUtcMs(date) + DAY_MS) : date;
      return {
        window,
        from: instantOf(date, minutesOf(window.from)),
        to: instantOf(end, minutesOf(window.to)),
      };
    });
}

/** The occurrence in progress at an instant; of several the one that ends last; null where there is none. */
export function windowAt<W extends WeekWindow>(
  windows: readonly W[],
  at: EpochMs,
): Occurrence<W> | null {
  if (windows.length === 0) return null;
  const today = newYorkDate(at);
  const yesterday = utcMsToDate(dateToUtcMs(today) - DAY_MS);
  const current = [...beginningOn(windows, yesterday), ...beginningOn(windows, today)].filter(
    ({ from, to }) => from <= at && at < to,
  );
  return current.sort((a, b) => b.to - a.to)[0] ?? null;
}

/** The first instant after `at` at which any window begins or ends; null without windows. */
export function nextWindowChange(windows: readonly WeekWindow[], at: EpochMs): EpochMs | null {
  if (windows.length === 0) return null;
  const today = dateToUtcMs(newYorkDate(at));
  for (let day = -1; day <= 8; day++) {
    const changes = beginningOn(windows, utcMsToDate(today + day * DAY_MS))
      .flatMap(({ from, to }) => [from, to])
      .filter((change) => change > at);
    // A window that began the day before may end after one that begins today.
    if (day >= 0 && changes.length > 0) {
      const before = beginningOn(windows, utcMsToDate(today + (day - 1) * DAY_MS));
      const ends = before.map(({ to }) => to).filter((end) => end > at);
      return Math.min(...changes, ...ends) as EpochMs;
    }
  }
  return null;
}
