import { assert, InvariantError } from './result.ts';

declare const epochBrand: unique symbol;
declare const sessionBrand: unique symbol;

/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly [epochBrand]: 'EpochMs' };

/** The New York date of a trading session, "2026-03-05". Text order is time order. */
export type SessionDate = string & { readonly [sessionBrand]: 'SessionDate' };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** One trading day of the NYSE calendar. */
export interface Session {
  readonly date: SessionDate;
  readonly openAt: EpochMs;
  readonly closeAt: EpochMs;
  /** True where the regular session ends before 16:00 New York time. */
  readonly earlyClose: boolean;
}

/** A whole number of milliseconds as an instant; throws on anything else. */
export function epochMs(value: number): EpochMs {
  // The message is made only when it is needed: instants are made all the time.
  if (!Number.isSafeInteger(value)) {
    throw new InvariantError(`an instant is whole milliseconds, was ${value}`);
  }
  return value as EpochMs;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Text as a date of the calendar year, or null when it is not one ("2026-02-30" is not). */
export function parseSessionDate(text: string): SessionDate | null {
  // Many things happen on one date: it is looked at once.
  if (text === lastDate) return lastDate;
  const match = DATE.exec(text);
  if (!match) return null;
  const ms = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  if (new Date(ms).toISOString().slice(0, 10) !== text) return null;
  lastDate = text as SessionDate;
  return lastDate;
}

let lastDate: SessionDate | null = null;

/** A date written in the source as a literal; throws when it is not one. */
export function sessionDate(text: string): SessionDate {
  const date = parseSessionDate(text);
  assert(date !== null, `a session date is YYYY-MM-DD, was ${JSON.stringify(text)}`);
  return date;
}

/** Midnight UTC of the date: the stamp of a daily bar in bar columns. Not the instant the session starts. */
export const dateToUtcMs = (date: SessionDate): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10)));

/** The date whose midnight UTC this is; the inverse of dateToUtcMs. */
export const utcMsToDate = (ms: number): SessionDate =>
  new Date(ms).toISOString().slice(0, 10) as SessionDate;

/** ISO 8601 in UTC, "2026-03-05T14:30:00.000Z": how instants are written to files. */
export function isoUtc(at: EpochMs): string {
  // Many things happen at one instant: its text is made once.
  if (at !== lastAt) {
    lastText = new Date(at).toISOString();
    lastAt = at;
  }
  return lastText;
}

let lastAt = Number.NaN;
let lastText = '';

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/**
 * An ISO 8601 instant with Z or an offset, or null. Text without a zone is refused, it would be ambiguous; so is a
 * day that its month does not have, which Date.parse alone would move into the next month.
 */
export function parseInstant(text: string): EpochMs | null {
  const match = INSTANT.exec(text);
  if (match === null || parseSessionDate(match[1] as string) === null) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : (ms as EpochMs);
}
