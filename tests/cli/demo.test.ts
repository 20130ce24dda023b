import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run.ts';
import type { TradeRecord } from '../../src/domain/trade.ts';
import { run } from './fake-world.ts';
import { contents, inFolder, lastingContents, put } from './homes.ts';

const HOME = 'trade-labs-demo';

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe('the demo', () => {
  it('plays a whole session through the schedule and ends with a written report', () =>
    inFolder(async (dir) => {
      const ended = await run(['demo'], { cwd: dir });
      expect(ended.exit, ended.stderr).toBe(0);
      const runs = json(join(dir, HOME, 'data/trade_history/runs.json')) as RunRecord[];
      expect(runs.map(({ slot, status }) => `${slot} ${status}`)).toEqual([
        'scan-open completed',
        'scan-midday completed',
        'reconcile completed',
        'report completed',
      ]);
      const report = readFileSync(join(dir, HOME, 'reports/daily/2026-03-05/report.md'), 'utf8');
      expect(ended.stdout).toContain(report.split('\n')[0]);
      expect(ended.stdout).toContain(`./${HOME}/reports/daily/2026-03-05/report.md`);
    }));

  it('trades in both scans and shows exits by stop and by target', () =>
    inFolder(async (dir) => {
      await run(['demo'], { cwd: dir });
      const runs = json(join(dir, HOME, 'data/trade_history/runs.json')) as RunRecord[];
      const scans = runs.filter(({ job }) => job === 'scan');
      expect(scans.every(({ counts }) => counts.filled > 0)).toBe(true);
      const trades = json(join(dir, HOME, 'data/trade_history/trades.json')) as TradeRecord[];
      const reasons = new Set(trades.map(({ exitReason }) => exitReason));
      expect(reasons).toEqual(new Set(['stop', 'target', null]));
    }));

  it('leaves cash that is the starting cash less purchases plus sales less commissions', () =>
    inFolder(async (dir) => {
      await run(['demo'], { cwd: dir });
      const lines = readFileSync(
        join(dir, HOME, 'data/trade_history/journal/2026-03.jsonl'),
        'utf8',
      )
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, never>);
      let micros = 100_000_000_000;
      for (const event of lines.filter(({ type }) => type === 'fill.recorded')) {
        const { side, quantity, price, commission } = event;
        const value = Math.round(Number(price) * 1e6) * Number(quantity);
        micros += (side === 'buy' ? -1 : 1) * value - Math.round(Number(commission) * 1e6);
      }
      const marks = lines.filter(({ type }) => type === 'account.marked');
      expect(Math.round(Number(marks.at(-1)?.['cash']) * 1e6)).toBe(micros);
    }));

  it('writes the same bytes again, in place of what it wrote before', () =>
    inFolder(async (dir) => {
      const first = await run(['demo'], { cwd: dir });
      const before = lastingContents(join(dir, HOME));
      const second = await run(['demo'], { cwd: dir });
      expect(second).toEqual(first);
      expect(lastingContents(join(dir, HOME))).toEqual(before);
    }));

  it('leaves a folder alone that no demo made', () =>
    inFolder(async (dir) => {
      put(dir, { [`${HOME}/mine.txt`]: 'keep me' });
      const ended = await run(['demo'], { cwd: dir });
      expect(ended.exit).toBe(73);
      expect(ended.stderr).toContain('was not made by a demo');
      expect(contents(dir)).toEqual(new Map([[`${HOME}/mine.txt`, 'keep me']]));
    }));

  it('prints one document with --json and nothing beside it', () =>
    inFolder(async (dir) => {
      const ended = await run(['demo', '--json'], { cwd: dir });
      expect(ended.stderr).toBe('');
      const document = JSON.parse(ended.stdout) as { ok: boolean; data: { session: string } };
      expect(document).toMatchObject({
        ok: true,
        command: 'demo',
        data: { session: '2026-03-05' },
      });
    }));

  it('refuses a speed that is none', async () => {
    const ended = await run(['demo', '--speed', 'fast']);
    expect(ended.exit).toBe(2);
    expect(ended.stderr).toContain('--speed takes a number');
  });

  it('is pointed to by whatever is asked of the folder it was made in', () =>
    inFolder(async (dir) => {
      put(dir, { 'trade-labs-demo/.trade-labs-demo': '' });
      for (const command of ['positions', 'risk', 'pause', 'runs', 'trades', 'stats']) {
        const { stdout, stderr } = await run([command], { cwd: dir });
        expect(stdout + stderr).toContain(`--home ${join(dir, 'trade-labs-demo')}`);
      }
    }));
});
