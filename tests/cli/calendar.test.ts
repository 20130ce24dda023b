import { describe, expect, it } from 'vitest';
import type { CommandContext, CommandOutcome } from '../../src/cli/command.ts';
import { calendar } from '../../src/cli/commands/calendar.ts';
import { Failure } from '../../src/domain/failure.ts';
import { epochMs } from '../../src/domain/time.ts';

/** All the calendar may use of the world: the clock and the width of the terminal. */
const contextAt = (now: string, columns = Number.POSITIVE_INFINITY): CommandContext =>
  ({ columns, now: () => epochMs(Date.parse(now)) }) as CommandContext;

const run = (options: Record<string, string>, now = '2026-11-20T15:00:00Z') =>
  calendar.run(contextAt(now), [], options);

interface CalendarData {
  readonly sessions: readonly { readonly session: string; readonly openAt: string }[];
  readonly closures: readonly { readonly date: string; readonly name: string }[];
}
const dataOf = (outcome: CommandOutcome): CalendarData => outcome.data as CalendarData;

async function failureOf(options: Record<string, string>, now?: string): Promise<Failure> {
  const error: unknown = await run(options, now).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

describe('trade-labs calendar', () => {
  it('gives sessions with UTC instants and closures with their names', async () => {
    const outcome = await run({ from: '2026-11-25', to: '2026-11-30' });
    expect(outcome.data).toEqual({
      sessions: [
        {
          session: '2026-11-25',
          openAt: '2026-11-25T14:30:00.000Z',
          closeAt: '2026-11-25T21:00:00.000Z',
          earlyClose: false,
        },
        {
          session: '2026-11-27',
          openAt: '2026-11-27T14:30:00.000Z',
          closeAt: '2026-11-27T18:00:00.000Z',
          earlyClose: true,
        },
        {
          session: '2026-11-30',
          openAt: '2026-11-30T14:30:00.000Z',
          closeAt: '2026-11-30T21:00:00.000Z',
          earlyClose: false,
        },
      ],
      closures: [{ date: '2026-11-26', name: 'Thanksgiving' }],
    });
    const summer = dataOf(await run({ from: '2015-08-24', to: '2015-08-24' }));
    expect(summer.sessions[0]?.openAt).toBe('2015-08-24T13:30:00.000Z');
  });

  it('prints a table in both clocks with notes, and the closed weekdays below it', async () => {
    const { text } = await run({ from: '2026-11-25', to: '2026-11-30' });
    expect(text.split('\n')).toEqual([
      '3 sessions from 2026-11-25 to 2026-11-30, 1 with an early close',
      '',
      'SESSION     DAY  OPEN ET  CLOSE ET  OPEN UTC  CLOSE UTC  NOTE',
      '2026-11-25  Wed  09:30    16:00     14:30     21:00',
      '2026-11-27  Fri  09:30    13:00     14:30     18:00      Early close: day after Thanksgiving',
      '2026-11-30  Mon  09:30    16:00     14:30     21:00',
      '',
      'CLOSED      DAY  REASON',
      '2026-11-26  Thu  Thanksgiving',
    ]);
  });

  it('leaves the UTC columns out first where the terminal is narrow', async () => {
    const { text } = await calendar.run(contextAt('2026-11-25T15:00:00Z', 72), [], {
      to: '2026-11-27',
    });
    expect(text.split('\n')).toContain('SESSION     DAY  OPEN ET  CLOSE ET  NOTE');
  });

  it('covers today and the fourteen days after it, by the date in New York', async () => {
    const evening = await run({}, '2026-03-06T02:00:00Z');
    expect(evening.text.split('\n')[0]).toBe('11 sessions from 2026-03-05 to 2026-03-19');
    const later = await run({ from: '2020-03-02' });
    expect(later.text.split('\n')[0]).toBe('11 sessions from 2020-03-02 to 2020-03-16');
    expect(later.warnings).toEqual([]);
  });

  it('stops at the last verified session unless a later one was asked for, and says so', async () => {
    const outcome = await run({}, '2028-12-27T15:00:00Z');
    expect(dataOf(outcome).sessions.map(({ session }) => session)).toEqual([
      '2028-12-27',
      '2028-12-28',
      '2028-12-29',
    ]);
    expect(outcome.warnings).toEqual(['the calendar is verified up to 2028-12-29']);
  });

  it('tells of days without a session', async () => {
    const weekend = await run({ from: '2026-11-28', to: '2026-11-29' });
    expect(weekend.text).toBe('0 sessions from 2026-11-28 to 2026-11-29');
    const attack = dataOf(await run({ from: '2001-09-10', to: '2001-09-17' }));
    expect(attack.closures).toHaveLength(4);
    expect(attack.sessions.map(({ session }) => session)).toEqual(['2001-09-10', '2001-09-17']);
  });

  it.each(['2026-13-01', '2026-02-30', 'tomorrow', '26-11-27', ''])(
    'refuses %j as a date',
    async (date) => {
      const failure = await failureOf({ from: date });
      expect(failure.code).toBe('USAGE');
      expect(failure.message).toBe(`--from is not a date: ${JSON.stringify(date)}`);
      expect(failure.hint).toContain('YYYY-MM-DD');
    },
  );

  it('refuses a span that ends before it starts', async () => {
    const failure = await failureOf({ from: '2026-11-27', to: '2026-11-20' });
    expect(failure.code).toBe('USAGE');
    expect(failure.hint).toContain('--from 2026-11-20 --to 2026-11-27');
  });

  it.each([
    { from: '1989-12-01', to: '1990-02-01' },
    { from: '2028-12-01', to: '2029-01-15' },
    { from: '2035-01-01' },
  ])('refuses %j, which no exchange release covers', async (options: Record<string, string>) => {
    const failure = await failureOf(options);
    expect(failure.code).toBe('OUTSIDE_CALENDAR');
    expect(failure.hint).toContain('1990-01-02 to 2028-12-29');
  });

  it('refuses to guess today past the last verified year', async () => {
    expect((await failureOf({}, '2029-02-01T15:00:00Z')).code).toBe('OUTSIDE_CALENDAR');
  });
});
