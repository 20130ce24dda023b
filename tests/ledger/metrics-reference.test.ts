import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sessionDate } from '../../src/domain/time.ts';
import {
  curveMetrics,
  drawdowns,
  type EquityPoint,
  timeWeighted,
} from '../../src/ledger/metrics-curve.ts';

const dir = process.env.TRADE_LABS_TEST_DATA;

describe.skipIf(!dir)('against a run of backtesting.py', () => {
  const run = 'GOOG_smacross_10_30';
  const file = (name: string) => readFileSync(join(dir ?? '', 'backtests', name), 'utf8');
  const statsOf = () => JSON.parse(file(`${run}_stats.json`)) as Record<string, number>;
  const curveOfRun = (): EquityPoint[] =>
    file(`${run}_equity.csv`)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [date = '', equity] = line.split(',');
        return { session: sessionDate(date), equity: Number(equity), flow: 0 };
      });

  it('drawdowns agree in depth and days, and returns in spread and on the downside', () => {
    const stats = statsOf();
    const points = curveOfRun();
    const day = (text: string) => Date.parse(text) / 86_400_000;
    const falls = drawdowns(points);
    const end = points.at(-1)?.session ?? '';
    const longest = Math.max(
      ...falls.map(({ peak, recovered }) => day(recovered ?? end) - day(peak)),
    );
    expect(`${longest} days 00:00:00`).toBe(stats['Max. Drawdown Duration']);
    // There growth and its spread are geometric, and the spread is annualised with the growth.
    const { returns, index } = timeWeighted(points);
    const perDay = (index.at(-1) ?? 1) ** (1 / returns.length);
    const mean = returns.reduce((a, b) => a + b, 0) / returns.length;
    const variance = returns.reduce((a, r) => a + (r - mean) ** 2, 0) / (returns.length - 1);
    const annual = perDay ** 252 - 1;
    const spread = Math.sqrt((variance + perDay ** 2) ** 252 - perDay ** 504);
    expect(annual * 100).toBeCloseTo(stats['Return (Ann.) [%]'] as number, 6);
    expect(spread * 100).toBeCloseTo(stats['Volatility (Ann.) [%]'] as number, 6);
    expect(annual / spread).toBeCloseTo(stats['Sharpe Ratio'] as number, 8);
    const { sharpe, volatility, maxDrawdown } = curveMetrics(points);
    // Ours are arithmetic: the same returns, sums instead of products.
    expect(volatility.value).toBeCloseTo(Math.sqrt(variance * 252), 5);
    expect(sharpe.value).toBeCloseTo((mean * 252) / Math.sqrt(variance * 252), 5);
    expect(annual / Math.abs(maxDrawdown.value as number)).toBeCloseTo(
      stats['Calmar Ratio'] as number,
      8,
    );
  });

  it('CAGR and maximum drawdown agree', () => {
    const stats = statsOf();
    const points = curveOfRun();
    const metrics = curveMetrics(points);
    expect((metrics.totalReturn.value as number) * 100).toBeCloseTo(
      stats['Return [%]'] as number,
      8,
    );
    expect((metrics.maxDrawdown.value as number) * 100).toBeCloseTo(
      stats['Max. Drawdown [%]'] as number,
      8,
    );
    // There a year has 365.25 days.
    const cagr = (1 + (metrics.cagr.value as number)) ** (365.25 / 365) - 1;
    expect(cagr * 100).toBeCloseTo(stats['CAGR [%]'] as number, 3);
  });
});
