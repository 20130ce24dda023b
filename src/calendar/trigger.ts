/**
 * When a job fires within a session: relative to the open or the close, at a time on New York's
 * clock, or by cron text read in New York time. A trigger is plain data; which dates are sessions
 * is the calendar's business, so that a holiday never fires and "close-15m" follows an early close.
 */
import { createRequire } from 'node:module';
import { err, ok, type Result } from '../domain/result.ts';
import {
  dateToUtcMs,
  type EpochMs,
  MINUTE_MS,
  type Session,
  type SessionDate,
} from '../domain/time.ts';
import { instantOf, wallTimeExists } from './new-york.ts';
import { formatMinutes, HORIZON, newYorkTime, sessionAt, sessionCount } from './nyse.ts';

export type Trigger =
  | {
      readonly kind: 'session';
      readonly anchor: 'open' | 'close';
      /** Minutes after the anchor, negative before it. */
      readonly offsetMinutes: number;
    }
  | {
      readonly kind: 'wall';
      /** Minutes of New York's day, 0..1439. */
      readonly minutes: number;
    }
  | {
      readonly kind: 'cron';
      /** Five fields, one space between them. */
      readonly text: string;
      /** Minutes of New York's day at which it fires on the days it fires on, ascending. */
      readonly minutes: readonly number[];
    };

/** Open and close move by at most this much; further away is another day's work. */
const MAX_OFFSET_MINUTES = 8 * 60;
/**
 * The latest open and close an offset is added to, and the earliest it is taken from: all that ever
 * were.
 */
const ANCHOR_RANGE = {
  open: { earliest: 9 * 60 + 30, latest: 12 * 60 },
  close: { earliest: 13 * 60, latest: 16 * 60 },
} as const;
const DAY_MINUTES = 1_440;

const FORMS =
  '"open", "close", "open+5m", "close-15m", "open+1h30m", a New York time such as "09:30", ' +
  'or cron text of five fields such as "*/15 10-15 * * 1-5"';

/**
 * Reads a trigger. The error says what is wrong with the text and how it is written; nothing is
 * guessed. Cron text is parsed by node-cron, which is loaded when the first such text is read.
 */
export function parseTrigger(text: string): Result<Trigger, string> {
  const trimmed = text.trim();
  const fields = trimmed.split(/\s+/);
  if (/^(open|close)/i.test(trimmed)) return parseSessionTrigger(trimmed);
  if (/^\d+:\d+/.test(trimmed)) return parseWallTrigger(trimmed);
  if (fields.length > 1) return parseCronTrigger(fields);
  return err(`a trigger is ${FORMS}; was ${JSON.stringify(text)}`);
}

function parseSessionTrigger(text: string): Result<Trigger, string> {
  const match = /^(open|close)(?:([+-])(?=\d)(?:(\d{1,3})h)?(?:(\d{1,3})m)?)?$/.exec(text);
  if (!match) return err(`${JSON.stringify(text)} is not a trigger: write ${FORMS}`);
  const anchor = match[1] === 'open' ? 'open' : 'close';
  const size = Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
  const offsetMinutes = size === 0 ? 0 : match[2] === '-' ? -size : size;
  if (size > MAX_OFFSET_MINUTES) {
    return err(`${JSON.stringify(text)} is more than 8 hours from the ${anchor}`);
  }
  const { earliest, latest } = ANCHOR_RANGE[anchor];
  if (earliest + offsetMinutes < 0 || latest + offsetMinutes >= DAY_MINUTES) {
    return err(`${JSON.stringify(text)} falls on another day than its session`);
  }
  return ok({ kind: 'session', anchor, offsetMinutes });
}

function parseWallTrigger(text: string): Result<Trigger, string> {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match) return ok({ kind: 'wall', minutes: Number(match[1]) * 60 + Number(match[2]) });
  const loose = /^(\d{1,2}):([0-5]\d)(:00)?$/.exec(text);
  const meant =
    loose && Number(loose[1]) < 24 ? `, "${(loose[1] ?? '').padStart(2, '0')}:${loose[2]}"` : '';
  return err(
    `${JSON.stringify(text)} is not a time of day: write two digits each for hour and minute, ` +
      `00:00 to 23:59 in New York${meant}`,
  );
}

const CRON_FIELDS: Readonly<Record<string, string>> = {
  minute: 'minute',
  hour: 'hour',
  dayOfMonth: 'day of month',
  month: 'month',
  dayOfWeek: 'weekday',
};

function parseCronTrigger(fields: readonly string[]): Result<Trigger, string> {
  const text = fields.join(' ');
  const quoted = JSON.stringify(text);
  if (fields.length !== 5) {
    return err(
      `${quoted} has ${fields.length} fields: cron text has five, ` +
        'minute hour day-of-month month weekday, such as "*/15 10-15 * * 1-5"',
    );
  }
  const { valid, fields: parsed, errors } = cron().validateDetailed(text);
  if (!valid || !parsed) {
    const bad = errors.map((e) => `${CRON_FIELDS[e.field] ?? e.field} ${JSON.stringify(e.value)}`);
    return err(`${quoted} is not cron text: ${bad.join(', ')} is out of range or misspelt`);
  }
  if (coversLess(parsed.dayOfMonth, 31) && coversLess(parsed.dayOfWeek, 7)) {
    return err(
      `${quoted} restricts both day of month and weekday, which cron programs read in two ways: ` +
        'leave one of them "*"',
    );
  }
  const minutes = parsed.hour
    .flatMap((hour) => parsed.minute.map((minute) => hour * 60 + minute))
    .sort((a, b) => a - b);
  const trigger = { kind: 'cron', text, minutes } as const;
  if (!cronEverFires(trigger)) {
    return err(
      `${quoted} never fires: none of its days is a session from ${HORIZON.from} to ${HORIZON.to}`,
    );
  }
  return ok(trigger);
}

/**
 * True when a day field names fewer days than there are, be it by numbers or by "L", "15W" or
 * "1#2".
 */
const coversLess = (days: readonly (number | string)[], all: number): boolean =>
  days.some((day) => typeof day === 'string') || new Set(days).size < all;

type Cron = Pick<typeof import('node-cron'), 'createTask' | 'validateDetailed'>;

let loadedCron: Cron | undefined;
/**
 * node-cron by require: parsing stays synchronous, and a start without cron text does not pay for
 * it.
 */
function cron(): Cron {
  loadedCron ??= createRequire(import.meta.url)('node-cron') as Cron;
  return loadedCron;
}

const matchers = new Map<string, (at: Date) => boolean>();

/**
 * node-cron's own matcher for the text. The task it comes from is never started and leaves its
 * registry at once.
 */
function matcherOf(text: string): (at: Date) => boolean {
  const known = matchers.get(text);
  if (known) return known;
  const task = cron().createTask(text, () => {}, { timezone: 'UTC' });
  void task.destroy();
  const matcher = (at: Date): boolean => task.match(at);
  matchers.set(text, matcher);
  return matcher;
}

/**
 * Whether cron text fires on a date. It is asked in wall time written as UTC, so that the answer
 * does not depend on the host's time zone database; turning wall time into instants is the
 * calendar's own.
 */
function cronFiresOn(trigger: Trigger & { kind: 'cron' }, date: SessionDate): boolean {
  const first = trigger.minutes[0] ?? 0;
  return matcherOf(trigger.text)(new Date(dateToUtcMs(date) + first * MINUTE_MS));
}

/**
 * Whether any session is on a day the text fires on; asked from the latest back, where most answer
 * at once.
 */
function cronEverFires(trigger: Trigger & { kind: 'cron' }): boolean {
  for (let i = sessionCount() - 1; i >= 0; i -= 1) {
    if (cronFiresOn(trigger, sessionAt(i).date)) return true;
  }
  return false;
}

/**
 * The instants at which a trigger fires for a session, ascending: one for open, close and a time of
 * day, any number for cron. A time of day stays what it is on an early close, also after it. A time
 * that New York's clock skips in spring does not fire; one that comes twice in autumn fires the
 * first time.
 */
export function triggerInstants(trigger: Trigger, session: Session): EpochMs[] {
  if (trigger.kind === 'session') {
    const anchor = trigger.anchor === 'open' ? session.openAt : session.closeAt;
    return [(anchor + trigger.offsetMinutes * MINUTE_MS) as EpochMs];
  }
  const { date } = session;
  const minutes = trigger.kind === 'wall' ? [trigger.minutes] : trigger.minutes;
  if (trigger.kind === 'cron' && !cronFiresOn(trigger, date)) return [];
  return minutes
    .filter((minute) => wallTimeExists(date, minute))
    .map((minute) => instantOf(date, minute));
}

/** The trigger as text that parses to it again: "open+1h30m", "09:30", "0 10 * * 1-5". */
export function triggerText(trigger: Trigger): string {
  if (trigger.kind === 'cron') return trigger.text;
  if (trigger.kind === 'wall') return formatMinutes(trigger.minutes);
  if (trigger.offsetMinutes === 0) return trigger.anchor;
  const size = Math.abs(trigger.offsetMinutes);
  const hours = size >= 60 && size % 60 !== 0 ? `${Math.floor(size / 60)}h` : '';
  const rest = size % 60 === 0 ? `${size / 60}h` : `${size % 60}m`;
  return `${trigger.anchor}${trigger.offsetMinutes < 0 ? '-' : '+'}${hours}${rest}`;
}

/** The trigger of a session for people and logs: "open+5m of 2026-11-27, 09:35 ET". */
export function describeTrigger(trigger: Trigger, session: Session): string {
  const times = triggerInstants(trigger, session).map((at) => newYorkTime(at).slice(0, 5));
  const last = times.at(-1);
  const when =
    last === undefined
      ? 'never'
      : times.length <= 3
        ? `${times.join(' ')} ET`
        : `${times.length} times from ${times[0]} to ${last} ET`;
  return `${triggerText(trigger)} of ${session.date}, ${when}`;
}
