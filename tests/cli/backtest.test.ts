import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepHome } from '../app/sweep-world.ts';
import { run } from './fake-world.ts';
import { contents, inFolder, rowsOf } from './homes.ts';

let world: ReturnType<typeof sweepHome>;
beforeAll(() => {
  world = sweepHome();
});
afterAll(() => world.remove());

const RANGE = ['--data', 'bars', '--from', '2015-06-01', '--to', '2015-12-31'];
const backtest = (out: string, ...args: readonly string[]) =>
  run(['backtest', '--home', world.home, '--out', out, ...args], { cwd: world.home });

const micros = (text: string | undefined): number => Math.round(Number(text) * 1e6);

interface Told {
  readonly data: {
    readonly runDir: string;
    readonly from: string;
    readonly to: string;
    readonly symbols: number;
    readonly bars: number;
    readonly trades: number;
    readonly metrics: Readonly<Record<string, number | null>>;
    readonly decisionHash: string;
    readonly status: string;
    readonly haltedOn: string | null;
    readonly counts: Readonly<Record<string, number>>;
  };
}

describe('the backtest command', () => {
  it('writes a run folder whose tables tie, and says what it came to', () =>
    inFolder(async (dir) => {
      const { exit, stdout, stderr } = await backtest(dir, ...RANGE, '--json');
      expect(exit, stderr).toBe(0);
      const { data } = JSON.parse(stdout) as Told;
      expect(data).toMatchObject({ runDir: dir, from: '2015-06-01', to: '2015-12-31', symbols: 4 });
      expect(data.bars).toBe(4 * 150);
      const trades = rowsOf(dir, 'trades.csv');
      const equity = rowsOf(dir, 'equity.csv');
      expect(trades).toHaveLength(data.trades);
      expect(data.trades).toBeGreaterThan(10);
      expect(equity).toHaveLength(151);
      expect(equity[0]?.['session']).toBe('2015-05-29');
      const last = equity.at(-1);
      const closed = trades.filter(({ status }) => status === 'closed');
      expect(micros(last?.['equity']) - micros(equity[0]?.['equity'])).toBe(
        closed.reduce((sum, trade) => sum + micros(trade['net_pnl']), 0) +
          micros(last?.['unrealized']) -
          micros(last?.['open_entry_commissions']),
      );
      expect(data.metrics['netChange']).toBeCloseTo(
        Number(last?.['equity']) - Number(equity[0]?.['equity']),
        6,
      );
    }));

  it('has a row for every row of every scan, order and moved stop', () =>
    inFolder(async (dir) => {
      const { stdout } = await backtest(dir, ...RANGE, '--json');
      const { data } = JSON.parse(stdout) as Told;
      const decisions = rowsOf(dir, 'decisions.csv');
      const { found = 0, scored = 0, approved = 0, filled = 0 } = data.counts;
      expect(decisions).toHaveLength(found);
      expect(decisions.filter(({ score }) => score !== '')).toHaveLength(scored);
      expect(decisions.filter(({ fate }) => fate === 'approved')).toHaveLength(approved);
      const orders = rowsOf(dir, 'orders.csv');
      const entries = orders.filter(({ leg }) => leg === 'entry');
      expect(entries).toHaveLength(data.counts['submitted'] ?? -1);
      expect(entries.filter(({ filled_quantity }) => filled_quantity !== '0')).toHaveLength(filled);
      expect(new Set(orders.map(({ order_ref }) => order_ref)).size).toBe(orders.length);
      const stops = rowsOf(dir, 'stops.csv');
      expect(stops.length).toBeGreaterThan(0);
      expect(stops.every((stop) => Number(stop['new']) > Number(stop['old']))).toBe(true);
    }));

  it('writes the same bytes for the same question, in place of what it wrote before', () =>
    inFolder(async (dir) => {
      const first = await backtest(dir, ...RANGE);
      const before = contents(dir);
      expect(await backtest(dir, ...RANGE)).toEqual(first);
      expect(contents(dir)).toEqual(before);
      const names = [...before.keys()].filter((name) => !name.includes('/'));
      expect(names).toEqual([
        'decisions.csv',
        'equity.csv',
        'orders.csv',
        'report.csv',
        'report.json',
        'report.md',
        'run.json',
        'runs.json',
        'stops.csv',
        'trades.csv',
        'trades.json',
      ]);
    }));

  it('writes nothing beside its folder', () =>
    inFolder(async (dir) => {
      const before = contents(world.home);
      await backtest(dir, ...RANGE);
      expect(contents(world.home)).toEqual(before);
    }));

  it('prints one sentence, what is assumed and the hashes', () =>
    inFolder(async (dir) => {
      const args = ['--data', 'bars', '--from', '2015-06-01', '--to', '2016-12-30'];
      const { stdout } = await backtest(dir, ...args, '--split', '2016-03-01', '--monte-carlo');
      const [sentence = ''] = stdout.split('\n');
      expect(readFileSync(join(dir, 'report.md'), 'utf8').split('\n')[0]).toBe(sentence);
      expect(sentence).toMatch(/^Backtest 2015-06-01 to 2016-12-30: [+-]\$/);
      for (const word of [
        'slippage',
        'commission',
        'universe',
        'adjustment',
        'Out of sample',
        'Monte-Carlo',
        'decisions ',
      ]) {
        expect(stdout).toContain(word);
      }
    }));

  it('says that there are too few trades to draw from', () =>
    inFolder(async (dir) => {
      const { stderr } = await backtest(dir, ...RANGE, '--monte-carlo');
      expect(stderr).toMatch(/warning: Monte-Carlo needs 20 closed trades, there are \d+/);
    }));

  it('says that a strategy whose features are no numbers scored nothing', () =>
    inFolder(async (dir) => {
      const file = join(world.home, 'undefined.mjs');
      const text = readFileSync(join(world.home, 'rising.mjs'), 'utf8');
      writeFileSync(file, text.replace('close(0) / close(params.bars) - 1', 'Number.NaN'));
      const { exit, stderr } = await backtest(dir, ...RANGE, '--strategy', file);
      expect(exit, stderr).toBe(0);
      expect(stderr).toMatch(/warning: no row was ever scored: of \d+ with a signal/);
    }));

  it('says in line one that the drawdown ended it', () =>
    inFolder(async (dir) => {
      const args = [...RANGE, '--set', 'risk.maxDrawdownFraction=0.005'];
      const { stdout } = await backtest(dir, ...args);
      const halted = /^Backtest 2015-06-01 to (\S+), halted on \1:/.exec(stdout)?.[1];
      expect(halted).toBeDefined();
      const told = JSON.parse((await backtest(dir, ...args, '--json')).stdout) as Told;
      expect(told.data).toMatchObject({ status: 'halted', haltedOn: halted });
      // Of its four symbols, up to there and no further.
      expect(told.data.bars).toBe(4 * (rowsOf(dir, 'equity.csv').length - 1));
    }));

  it(
    'draws a page of its own with --html, the random picks beside it',
    () =>
      inFolder(async (dir) => {
        const short = ['--data', 'bars', '--from', '2015-12-21', '--to', '2015-12-31'];
        const { exit, stderr } = await backtest(dir, ...short, '--html');
        expect(exit, stderr).toBe(0);
        const html = readFileSync(join(dir, 'report.html'), 'utf8');
        expect(html).toContain('chart-growth');
        expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
        expect(readFileSync(join(dir, 'report.md'), 'utf8')).toContain('Of 200 seeded runs');
      }),
    120_000,
  );

  it(
    'proves with --check-lookahead that nothing looks ahead, and plays steps to either side',
    () =>
      inFolder(async (dir) => {
        const args = [...RANGE, '--check-lookahead', '--sensitivity'];
        const { exit, stdout } = await backtest(dir, ...args);
        expect(exit).toBe(0);
        expect(stdout).toContain('Look-ahead    none');
        const markdown = readFileSync(join(dir, 'report.md'), 'utf8');
        expect(markdown).toContain('sizing.stop.multiple');
        expect(markdown).toContain('(as played)');
      }),
    120_000,
  );

  it('keeps what was played when the strategy throws, marked, and says where it is', () =>
    inFolder(async (dir) => {
      const file = join(dir, 'late.mjs');
      const text = readFileSync(join(world.home, 'rising.mjs'), 'utf8');
      writeFileSync(file, text.replace('if (params.breaks)', 'if (bars() > 150)'));
      const out = join(dir, 'run');
      const { exit, stderr } = await backtest(out, ...RANGE, '--strategy', file);
      expect(exit).toBe(78);
      expect(stderr).toContain('STRATEGY_FAILED');
      expect(stderr).toContain('marked partial');
      expect(readFileSync(join(out, 'report.md'), 'utf8')).toMatch(/^Backtest PARTIAL 2015-06-01/);
      const record = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as { status: string };
      expect(record.status).toBe('failed');
      expect(rowsOf(out, 'equity.csv').length).toBeGreaterThan(10);
    }));
});

describe('a backtest is refused', () => {
  it.each<[string, readonly string[], number, RegExp]>([
    ['without a range', ['--data', 'bars'], 2, /backtest needs --from/],
    [
      'on a weekend',
      ['--data', 'bars', '--from', '2015-07-04', '--to', '2015-07-05'],
      2,
      /no session from/,
    ],
    [
      'without bars in the range',
      ['--data', 'bars', '--from', '2021-01-04', '--to', '2021-02-01'],
      2,
      /no bar of any symbol.*\n.*2015-01-02 to 2016-12-30/,
    ],
    [
      'with an unknown key',
      [...RANGE, '--set', 'risk.maxPosition=5'],
      78,
      /risk\.maxPosition {2}unknown key\. Did you mean maxPositions\?/,
    ],
    [
      'with a split outside',
      [...RANGE, '--split', '2017-01-03'],
      2,
      /--split 2017-01-03 is not inside/,
    ],
    [
      'with a symbol that has no file',
      [...RANGE, '--symbols', 'ZZZZ'],
      2,
      /no bar files of the wanted symbols.*\n.*wanted: ZZZZ/,
    ],
    [
      'with a strategy that is not there',
      [...RANGE, '--strategy', 'nobody'],
      78,
      /there is no strategy "nobody"/,
    ],
  ])('%s', async (_name, args, code, words) => {
    const { exit, stderr } = await backtest(join(world.home, 'never'), ...args);
    expect(stderr).toMatch(words);
    expect(exit).toBe(code);
  });

  it('where its folder holds something else', () =>
    inFolder(async (dir) => {
      writeFileSync(join(dir, 'thesis.txt'), 'years of work');
      const { exit, stderr } = await backtest(dir, ...RANGE);
      expect(exit).toBe(73);
      expect(stderr).toContain('was not written by a backtest');
      expect(readFileSync(join(dir, 'thesis.txt'), 'utf8')).toBe('years of work');
    }));
});
