import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './fake-world.ts';

const cwd = mkdtempSync(join(tmpdir(), 'stats-'));

/** Runs `stats --equity-csv` on a file with this text. */
async function measured(text: string, ...more: string[]) {
  writeFileSync(join(cwd, 'curve.csv'), text);
  return run(['stats', '--equity-csv', 'curve.csv', ...more], { cwd });
}
const json = async (text: string, ...more: string[]) => {
  const { stdout } = await measured(text, '--json', ...more);
  return JSON.parse(stdout);
};

const WEEK = 'date,equity\n2026-03-02,1000\n2026-03-03,1010\n2026-03-04,999.9\n2026-03-05,1020\n';

describe('stats --equity-csv', () => {
  it('measures a curve of equity from its second row on', async () => {
    const { ok, data, warnings } = await json(WEEK);
    expect({ ok, warnings }).toEqual({ ok: true, warnings: [] });
    expect(data).toMatchObject({ from: '2026-03-02', to: '2026-03-05', sessions: 3 });
    expect(data.metrics.totalReturn.value).toBeCloseTo(0.02, 12);
    expect(data.metrics.netChange.value).toBe(20);
    expect(data.metrics.maxDrawdown.value).toBeCloseTo(-0.01, 12);
    expect(data.metrics.sharpe).toEqual({ value: null, n: 3, reason: 'n/a (3 of 20 sessions)' });
    expect(data.metrics.turnover).toBeUndefined();
  });

  it('measures returns, which have no dollars, from the session before the first', async () => {
    const { data } = await json('date,return\n2026-03-09,0.01\n2026-03-10,-0.02\n');
    expect(data).toMatchObject({ from: '2026-03-06', sessions: 2 });
    expect(data.metrics.totalReturn.value).toBeCloseTo(1.01 * 0.98 - 1, 12);
    expect(data.metrics.netChange).toBeUndefined();
  });

  it('takes our own equity.csv, its flows not counted as gains', async () => {
    const { data } = await json(
      'session,equity,cash,flow\r\n2026-03-04,1000,1,0\r\n2026-03-05,1500,1,500\r\n',
    );
    expect(data.metrics.totalReturn.value).toBe(0);
    expect(data.metrics.netChange.value).toBe(0);
  });

  it('prints a table with the reason where there is no number', async () => {
    const { exit, stdout } = await measured(WEEK);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^curve\.csv: 2026-03-02 to 2026-03-05, 3 sessions, risk-free rate 0\n/);
    expect(stdout).toMatch(/Total return +\+2\.00 % +3\n/);
    expect(stdout).toMatch(/CAGR +n\/a \(3 of 252 sessions\) +3\n/);
  });

  it('lists every bad row with its line', async () => {
    const { exit, stderr } = await measured(
      'date,equity\n2026-03-02,1000\n2026-03-02,1010\n2026-02-30,5\n2026-03-05,abc\n2026-03-06,-1\n',
    );
    expect(exit).toBe(2);
    expect(stderr).toContain('curve.csv:3  2026-03-02 is not after 2026-03-02');
    expect(stderr).toContain('curve.csv:4  not a date: "2026-02-30"');
    expect(stderr).toContain('curve.csv:5  not a number: "abc"');
    expect(stderr).toContain('curve.csv:6  equity is below zero: -1');
    expect(stderr).toContain('[INPUT_INVALID]');
  });

  it.each([
    ['', 'the header has no date'],
    ['date,close\n2026-03-02,1\n', 'the header has no equity or return'],
    ['date,equity\n', 'no row of data'],
  ])('refuses a file that is no curve: %j', async (text, why) => {
    const { exit, stderr } = await measured(text);
    expect(exit).toBe(2);
    expect(stderr).toContain(why);
  });

  it('warns of rows that are no sessions', async () => {
    const days = await json('date,equity\n2026-03-06,1000\n2026-03-07,1001\n');
    expect(days.warnings[0]).toContain('rows on days without a session: 1, such as 2026-03-07');
    const weeks = await json('date,equity\n2026-03-04,1000\n2026-03-11,1001\n2026-03-18,1002\n');
    expect(weeks.warnings[0]).toContain('rows are 7 days apart');
  });

  it('compares it with a benchmark on the sessions both have', async () => {
    const rows = (scale: number) =>
      Array.from({ length: 70 }, (_, i) => {
        const date = new Date(Date.UTC(2026, 0, 5) + i * 86_400_000).toISOString().slice(0, 10);
        return `${date},${(((i * 7) % 11) / 1000 - 0.005) * scale}`;
      });
    writeFileSync(join(cwd, 'index.csv'), ['date,return', ...rows(1)].join('\n'));
    const curve = ['date,return', ...rows(2)].join('\n');
    const { data } = await json(curve, '--benchmark-csv', 'index.csv');
    expect(data.benchmark).toBe('index.csv');
    expect(data.metrics.beta).toMatchObject({ n: 70 });
    expect(data.metrics.beta.value).toBeCloseTo(2, 10);
    expect((await run(['stats', '--benchmark-csv', 'index.csv'], { cwd })).exit).toBe(2);
  });

  it('refuses what a curve cannot answer, and a rate that is no fraction', async () => {
    expect((await measured(WEEK, '--by', 'symbol')).stderr).toContain(
      'it takes neither --by nor --trend nor --since',
    );
    expect((await measured(WEEK, '--risk-free', '4%')).stderr).toContain(
      '--risk-free is not a fraction',
    );
    const missing = await run(['stats', '--equity-csv', 'nowhere.csv'], { cwd });
    expect(missing.stderr).toContain('[INPUT_MISSING]');
  });
});

describe('stats --definitions', () => {
  it('prints the page of definitions', async () => {
    const { stdout } = await run(['stats', '--definitions'], { cwd });
    expect(stdout).toBe(readFileSync(new URL('../../docs/METRICS.md', import.meta.url), 'utf8'));
  });
});

describe('stats of a home', () => {
  it('without a history says what to do first', async () => {
    const { exit, stdout } = await run(['stats', '--home', cwd], { cwd });
    expect(exit).toBe(0);
    expect(stdout).toBe('Nothing to measure yet. First: trade-labs demo\n');
  });
});
