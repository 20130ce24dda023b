import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/adapters/file/file-history.ts';
import type { EventDraft, JournalEvent } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import { busyDay } from '../reporting/days.ts';
import { run } from './fake-world.ts';

/** The world's clock stands at 2026-03-05 14:30 UTC, the open of the busy day. */
const home = mkdtempSync(join(tmpdir(), 'report-home-'));
const report = (...argv: string[]) =>
  run(['report', 'daily', ...argv, '--home', home], { cwd: home });

function draftOf({
  v: _v,
  seq: _seq,
  prev: _prev,
  hash: _hash,
  ...draft
}: JournalEvent): EventDraft {
  return draft as EventDraft;
}

beforeAll(async () => {
  const { events } = busyDay();
  const history = await openHistory({
    home,
    mode: 'sim',
    account: 'SIM-1',
    version: '0.1.0',
    clock: { now: () => events[0]?.at as JournalEvent['at'] },
    fold: new Book(),
    newFold: () => new Book(),
  });
  await history.append(events.slice(1).map(draftOf));
  await history.close();
});

describe('report daily', () => {
  it('writes the files of the session in progress and says the day in six lines', async () => {
    const { exit, stdout } = await report();
    expect(exit).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^PRELIMINARY 2026-03-05 Thu: \+\$\d+\.\d\d/);
    expect(lines[6]).toBe('');
    const dir = join(home, 'reports', 'daily', '2026-03-05');
    expect(lines.slice(7)).toEqual(
      ['md', 'csv']
        .flatMap((format) =>
          format === 'md'
            ? [join(dir, 'report.md')]
            : ['report', 'trades', 'orders', 'decisions', 'equity', 'executions'].map((name) =>
                join(dir, `${name}.csv`),
              ),
        )
        .concat(join(dir, 'report.json')),
    );
    expect(readFileSync(join(dir, 'report.md'), 'utf8').split('\n')[0]).toBe(lines[0]);
  });

  it('prints one format with --out -, and writes nothing', async () => {
    const printed = await report('2026-03-04', '--out', '-');
    expect(printed.stdout).toMatch(/^2026-03-04 Wed: \+\$31\.50/);
    const json = await report('2026-03-04', '--out', '-', '--format', 'json');
    expect(JSON.parse(json.stdout).header.session).toBe('2026-03-04');
    expect(existsSync(join(home, 'reports', 'daily', '2026-03-04'))).toBe(false);
  });

  it('writes the formats asked for where it is told to', async () => {
    const { exit } = await report('yesterday', '--format', 'json', '--out', 'evening');
    expect(exit).toBe(0);
    expect(readdirSync(join(home, 'evening'))).toEqual(['report.json']);
    expect(
      JSON.parse(readFileSync(join(home, 'evening', 'report.json'), 'utf8')).header.session,
    ).toBe('2026-03-04');
  });

  it('gives report and files with --json', async () => {
    const { stdout } = await report('2026-03-04', '--json', '--out', 'evening');
    const { ok, command, data } = JSON.parse(stdout);
    expect({ ok, command }).toEqual({ ok: true, command: 'report' });
    expect(data.report.bridge.unexplained).toBe(0);
    expect(data.files).toHaveLength(8);
    expect(data.files[0].sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    [['2026-03-07'], 'NOT_A_SESSION', 'the session before is 2026-03-06, the next one 2026-03-09'],
    [['2026-03-06'], 'USAGE', 'has not begun'],
    [['2026-03-02'], 'RECORD_UNKNOWN', 'nothing is recorded up to 2026-03-02'],
    [['soon'], 'USAGE', 'is not a date'],
    [['constructor'], 'USAGE', 'is not a date: "constructor"'],
    [['--format', 'pdf'], 'USAGE', '--format is not known: "pdf"'],
    [['--format', 'md,csv', '--out', '-'], 'USAGE', '--out - prints one format'],
  ])('refuses %j', async (argv, code, why) => {
    const { exit, stderr } = await report(...argv);
    expect(exit).toBe(2);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).toContain(why);
  });

  it('of a home without a history says so', async () => {
    const empty = join(home, 'empty');
    mkdirSync(empty);
    const { exit, stderr } = await run(['report', 'daily', '--home', empty], { cwd: home });
    expect(exit).toBe(2);
    expect(stderr).toContain('[RECORD_UNKNOWN]');
  });
});

describe('report', () => {
  const at = (...argv: string[]) => run([...argv, '--home', home], { cwd: home });

  it('of a week or month is asked for by any of its days, its name, or last-week', async () => {
    const sentence = async (...argv: string[]) =>
      (await at('report', ...argv, '--out', '-')).stdout.split('\n')[0];
    expect(await sentence('weekly', '2026-03-04')).toMatch(/^PRELIMINARY 2026-W10: \+\$80\.73 /);
    expect(await sentence('weekly')).toBe(await sentence('weekly', '2026-W10'));
    expect(await sentence('monthly')).toBe(await sentence('monthly', '2026-03'));
    expect(await sentence('monthly', '2026-03')).toMatch(/^PRELIMINARY 2026-03: /);
    expect(await sentence()).toBe(await sentence('daily'));
    expect(await sentence('2026-03-04')).toBe(await sentence('daily', '2026-03-04'));
  });

  it('writes a week where it belongs, and reports list shows it', async () => {
    const { exit, stdout } = await at('report', 'weekly', '--format', 'html,md,csv');
    expect(exit).toBe(0);
    const dir = join(home, 'reports', 'weekly', '2026-W10');
    expect(stdout).toContain(join(dir, 'charts', 'growth.svg'));
    expect(readdirSync(dir).sort()).toEqual([
      'charts',
      'days.csv',
      'equity.csv',
      'executions.csv',
      'orders.csv',
      'report.csv',
      'report.html',
      'report.md',
      'trades.csv',
    ]);
    const listed = JSON.parse((await at('reports', 'list', '--json')).stdout).data.reports;
    const week = listed.find((one: { period: string }) => one.period === 'weekly');
    expect(week).toMatchObject({ name: '2026-W10', formats: ['csv', 'html', 'md'], path: dir });
    expect(week.sentence).toBe(stdout.split('\n')[0]);
    const shown = await at('reports', 'list', '--period', 'weekly');
    expect(shown.stdout).toMatch(/^PERIOD +NAME/);
    expect(shown.stdout).not.toContain('daily');
  });

  it.each([
    [['yearly', '2026'], 'there is no report of this kind: "yearly"'],
    [['weekly', '2026-W54'], '2026 has no week 54'],
    [['monthly', '2026-13'], 'there is no month 2026-13'],
    [['weekly', '2026-05-05'], 'no session of 2026-05-05 has begun'],
    [['monthly', '2025-03'], 'nothing is recorded up to 2025-03-31'],
    [['weekly', '--out', '-', '--open'], '--out - prints'],
  ])('refuses %j', async (argv, why) => {
    const { exit, stderr } = await at('report', ...argv);
    expect(exit).toBe(2);
    expect(stderr).toContain(why);
  });

  it('that was never written is not listed', async () => {
    const bare = join(home, 'bare');
    mkdirSync(bare);
    const { stdout } = await run(['reports', 'list', '--home', bare], { cwd: home });
    expect(stdout).toContain('No report was written yet');
  });
});

describe('stats of that home', () => {
  const stats = (...argv: string[]) => run(['stats', ...argv, '--home', home], { cwd: home });

  it('measures trades and the closes', async () => {
    const { data } = JSON.parse((await stats('--json')).stdout);
    expect(data.trades).toMatchObject({ closed: 2, wins: 1, losses: 1 });
    expect(data.curve).toMatchObject({ from: '2026-03-03', to: '2026-03-05', sessions: 2 });
  });

  it('groups, and leaves out what ended before', async () => {
    const { stdout } = await stats('--by', 'exit');
    expect(stdout).toMatch(/^2 closed trades: 1 won, 0 drawn, 1 lost\n/);
    expect(stdout).toMatch(/\nsignal +1 /);
    expect(stdout).toMatch(/\ntrail +1 /);
    const { data } = JSON.parse((await stats('--since', '2026-03-05', '--json')).stdout);
    expect(data.curve).toMatchObject({ from: '2026-03-04', sessions: 1 });
  });

  it('runs week by week, or month by month', async () => {
    const { stdout } = await stats('--trend', 'week');
    expect(stdout).toMatch(/\n2026-W10 +2 +\+\$80\.73 +\+0\.08 % /);
    const { data } = JSON.parse((await stats('--trend', 'month', '--json')).stdout);
    expect(data.trend).toMatchObject([{ key: '2026-03', sessions: 2, pnl: 80.73 }]);
    expect((await stats('--trend', 'year')).stderr).toContain('--trend is not known: "year"');
  });

  it('refuses an unknown group', async () => {
    expect((await stats('--by', 'moon')).stderr).toContain('--by is not known: "moon"');
  });
});
