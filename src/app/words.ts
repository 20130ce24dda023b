import {
  closureOf,
  newYorkDate,
  newYorkTime,
  sessionContaining,
  sessionOf,
} from '../calendar/nyse.ts';
import { DAY_MS, dateToUtcMs, type EpochMs, SECOND_MS } from '../domain/time.ts';
import type { Due } from './agenda.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** "Fri 2026-11-27 09:30 ET". */
export function momentText(at: EpochMs): string {
  const date = newYorkDate(at);
  const day = WEEKDAYS[(dateToUtcMs(date) / DAY_MS + 4) % 7] as string;
  return `${day} ${date} ${timeText(at)}`;
}

/** What the exchange does at an instant: "open until 16:00 ET", "closed: Thanksgiving", "closed, opens 09:30 ET". */
export function marketText(at: EpochMs): string {
  const open = sessionContaining(at);
  if (open !== null) {
    return `open until ${timeText(open.closeAt)}${open.earlyClose ? ' (early close)' : ''}`;
  }
  const date = newYorkDate(at);
  const today = sessionOf(date);
  if (today === null) return `closed: ${closureOf(date)?.name ?? 'no session'}`;
  const early = today.earlyClose ? ' (early close)' : '';
  return at < today.openAt
    ? `closed, opens ${timeText(today.openAt)}`
    : `closed since ${timeText(today.closeAt)}${early}`;
}

/** Why nothing happens, and until when. */
export function idleText(at: EpochMs, next: Due | null): string {
  const market = `Market ${marketText(at)}.`;
  if (next === null) return `${market} The schedule has nothing more.`;
  const left = durationText(Math.max(0, next.at - at));
  return `${market} Next: ${next.slot.row.name} ${momentText(next.at)}, in ${left}.`;
}

/** "45 s", "2 min", "1 h 31 min", "3 d 4 h". */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** "09:30 ET". */
export const timeText = (at: EpochMs): string => `${newYorkTime(at).slice(0, 5)} ET`;
