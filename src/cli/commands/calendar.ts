import type { CalendarNote } from '../../calendar/nyse.ts';
import { Failure } from '../../domain/failure.ts';
import {
  DAY_MS,
  dateToUtcMs,
  isoUtc,
  parseSessionDate,
  type Session,
  type SessionDate,
  utcMsToDate,
} from '../../domain/time.ts';
import type { CommandContext, CommandOutcome, CommandSpec } from '../command.ts';
import { renderTable } from '../table.ts';

const DEFAULT_SPAN_DAYS = 14;
const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

/** Days since the epoch, a Thursday, name the weekday. */
const weekdayOf = (date: SessionDate): string =>
  WEEKDAYS[(((dateToUtcMs(date) / DAY_MS) % 7) + 7) % 7] ?? '';

/** `trade-labs calendar`: which days the exchange trades, when, and why not. */
export const calendar: CommandSpec = {
  path: 'calendar',
  group: 'Data',
  summary: 'List NYSE sessions with their open and close, and the days it is closed',
  examples: [
    { line: 'trade-labs calendar', does: 'the next two weeks' },
    {
      line: 'trade-labs calendar --from 2026-11-20 --to 2026-12-31',
      does: 'the holidays and half days of a span',
    },
    {
      line: 'trade-labs calendar --from 2001-09-10 --to 2001-09-17 --json',
      does: 'history, for a program',
    },
  ],
  configure: (command) => {
    command
      .option('--from <date>', 'first date, YYYY-MM-DD (default: today in New York)')
      .option('--to <date>', `last date (default: ${DEFAULT_SPAN_DAYS} days after the first)`);
  },
  run,
};

interface Closure extends CalendarNote {
  readonly date: SessionDate;
}

async function run(
  context: CommandContext,
  _args: readonly (string | undefined)[],
  options: Readonly<Record<string, unknown>>,
): Promise<CommandOutcome> {
  const nyse = await import('../../calendar/nyse.ts');
  const from = dateOption('--from', options.from) ?? nyse.newYorkDate(context.now());
  const asked = dateOption('--to', options.to);
  const twoWeeks = utcMsToDate(dateToUtcMs(from) + DEFAULT_SPAN_DAYS * DAY_MS);
  const to =
    asked ?? (from <= nyse.HORIZON.to && twoWeeks > nyse.HORIZON.to ? nyse.HORIZON.to : twoWeeks);
  if (from > to) {
    throw new Failure('USAGE', `--from ${from} is after --to ${to}`, {
      hint: `give the earlier date first: --from ${to} --to ${from}`,
    });
  }
  const sessions = nyse.sessionsBetween(from, to);
  const closures: Closure[] = [];
  for (let ms = dateToUtcMs(from); ms <= dateToUtcMs(to); ms += DAY_MS) {
    const date = utcMsToDate(ms);
    const closure = nyse.closureOf(date);
    if (closure !== null && closure.name !== 'Weekend') closures.push({ date, ...closure });
  }
  const data = {
    sessions: sessions.map((session) => ({
      session: session.date,
      openAt: isoUtc(session.openAt),
      closeAt: isoUtc(session.closeAt),
      earlyClose: session.earlyClose,
    })),
    closures: closures.map(({ date, name }) => ({ date, name })),
  };
  const text = [
    headline(from, to, sessions),
    sessionTable(sessions, nyse, context.columns),
    closureTable(closures, context.columns),
  ];
  const warnings =
    asked === undefined && to < twoWeeks ? [`the calendar is verified up to ${to}`] : [];
  return { data, text: text.filter((part) => part !== '').join('\n\n'), warnings };
}

/** The date of an option, or undefined when it was not given. */
function dateOption(name: string, value: unknown): SessionDate | undefined {
  if (value === undefined) return undefined;
  const date = typeof value === 'string' ? parseSessionDate(value) : null;
  if (date !== null) return date;
  throw new Failure('USAGE', `${name} is not a date: ${JSON.stringify(value)}`, {
    hint: 'write a date of the calendar as YYYY-MM-DD, such as 2026-11-27',
  });
}

function headline(from: SessionDate, to: SessionDate, sessions: readonly Session[]): string {
  const count = sessions.length === 1 ? '1 session' : `${sessions.length} sessions`;
  const early = sessions.filter((session) => session.earlyClose).length;
  return `${count} from ${from} to ${to}${early > 0 ? `, ${early} with an early close` : ''}`;
}

function sessionTable(
  sessions: readonly Session[],
  nyse: typeof import('../../calendar/nyse.ts'),
  columns: number,
): string {
  if (sessions.length === 0) return '';
  const rows = sessions.map(({ date, openAt, closeAt }) => [
    date,
    weekdayOf(date),
    nyse.newYorkTime(openAt).slice(0, 5),
    nyse.newYorkTime(closeAt).slice(0, 5),
    isoUtc(openAt).slice(11, 16),
    isoUtc(closeAt).slice(11, 16),
    nyse.specialHoursOf(date)?.name ?? '',
  ]);
  return renderTable(
    [
      { title: 'session' },
      { title: 'day', priority: 2 },
      { title: 'open ET' },
      { title: 'close ET' },
      { title: 'open UTC', priority: 1 },
      { title: 'close UTC', priority: 1 },
      { title: 'note' },
    ],
    rows,
    { columns },
  );
}

function closureTable(closures: readonly Closure[], columns: number): string {
  if (closures.length === 0) return '';
  const rows = closures.map(({ date, name }) => [date, weekdayOf(date), name]);
  return renderTable([{ title: 'closed' }, { title: 'day' }, { title: 'reason' }], rows, {
    columns,
  });
}
