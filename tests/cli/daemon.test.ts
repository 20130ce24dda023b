import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run.ts';
import { run } from './fake-world.ts';
import { contents, inFolder, openToOthers, put } from './homes.ts';

const CONFIG = 'config/trade-labs.yaml';
const SMALL = 'data: { synthetic: { seed: 1, symbols: 12 } }\n';

const runs = (home: string): RunRecord[] =>
  JSON.parse(readFileSync(join(home, 'data/trade_history/runs.json'), 'utf8')) as RunRecord[];

describe('daemon --plan', () => {
  it('tells the slots of the week of Thanksgiving, and why there are fewer', () =>
    inFolder(async (dir) => {
      const line = ['daemon', '--plan', '--from', '2026-11-25', '--to', '2026-11-28'];
      const { exit, stdout } = await run(line, { cwd: dir });
      expect(exit).toBe(0);
      expect(stdout).toMatch(/\n2026-11-25 +16:00 +reconcile +reconcile +close\n/);
      expect(stdout).toMatch(/\n2026-11-26 +Thanksgiving\n/);
      expect(stdout).toMatch(/\n2026-11-27 +13:00 +reconcile .*Early close/);
      expect(stdout).toMatch(/\n2026-11-27 +14:00 +report /);
      expect(stdout).toMatch(/\n2026-11-28 +Weekend\n/);
      expect(contents(dir).size).toBe(0);
    }));

  it('is seven days from today unless said, and a document with --json', () =>
    inFolder(async (dir) => {
      const { stdout } = await run(['daemon', '--plan', '--json'], { cwd: dir });
      const { data } = JSON.parse(stdout) as {
        data: { from: string; to: string; slots: { label: string }[]; closed: object[] };
      };
      expect([data.from, data.to]).toEqual(['2026-03-05', '2026-03-11']);
      expect(data.slots[1]?.label).toBe('09:30 of 2026-03-05, 09:30 ET');
      expect(data.closed).toHaveLength(2);
    }));
});

describe('daemon refuses', () => {
  it.each([
    [['daemon', '--plan', '--once', 'scan'], '--plan does not go with --once'],
    [['daemon', '--from', '2026-03-05'], '--from goes with --plan or --simulate'],
    [['daemon', '--simulate', '--from', '2026-03-05'], '--simulate needs --to'],
    [['daemon', '--simulate', '--from', '2026-03-06', '--to', '2026-03-05'], 'is after'],
    [
      ['daemon', '--plan', '--from', '2026-03-06', '--to', '2026-03-05'],
      '--from 2026-03-06 is after --to 2026-03-05',
    ],
    [['daemon', '--seed', '7'], '--seed goes with --simulate'],
    [['daemon', '--until', '9:30'], '--until takes a New York time'],
    [['daemon', '--once', 'scna'], 'the schedule has no scna'],
    [['daemon', '--observe'], '--observe is for a real broker'],
  ])('%j', (line, message) =>
    inFolder(async (dir) => {
      const { exit, stderr } = await run(line, { cwd: dir });
      expect(exit).toBe(2);
      expect(stderr).toContain(message);
    }),
  );

  it.each([
    ['an unknown job', '{ name: a, job: scna, at: open }', '"scna" is not one of'],
    ['a time outside the day', '{ name: a, job: scan, at: "24:30" }', 'is not a time of day'],
    ['close-10h', '{ name: a, job: scan, at: close-10h }', 'more than 8 hours'],
    ['an interval of nothing', '{ name: a, job: scan, at: "*/0 * * * *" }', 'is not cron text'],
    ['a day of the month and a weekday', '{ name: a, job: scan, at: "30 9 1 * 1" }', 'both'],
    ['seconds', '{ name: a, job: scan, at: "0 30 9 * * 1" }', 'has 6 fields'],
  ])('%s in the schedule, with its place', (_, row, message) =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: `schedule:\n  - ${row}\n` });
      const { exit, stderr } = await run(['daemon'], { cwd: dir });
      expect(exit).toBe(78);
      expect(stderr).toMatch(/config\/trade-labs\.yaml:2:\d+ /);
      expect(stderr).toContain(message);
      expect(existsSync(join(dir, 'data'))).toBe(false);
    }),
  );

  it.each([
    ['timezone: Mars/Olympus_Mons\n', '1:11', 'must be America/New_York'],
    ['jobs: { scan: { timeLimitMs: 0 } }\n', '1:30', 'must be at least 1000'],
    ['jobs: { scan: { catchUp: once } }\n', '1:17', 'unknown key'],
    [
      'schedule:\n  - { name: a, job: scan, at: open }\n  - { name: a, job: scan, at: close-1h }\n',
      '3:13',
      '"a" is the name of schedule[0] too',
    ],
  ])('%j', (yaml, place, message) =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: yaml });
      const { exit, stderr } = await run(['daemon'], { cwd: dir });
      expect(exit).toBe(78);
      expect(stderr).toContain(`${CONFIG}:${place}`);
      expect(stderr).toContain(message);
    }),
  );
});

describe('daemon --simulate', () => {
  const week = ['daemon', '--simulate', '--from', '2026-03-05', '--to', '2026-03-06'];

  it('plays sessions in a home of their own and says what came of them', () =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: SMALL });
      const { exit, stdout, stderr } = await run(week, { cwd: dir });
      expect(exit, stderr).toBe(0);
      expect(stdout).toMatch(
        /Played 2026-03-05 to 2026-03-06: 2 sessions, \d+ runs, 0 slots missed/,
      );
      expect(readdirSync(join(dir, 'reports/daily'))).toEqual(['2026-03-05', '2026-03-06']);
      expect(readdirSync(join(dir, 'data/backups'))).toHaveLength(1);
    }));

  it('enters nothing in a dry run', () =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: SMALL });
      await run([...week, '--dry-run'], { cwd: dir });
      const scans = runs(dir).filter(({ slot }) => slot.startsWith('scan'));
      expect(Math.max(...scans.map(({ counts }) => counts.approved))).toBeGreaterThan(0);
      expect(Math.max(...scans.map(({ counts }) => counts.submitted))).toBe(0);
    }));

  it('makes the home that it is given', () =>
    inFolder(async (dir) => {
      const { exit, stderr } = await run([...week, '--home', 'new', '--seed', '7'], { cwd: dir });
      expect(exit, stderr).toBe(0);
      expect(openToOthers(join(dir, 'new'))).toEqual([]);
    }));

  it('writes nothing that others than the owner may read', () =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: SMALL });
      await run(week, { cwd: dir });
      expect(openToOthers(join(dir, 'data'))).toEqual([]);
      expect(openToOthers(join(dir, 'reports'))).toEqual([]);
    }));

  it('tells without a terminal too, about once a month, how far it is; never with --quiet', () =>
    inFolder(async (dir) => {
      const line = ['daemon', '--simulate', '--from', '2026-02-02', '--to', '2026-03-04'];
      const month = (home: string, ...more: string[]) => {
        put(dir, { [`${home}/${CONFIG}`]: SMALL });
        return run([...line, '--home', join(dir, home), ...more], { cwd: dir });
      };
      const told = await month('told');
      expect(told.stderr).toMatch(/^2026-03-03 {2}21 sessions {2}equity \$[\d,]+\.\d\d$/m);
      expect((await month('quiet', '--quiet')).stderr).toBe('');
    }));

  it('goes on with a rehearsal, and never with any other history', () =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: SMALL });
      await run(week, { cwd: dir });
      const next = ['daemon', '--simulate', '--from', '2026-03-09', '--to', '2026-03-09'];
      expect((await run(next, { cwd: dir })).exit).toBe(0);
      const again = await run(week, { cwd: dir });
      expect(again.exit).toBe(2);
      expect(again.stderr).toContain('this home was played through 2026-03-');
      const daemon = await run(['daemon'], { cwd: dir });
      expect(daemon.exit).toBe(78);
      expect(daemon.stderr).toContain('is a rehearsal on a simulated clock');
      const own = join(dir, 'own');
      put(own, { [CONFIG]: SMALL });
      await run(['daemon', '--once', 'scan'], { cwd: own });
      expect((await run(week, { cwd: own })).stderr).toContain('has a history of its own');
    }));

  it('has no session to play on a holiday', () =>
    inFolder(async (dir) => {
      const line = ['daemon', '--simulate', '--from', '2026-11-26', '--to', '2026-11-26'];
      const { exit, stderr } = await run(line, { cwd: dir });
      expect(exit).toBe(2);
      expect(stderr).toContain('no session from 2026-11-26 to 2026-11-26');
    }));

  it('plays another market with another seed', () =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: SMALL });
      await run([...week, '--seed', '7'], { cwd: dir });
      const report = readFileSync(join(dir, 'reports/daily/2026-03-05/report.md'), 'utf8');
      expect(report).toContain('synthetic market, seed 7');
    }));
});

describe('daemon --once', () => {
  it('claims the slot that is due and runs it, once', () =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: SMALL });
      const first = await run(['daemon', '--once', 'scan'], { cwd: dir });
      expect(first.exit, first.stderr).toBe(0);
      expect(first.stdout).toContain('scan-open (09:30 of 2026-03-05, 09:30 ET): completed');
      const second = await run(['daemon', '--once', 'scan-open'], { cwd: dir });
      expect(second.exit).toBe(0);
      expect(second.stdout).toContain('scan-open of 2026-03-05 was begun before');
      expect(runs(dir).map(({ slot }) => slot)).toEqual(['scan-open']);
    }));

  it('runs the slot of the name, and of a job the newest that was not begun', () =>
    inFolder(async (dir) => {
      const reports = (day: string) => `  - { name: ${day}, job: report, at: close+60m, period: `;
      const table = `${reports('report')}daily }\n${reports('of-the-week')}weekly }\n`;
      put(dir, { [CONFIG]: `${SMALL}schedule:\n${table}` });
      const friday = '2026-03-06T22:01:00Z';
      for (const job of ['report', 'report', 'of-the-week']) {
        await run(['daemon', '--once', job], { cwd: dir, now: friday });
      }
      expect(runs(dir).map(({ slot }) => slot)).toEqual(['report', 'of-the-week']);
      const other = {
        [CONFIG]: `${SMALL}schedule:\n${table.replace('name: report', 'name: daily')}`,
      };
      put(dir, other);
      for (let time = 0; time < 2; time += 1) {
        await run(['daemon', '--once', 'report'], { cwd: dir, now: '2026-03-13T21:01:00Z' });
      }
      const later = runs(dir).slice(2);
      expect(later.map(({ slot }) => slot)).toEqual(['of-the-week', 'daily']);
    }));

  it('has nothing to do where nothing is due', () =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: `${SMALL}schedule:\n  - { name: late, job: scan, at: "15:00" }\n` });
      const { exit, stdout } = await run(['daemon', '--once', 'scan', '--json'], { cwd: dir });
      expect(exit).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ data: { slot: null, why: 'nothing is due' } });
    }));

  it('says when the next one is, and why not before', () =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: SMALL });
      const once = (now: string, ...more: string[]) =>
        run(['daemon', '--once', 'scan', ...more], { cwd: dir, now });
      const thanksgiving = await once('2026-11-26T15:00:00Z');
      expect([thanksgiving.exit, thanksgiving.stdout]).toEqual([
        0,
        'nothing is due\n' +
          'Market closed: Thanksgiving. Next: scan-open Fri 2026-11-27 09:30 ET, in 23 h 30 min.\n',
      ]);
      const { stdout } = await once('2026-11-26T15:00:00Z', '--json');
      const next = { slot: 'scan-open', job: 'scan', at: '2026-11-27T14:30:00.000Z' };
      expect(JSON.parse(stdout)).toMatchObject({ data: { why: 'nothing is due', next } });
      const late = await once('2026-11-27T15:00:00Z');
      expect(late.stdout).toMatch(/^scan-open of 2026-11-27 does not begin: late by 30 min, /);
      expect(late.stdout).toContain('Next: scan-midday Fri 2026-11-27 12:00 ET, in 2 h.');
    }));

  it('sends nothing in a dry run', () =>
    inFolder(async (dir) => {
      put(dir, { [CONFIG]: SMALL });
      await run(['daemon', '--once', 'scan', '--dry-run'], { cwd: dir });
      expect(runs(dir)[0]?.counts.submitted).toBe(0);
      expect(runs(dir)[0]?.counts.approved).toBeGreaterThan(0);
    }));
});
