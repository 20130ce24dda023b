import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSession } from '../../src/calendar/nyse.ts';
import { type SessionDate, sessionDate } from '../../src/domain/time.ts';
import { benchmarkMetrics } from '../../src/ledger/metrics-benchmark.ts';
import {
  curveMetrics,
  drawdowns,
  type EquityPoint,
  timeWeighted,
} from '../../src/ledger/metrics-curve.ts';
import { percentile } from '../../src/ledger/metrics-series.ts';

/** Points on consecutive sessions from 2026-03-04 on; a pair is [equity, flow]. */
function curve(...values: (number | readonly [number, number])[]): EquityPoint[] {
  let session = sessionDate('2026-03-04');
  return values.map((value, i) => {
    if (i > 0) session = nextSession(session).date;
    const [equity, flow] = typeof value === 'number' ? [value, 0] : value;
    return { session, equity, flow };
  });
}

/** A curve from returns, starting at 1000. */
function curveOf(returns: readonly number[]): EquityPoint[] {
  let equity = 1000;
  const levels = returns.map((r) => {
    equity *= 1 + r;
    return equity;
  });
  return curve(1000, ...levels);
}

describe('the time-weighted index', () => {
  it('counts a deposit at the start of its day, so that it earns nothing by itself', () => {
    const { returns, index } = timeWeighted(curve(1000, [1500, 500], 1650));
    expect(returns).toEqual([0, 1650 / 1500 - 1]);
    expect(index).toEqual([1, 1, 1 + (1650 / 1500 - 1)]);
  });

  it('counts a withdrawal the same way', () => {
    const metrics = curveMetrics(curve(1000, [495, -500]));
    expect(metrics.totalReturn.value).toBeCloseTo(-0.01, 12);
    expect(metrics.netChange).toEqual({ value: -5, n: 1 });
  });

  it('stops where nothing is left to earn a return on', () => {
    const metrics = curveMetrics(curve(1000, 0, 500));
    expect(timeWeighted(curve(1000, 0, 500)).brokenAt).toBe('2026-03-06');
    expect(metrics.totalReturn).toEqual({
      value: null,
      n: 1,
      reason: 'n/a (equity was not above zero on 2026-03-06)',
    });
    expect(timeWeighted(curve(1000, -20)).brokenAt).toBe('2026-03-05');
  });

  it('of a first deposit starts at the deposit', () => {
    expect(timeWeighted(curve(0, [1010, 1000])).returns[0]).toBeCloseTo(0.01, 12);
  });
});

describe('metrics of a curve', () => {
  it('of nothing and of one row are not available, each with its reason', () => {
    for (const points of [[], curve(1000)]) {
      for (const [id, metric] of Object.entries(curveMetrics(points))) {
        expect(metric.value, id).toBeNull();
        expect(metric.reason, id).toMatch(/^n\/a \(.+\)$/);
        expect(metric.n, id).toBe(0);
      }
    }
  });

  it('below their floors say how many sessions there are', () => {
    const metrics = curveMetrics(curve(1000, 1010, 1005));
    expect(metrics.sharpe.reason).toBe('n/a (2 of 20 sessions)');
    expect(metrics.cagr.reason).toBe('n/a (2 of 252 sessions)');
    expect(metrics.calmar.reason).toBe('n/a (2 of 252 sessions)');
    expect(metrics.moneyWeightedReturn.reason).toBe('n/a (2 of 30 calendar days)');
    expect(metrics.totalReturn).toEqual({ value: 1.01 * (1005 / 1010) - 1, n: 2 });
  });

  it('of a flat curve have no Sharpe ratio, no Sortino ratio and no drawdown', () => {
    const metrics = curveMetrics(curveOf(Array(300).fill(0)));
    expect(metrics.sharpe.reason).toBe('n/a (flat)');
    expect(metrics.sortino.reason).toBe('n/a (no session below the risk-free rate)');
    expect(metrics.calmar.reason).toBe('n/a (no drawdown)');
    expect(metrics.volatility.value).toBe(0);
    expect(metrics.maxDrawdown.value).toBe(0);
    expect(metrics.cagr.value).toBe(0);
    expect(metrics.longestDrawdown.value).toBe(0);
  });

  it('annualise over calendar days and only from 252 sessions on', () => {
    const year = curveOf(Array.from({ length: 252 }, (_, i) => (i % 2 === 0 ? 0.02 : -0.015)));
    const first = year[0] as EquityPoint;
    const last = year.at(-1) as EquityPoint;
    const days = (Date.parse(last.session) - Date.parse(first.session)) / 86_400_000;
    const growth = last.equity / first.equity;
    const { cagr, calmar, maxDrawdown } = curveMetrics(year);
    expect(cagr.value).toBeCloseTo(growth ** (365 / days) - 1, 5);
    expect(calmar.value).toBeCloseTo((cagr.value as number) / -(maxDrawdown.value as number), 3);
    expect(curveMetrics(year.slice(1)).cagr.value).toBeNull();
  });

  it('measure Sharpe and Sortino against the risk-free rate', () => {
    const returns = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 0.01 : -0.005));
    const free = (1 + 0.05) ** (1 / 252) - 1;
    const mean = 0.0025 - free;
    const deviation = 0.0075 * Math.sqrt(20 / 19);
    const downside = Math.sqrt((-0.005 - free) ** 2 / 2);
    const metrics = curveMetrics(curveOf(returns), { riskFreeRate: 0.05 });
    expect(metrics.sharpe.value).toBeCloseTo((mean / deviation) * Math.sqrt(252), 8);
    expect(metrics.sortino.value).toBeCloseTo((mean / downside) * Math.sqrt(252), 8);
  });

  it('give value at risk both ways and the shortfall beyond', () => {
    const returns = Array.from({ length: 60 }, (_, i) => (i - 30) / 1000);
    const metrics = curveMetrics(curveOf(returns));
    expect(metrics.valueAtRisk.value).toBeCloseTo(percentile(returns, 0.05) as number, 10);
    // Ranks -0.030, -0.029, -0.028 lie at or below the bound of -0.02705.
    expect(metrics.expectedShortfall.value).toBeCloseTo(-0.029, 10);
    const deviation = Math.sqrt((60 * 61) / 12) / 1000;
    expect(metrics.valueAtRiskNormal.value).toBeCloseTo(
      -0.0005 - 1.6448536269514722 * deviation,
      10,
    );
  });

  it('know exposure, time in market and turnover where positions are known, and only there', () => {
    const [base, first, second] = curve(1000, 1000, 1000) as [
      EquityPoint,
      EquityPoint,
      EquityPoint,
    ];
    const metrics = curveMetrics(
      [
        { ...base, positions: 9, grossExposure: 900 },
        { ...first, positions: 0, grossExposure: 0 },
        { ...second, positions: 2, grossExposure: 400 },
      ],
      { tradedNotional: 600 },
    );
    expect(metrics.timeInMarket.value).toBe(0.5);
    expect(metrics.averageExposure.value).toBe(0.2);
    expect(metrics.maxExposure.value).toBe(0.4);
    expect(metrics.turnover.value).toBe(0.6);
    const blind = curveMetrics([base, first, second]);
    expect(blind.timeInMarket.reason).toBe('n/a (positions are not part of this curve)');
    expect(blind.turnover.reason).toBe('n/a (trades are not part of this curve)');
  });

  it('solve the money-weighted return', () => {
    // 1000 at the start, 1000 more half-way, 2200 at the end of 365 days.
    const points = [
      { session: sessionDate('2025-01-02'), equity: 1000, flow: 0 },
      { session: sessionDate('2025-07-03'), equity: 2000, flow: 1000 },
      { session: sessionDate('2026-01-02'), equity: 2200, flow: 0 },
    ];
    const rate = curveMetrics(points).moneyWeightedReturn.value as number;
    const worth = -1000 - 1000 / (1 + rate) ** (182 / 365) + 2200 / (1 + rate);
    expect(Math.abs(worth)).toBeLessThan(0.01);
    expect(String(rate).replace(/^0\.0*/, '').length).toBeLessThanOrEqual(6);
  });

  it('without flows the money-weighted return is the annual growth', () => {
    const metrics = curveMetrics(
      curveOf(Array.from({ length: 260 }, (_, i) => (i % 2 === 0 ? 0.006 : -0.004))),
    );
    expect(metrics.moneyWeightedReturn.value).toBeCloseTo(metrics.cagr.value as number, 4);
  });
});

describe('drawdowns', () => {
  it('tell peak, valley and recovery in sessions', () => {
    const points = curve(100, 110, 99, 88, 105, 110, 120, 90);
    const day = (i: number) => points[i]?.session;
    const [first, second] = drawdowns(points);
    expect(drawdowns(points)).toHaveLength(2);
    expect(first).toMatchObject({
      peak: day(1),
      valley: day(3),
      recovered: day(5),
      sessionsDown: 2,
      sessionsToRecover: 2,
      sessions: 4,
    });
    expect(first?.depth).toBeCloseTo(-0.2, 12);
    expect(second).toMatchObject({ peak: day(6), recovered: null, sessionsToRecover: null });
    const metrics = curveMetrics(points);
    expect(metrics.maxDrawdown.value).toBeCloseTo(-0.25, 12);
    expect(metrics.longestDrawdown.value).toBe(4);
    expect(metrics.sessionsUnderWater.value).toBe(1);
    expect(metrics.currentDrawdown.value).toBeCloseTo(-0.25, 12);
  });

  it('the deepest one is the maximum drawdown of any curve', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (returns) => {
          const points = curveOf(returns);
          const deepest = drawdowns(points).reduce((low, { depth }) => Math.min(low, depth), 0);
          expect(curveMetrics(points).maxDrawdown.value).toBeCloseTo(deepest, 12);
        },
      ),
    );
  });
});

describe('deposits and withdrawals', () => {
  it('change no return, whenever and however large they are', () => {
    const day = fc.record({
      r: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
      flow: fc.integer({ min: 0, max: 5000 }),
    });
    fc.assert(
      fc.property(fc.array(day, { minLength: 1, maxLength: 40 }), (days) => {
        let equity = 1000;
        const values = days.map(({ r, flow }) => {
          equity = (equity + flow) * (1 + r);
          return [equity, flow] as const;
        });
        const withFlows = timeWeighted(curve(1000, ...values)).returns;
        withFlows.forEach((r, i) => {
          expect(r).toBeCloseTo(days[i]?.r as number, 10);
        });
      }),
    );
  });
});

describe('beside a benchmark', () => {
  const at = (i: number) => `2026-01-${String(i + 1).padStart(3, '0')}` as SessionDate;
  const benchmark = Array.from({ length: 80 }, (_, i) => ((i * 7) % 11) / 1000 - 0.005);

  it('a curve that is twice the benchmark plus a constant has beta 2 and that alpha', () => {
    const result = benchmarkMetrics(
      benchmark.map((value, i) => ({ session: at(i), value: 2 * value + 0.0001 })),
      benchmark.map((value, i) => ({ session: at(i), value })),
    );
    expect(result.beta.value).toBeCloseTo(2, 10);
    expect(result.alpha.value).toBeCloseTo(0.0252, 10);
    expect(result.correlation.value).toBeCloseTo(1, 10);
    expect(result.rSquared.value).toBeCloseTo(1, 10);
    const mean = benchmark.reduce((a, b) => a + b, 0) / 80;
    const deviation = Math.sqrt(benchmark.reduce((s, b) => s + (b - mean) ** 2, 0) / 79);
    expect(result.informationRatio.value).toBeCloseTo(
      ((mean + 0.0001) / deviation) * Math.sqrt(252),
      8,
    );
  });

  it('uses the sessions both have and needs 60 of them', () => {
    const ours = benchmark.map((value, i) => ({ session: at(i), value }));
    const theirs = benchmark.slice(0, 59).map((value, i) => ({ session: at(i), value }));
    expect(benchmarkMetrics(ours, theirs).beta).toEqual({
      value: null,
      n: 59,
      reason: 'n/a (59 of 60 sessions)',
    });
  });

  it('that never moves has no beta', () => {
    const ours = benchmark.map((value, i) => ({ session: at(i), value }));
    const flat = benchmark.map((_, i) => ({ session: at(i), value: 0 }));
    expect(benchmarkMetrics(ours, flat).beta.reason).toBe('n/a (flat)');
  });
});
