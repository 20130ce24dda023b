import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BacktestReport } from '../../src/reporting/backtest-report.ts';
import { sweepHome } from '../app/sweep-world.ts';
import { run } from './fake-world.ts';
import { inFolder, rowsOf } from './homes.ts';

let world: ReturnType<typeof sweepHome>;
beforeAll(() => {
  world = sweepHome();
});
afterAll(() => world.remove());

const RANGE = ['--data', 'bars', '--from', '2015-06-01', '--to', '2015-12-31'];
const backtest = (out: string, ...args: readonly string[]) =>
  run(['backtest', '--home', world.home, '--out', out, ...RANGE, ...args], { cwd: world.home });

describe('the tear sheet of a backtest', () => {
  it('gives each side of a split what was traded in it', () =>
    inFolder(async (dir) => {
      const { stderr } = await backtest(dir, '--split', '2015-09-01');
      expect(stderr).toBe('');
      const report = JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')) as BacktestReport;
      const equity = rowsOf(dir, 'equity.csv').slice(1);
      const fills = rowsOf(dir, 'orders.csv').filter((row) => row['filled_quantity'] !== '0');
      const sides = [
        [report.parts?.inSample, (day = '') => day < '2015-09-01'],
        [report.parts?.outOfSample, (day = '') => day >= '2015-09-01'],
      ] as const;
      for (const [part, isOfSide] of sides) {
        const own = equity.filter((row) => isOfSide(row['session']));
        const average = own.reduce((sum, row) => sum + Number(row['equity']), 0) / own.length;
        const traded = fills
          .filter((row) => isOfSide(row['done_at']?.slice(0, 10)))
          .reduce(
            (sum, row) => sum + Number(row['avg_fill_price']) * Number(row['filled_quantity']),
            0,
          );
        expect(traded).toBeGreaterThan(0);
        expect(part?.metrics.turnover.value).toBeCloseTo(traded / average, 6);
      }
    }));

  it('measures exits at the market against the close before them', () =>
    inFolder(async (dir) => {
      await backtest(dir, '--set', 'exits.maxHoldingSessions=5');
      const report = JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')) as BacktestReport;
      const exits = rowsOf(dir, 'orders.csv').filter(
        ({ leg, status }) => leg === 'exit' && status === 'filled',
      );
      const costs = exits.map(({ symbol, session, avg_fill_price: price }) => {
        const bars = readFileSync(join(world.home, 'bars', `${symbol}_1d.csv`), 'utf8').split('\n');
        const before = bars[bars.findIndex((line) => line.startsWith(session ?? '')) - 1];
        const close = Number(before?.split(',')[4]);
        return ((close - Number(price)) / close) * 10_000;
      });
      const { count, meanBps } = report.execution.exitSlippage;
      expect(exits.length).toBeGreaterThan(5);
      expect(count).toBe(exits.length);
      const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
      expect(Math.abs((meanBps ?? Number.NaN) - mean)).toBeLessThan(0.02);
    }));

  it('says that a split beyond what was played splits nothing', () =>
    inFolder(async (dir) => {
      const halted = ['--set', 'risk.maxDrawdownFraction=0.005', '--split', '2015-12-01'];
      const { stdout, stderr } = await backtest(dir, ...halted);
      expect(stdout).toMatch(/^Backtest 2015-06-01 to \S+, halted/);
      expect(stderr).toMatch(/warning: nothing was played on one side of --split 2015-12-01/);
      expect(readFileSync(join(dir, 'report.md'), 'utf8')).toContain(
        'Not split: nothing was played on one side of 2015-12-01.',
      );
    }));
});
