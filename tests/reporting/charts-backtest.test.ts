import { describe, expect, it } from 'vitest';
import type { BacktestReport } from '../../src/reporting/backtest-report.ts';
import { chartSvg } from '../../src/reporting/chart-svg.ts';
import type { Chart } from '../../src/reporting/charts.ts';
import { randomEnds } from '../../src/reporting/charts-backtest.ts';
import { curveHistogram } from '../../src/reporting/charts-period.ts';
import type { DayRow } from '../../src/reporting/period-days.ts';

/** A strategy that ended with 120,000 beside runs that ended so. */
const beside = (
  ends: readonly number[] | null,
): Pick<BacktestReport, 'randomPicks' | 'bridge'> => ({
  bridge: { endEquity: 120_000 } as BacktestReport['bridge'],
  randomPicks:
    ends === null
      ? null
      : { seeds: ends.length, ends, p5: 0, median: 0, p95: 0, percentile: 0.75, meanTrades: 3 },
});

describe('the histogram of sessions', () => {
  const days = (returns: readonly (number | null)[]): DayRow[] =>
    returns.map((earned) => ({ return: earned }) as DayRow);
  const counted = (chart: Chart | undefined): [string, number][] =>
    (chart?.table?.rows ?? []).map(([from = '', n]) => [from, Number(n)]);

  it('counts each session that moved once, wins and losses apart, and tells of those that did not', () => {
    const won = Array.from({ length: 80 }, (_, i) => (i + 1) / 8_000);
    const lost = Array.from({ length: 40 }, (_, i) => -(i + 1) / 8_000);
    const [chart] = curveHistogram(days([null, ...Array(30).fill(0), ...won, ...lost]));
    expect(chart?.title).toBe('Sessions by their return, without 30 that had none');
    const rows = counted(chart);
    expect(rows).toHaveLength(24);
    const sum = (part: typeof rows): number => part.reduce((n, [, count]) => n + count, 0);
    expect(sum(rows)).toBe(120);
    // What lies on an edge counts upwards.
    expect(sum(rows.slice(12))).toBe(80);
  });

  it('has bins wide enough for few sessions', () => {
    expect(counted(curveHistogram(days([0.01, -0.01, 0.02, 0.005, -0.004]))[0])).toHaveLength(10);
  });
});

describe('the chart of random picks', () => {
  it('counts every run once, in bins from the lowest end to the highest', () => {
    const ends = Array.from({ length: 200 }, (_, i) => 90_000 + 200 * i);
    const rows = randomEnds(beside(ends))[0]?.table?.rows ?? [];
    expect(rows).toHaveLength(20);
    expect(rows[0]).toEqual(['$90,000.00', '$91,990.00', '10']);
    expect(rows.at(-1)?.[1]).toBe('$129,800.00');
    expect(rows.reduce((sum, [, , runs]) => sum + Number(runs), 0)).toBe(200);
  });

  it('draws the strategy beside them, and says where it stands', async () => {
    const [chart] = randomEnds(beside([100_000, 110_000, 115_000, 130_000]));
    if (chart === undefined) throw new Error('runs that end apart are drawn');
    expect(chart.alt).toContain('ended with $120,000.00, above 75.00 % of them');
    const svg = await chartSvg(chart);
    expect(svg.match(/aria-roledescription="bar"|mark-rect/g)).not.toBeNull();
    expect(svg).toContain('mark-rule');
  });

  it('is left out where nothing was played or all ended alike', () => {
    expect(randomEnds(beside(null))).toEqual([]);
    expect(randomEnds(beside([100_000, 100_000]))).toEqual([]);
  });
});
