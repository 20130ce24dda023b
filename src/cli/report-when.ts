import type { Period } from '../app/report-span.ts';
import {
  lastSessionClosedBy,
  newYorkDate,
  nextSession,
  previousSession,
  sessionContaining,
  sessionOf,
} from '../calendar/nyse.ts';
import { Failure } from '../domain/failure.ts';
import {
  DAY_MS,
  dateToUtcMs,
  parseSessionDate,
  type Session,
  type SessionDate,
  utcMsToDate,
} from '../domain/time.ts';
import { periodSpan } from '../ledger/period.ts';
import type { CommandContext } from './command.ts';
import { dateOption } from './options.ts';

/** The session that a daily report is asked for; refuses a day without one and one that has not begun. */
export function sessionAsked(context: CommandContext, text: string | undefined): Session {
  const now = context.now();
  if (text === undefined) return sessionContaining(now) ?? lastSessionClosedBy(now);
  if (text === 'yesterday') return previousSession(newYorkDate(now));
  const date = dateOption(context, 'the date', text) ?? newYorkDate(now);
  const session = sessionOf(date);
  if (session === null) {
    throw new Failure('NOT_A_SESSION', `the exchange is closed on ${date}`, {
      details: [
        `the session before is ${previousSession(date).date}, the next one ${nextSession(date).date}`,
      ],
      hint: `trade-labs report daily ${previousSession(date).date}`,
    });
  }
  if (session.openAt > now) {
    throw new Failure('USAGE', `the session of ${date} has not begun`, {
      hint: 'trade-labs report daily',
    });
  }
  return session;
}

/**
 * A date in the week or month that is asked for: any date, 2026-W10, 2026-03, last-week, last-month; without one that
 * of the last session that has begun.
 */
export function dateAsked(
  context: CommandContext,
  period: Exclude<Period, 'daily'>,
  text: string | undefined,
): SessionDate {
  const now = context.now();
  const current = (sessionContaining(now) ?? lastSessionClosedBy(now)).date;
  if (text === undefined) return current;
  const week = /^(\d{4})-W(\d{2})$/.exec(text);
  if (week !== null) return inWeek(Number(week[1]), Number(week[2]));
  if (/^\d{4}-\d{2}$/.test(text)) return inMonth(text);
  if (text === 'last-week' || text === 'last-month') {
    const { from } = periodSpan(newYorkDate(now), text === 'last-week' ? 'week' : 'month');
    return utcMsToDate(dateToUtcMs(from) - DAY_MS);
  }
  return dateOption(context, `the ${period === 'weekly' ? 'week' : 'month'}`, text) ?? current;
}

function inMonth(text: string): SessionDate {
  const first = parseSessionDate(`${text}-01`);
  if (first !== null) return first;
  throw new Failure('USAGE', `there is no month ${text}`, { hint: 'write 2026-03' });
}

/** The Thursday of an ISO week, by which it belongs to its year. */
function inWeek(year: number, week: number): SessionDate {
  const { from } = periodSpan(`${year}-01-04` as SessionDate, 'week');
  const thursday = utcMsToDate(dateToUtcMs(from) + ((week - 1) * 7 + 3) * DAY_MS);
  if (week >= 1 && thursday.startsWith(String(year))) return thursday;
  throw new Failure('USAGE', `${year} has no week ${week}`, { hint: 'write 2026-W10' });
}
