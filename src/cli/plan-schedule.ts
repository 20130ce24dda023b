import { planBetween } from '../app/session-plan.ts';
import {
  closureOf,
  newYorkDate,
  newYorkTime,
  sessionOf,
  specialHoursOf,
} from '../calendar/nyse.ts';
import { DAY_MS, dateToUtcMs, isoUtc, type SessionDate, utcMsToDate } from '../domain/time.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { assertSpan } from './options.ts';
import { renderTable } from './table.ts';

/** Days that are planned where no end is given, the first included. */
const DAYS = 7;

/** The slots of a span of days, and why there are none on some. */
export async function planSchedule(
  context: CommandContext,
  first: SessionDate | undefined,
  last: SessionDate | undefined,
): Promise<CommandOutcome> {
  const { config } = await context.config();
  const from = first ?? newYorkDate(context.now());
  const to = last ?? utcMsToDate(dateToUtcMs(from) + (DAYS - 1) * DAY_MS);
  assertSpan(from, to, ['--from', '--to']);
  const slots = planBetween(config, from, to);
  const closed = datesOf(from, to)
    .filter((date) => sessionOf(date) === null)
    .map((date) => ({ date, reason: closureOf(date)?.name ?? '' }));
  const rows = [
    ...slots.map(({ row, at, session, label }) => ({
      date: session.date,
      cells: [
        session.date,
        newYorkTime(at).slice(0, 5),
        row.name,
        row.job,
        label.replace(/ of .*$/, ''),
        specialHoursOf(session.date)?.name ?? '',
      ],
    })),
    ...closed.map(({ date, reason }) => ({ date, cells: [date, '', '', '', '', reason] })),
  ].sort((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)));
  const table = renderTable(
    [
      { title: 'date' },
      { title: 'time ET' },
      { title: 'slot' },
      { title: 'job', priority: 1 },
      { title: 'at', priority: 2 },
      { title: 'note' },
    ],
    rows.map(({ cells }) => cells),
    { columns: context.columns },
  );
  return {
    data: {
      from,
      to,
      slots: slots.map(({ row, at, session, label }) => ({
        session: session.date,
        at: isoUtc(at),
        slot: row.name,
        job: row.job,
        label,
        note: specialHoursOf(session.date)?.name ?? null,
      })),
      closed,
    },
    text: table,
  };
}

function datesOf(from: SessionDate, to: SessionDate): SessionDate[] {
  const dates: SessionDate[] = [];
  for (let ms = dateToUtcMs(from); ms <= dateToUtcMs(to); ms += DAY_MS) dates.push(utcMsToDate(ms));
  return dates;
}
