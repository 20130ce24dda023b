import { describe, expect, it } from 'vitest';
import { nextSession } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { MetricValue } from '../../src/ledger/metrics.ts';
import { curveMetrics, type EquityPoint } from '../../src/ledger/metrics-curve.ts';
import type { CurveMetricId } from '../../src/ledger/metrics-definitions.ts';
import { tradeMetrics } from '../../src/ledger/metrics-trades.ts';
import { entryGrid } from '../../src/ledger/statistics.ts';
import { aTrade } from './trade-builder.ts';

/** Points on consecutive sessions; a pair is [equity, flow]. */
function curve(...values: (number | readonly [number, number])[]): EquityPoint[] {
  let session = sessionDate('2026-01-02');
  return values.map((value, i) => {
    if (i > 0) session = nextSession(session).date;
    const [equity, flow] = typeof value === 'number' ? [value, 0] : value;
    return { session, equity, flow };
  });
}

/** So many sessions that earn these returns in turn, from 1000. */
function sessionsOf(count: number, ...returns: readonly number[]): EquityPoint[] {
  const levels = [1000];
  for (let i = 0; i < count; i += 1) {
    levels.push((levels[i] as number) * (1 + (returns[i % returns.length] as number)));
  }
  return curve(...levels);
}

type Metrics = Readonly<Record<CurveMetricId, MetricValue>>;
const value = (metrics: Metrics, id: CurveMetricId) => metrics[id].value;

/** Every metric that is expected to have this value; what is not named is not looked at. */
function expectValues(metrics: Metrics, expected: Partial<Record<CurveMetricId, number>>): void {
  for (const [id, wanted] of Object.entries(expected)) {
    expect(value(metrics, id as CurveMetricId), id).toBeCloseTo(wanted, 9);
  }
}

const missing = (metrics: Metrics): CurveMetricId[] =>
  (Object.keys(metrics) as CurveMetricId[]).filter((id) => value(metrics, id) === null);

describe('a week with a deposit and a withdrawal, by hand', () => {
  // +10 %; then 500 come in and 1600 become 1520, -5 %; 0 %; then 520 leave and 1000 become 1100, +10 %.
  const metrics = curveMetrics(curve(1000, 1100, [1520, 500], 1520, [1100, -520]));

  it('has the return, drawdown and P&L that the money itself made', () => {
    expectValues(metrics, {
      netChange: 120,
      totalReturn: 1.1 * 0.95 * 1.1 - 1,
      bestSession: 0.1,
      worstSession: -0.05,
      winningSessions: 0.5,
      maxDrawdown: -0.05,
      currentDrawdown: 0,
      sessionsUnderWater: 0,
      longestDrawdown: 3,
    });
  });

  it('is not annualised, and says how much longer it would have to be', () => {
    expect(metrics.cagr.reason).toBe('n/a (4 of 252 sessions)');
    expect(metrics.calmar.reason).toBe('n/a (4 of 252 sessions)');
    expect(metrics.sharpe.reason).toBe('n/a (4 of 20 sessions)');
    expect(metrics.valueAtRisk.reason).toBe('n/a (4 of 60 sessions)');
    expect(metrics.moneyWeightedReturn.value).toBeNull();
  });
});

describe('sixty sessions of +2 % and -1 % in turn, by hand', () => {
  const metrics = curveMetrics(sessionsOf(60, 0.02, -0.01));
  // The mean is 0.5 %, every session deviates by 1.5 %.
  const deviation = 0.015 * Math.sqrt(60 / 59);
  const year = Math.sqrt(252);

  it('has every ratio of its two returns', () => {
    expectValues(metrics, {
      totalReturn: (1.02 * 0.99) ** 30 - 1,
      winningSessions: 0.5,
      volatility: deviation * year,
      sharpe: (0.005 / deviation) * year,
      // Thirty losses of 1 % over sixty sessions.
      sortino: (0.005 / Math.sqrt((30 * 0.0001) / 60)) * year,
      // Every loss is made up by the next gain.
      maxDrawdown: -0.01,
      currentDrawdown: -0.01,
      sessionsUnderWater: 1,
      longestDrawdown: 2,
      ulcer: Math.sqrt((30 * 0.0001) / 59),
      valueAtRisk: -0.01,
      valueAtRiskNormal: 0.005 - 1.6448536269514722 * deviation,
      expectedShortfall: -0.01,
      skewness: 0,
      // n(n + 1) / ((n - 1)(n - 2)(n - 3)) sum z^4 - 3 (n - 1)^2 / ((n - 2)(n - 3)), z^4 = (59 / 60)^2.
      excessKurtosis:
        ((60 * 61) / (59 * 58 * 57)) * 60 * (59 / 60) ** 2 - (3 * 59 * 59) / (58 * 57),
      omega: 2,
      tailRatio: 2,
      gainToPain: 1,
      // The normal distribution at 2.53896, to six decimals.
      probabilisticSharpe: 0.994441,
    });
  });

  it('needs a year for what is annual, and positions for what is held', () => {
    expect(missing(metrics)).toEqual([
      'cagr',
      'calmar',
      'timeInMarket',
      'averageExposure',
      'maxExposure',
      'turnover',
    ]);
  });
});

describe('curves of one kind', () => {
  it('that is empty has nothing but a P&L of nothing at most', () => {
    const metrics = curveMetrics([]);
    expect(missing(metrics)).toEqual(Object.keys(metrics));
    for (const { reason } of Object.values(metrics)) expect(reason).toMatch(/^n\/a \(/);
  });

  it('that only rises has no ratio to losses it never had', () => {
    const metrics = curveMetrics(sessionsOf(300, 0.01, 0.02));
    for (const id of ['sortino', 'omega', 'gainToPain', 'calmar'] as const) {
      expect(metrics[id].value, id).toBeNull();
      expect(metrics[id].reason, id).toMatch(/^n\/a \(/);
    }
    expectValues(metrics, {
      winningSessions: 1,
      maxDrawdown: 0,
      currentDrawdown: 0,
      ulcer: 0,
      longestDrawdown: 0,
      valueAtRisk: 0.01,
    });
    expect(value(metrics, 'cagr')).toBeGreaterThan(0);
  });

  it('that only falls has no peak but its first row', () => {
    const metrics = curveMetrics(sessionsOf(300, -0.01, -0.02));
    const left = (0.99 * 0.98) ** 150;
    expectValues(metrics, {
      winningSessions: 0,
      totalReturn: left - 1,
      maxDrawdown: left - 1,
      currentDrawdown: left - 1,
      sessionsUnderWater: 300,
      longestDrawdown: 300,
      omega: 0,
      gainToPain: -1,
      bestSession: -0.01,
      worstSession: -0.02,
      valueAtRisk: -0.02,
      expectedShortfall: -0.02,
    });
    expect(value(metrics, 'calmar')).toBeCloseTo(
      (value(metrics, 'cagr') as number) / (1 - left),
      5,
    );
  });

  it('that is flat loses nothing and has no ratio', () => {
    const metrics = curveMetrics(sessionsOf(300, 0));
    expectValues(metrics, { totalReturn: 0, volatility: 0, maxDrawdown: 0, cagr: 0, ulcer: 0 });
    for (const id of ['sharpe', 'sortino', 'calmar', 'skewness', 'probabilisticSharpe'] as const) {
      expect(metrics[id].value, id).toBeNull();
    }
  });

  it('that is a year of one percent a quarter has that growth over its calendar days', () => {
    const points = sessionsOf(252, ...Array.from({ length: 63 }, (_, i) => (i === 0 ? 0.01 : 0)));
    const [first, last] = [points[0], points.at(-1)];
    const days = (Date.parse(last?.session ?? '') - Date.parse(first?.session ?? '')) / 86_400_000;
    expect(curveMetrics(points).cagr.value).toBeCloseTo((1.01 ** 4) ** (365 / days) - 1, 6);
  });
});

describe('trades, by hand', () => {
  const held = (from: string, to: string) => (from === to ? 1 : 2);
  const of = (...nets: readonly number[]) =>
    tradeMetrics(
      nets.map((netPnl, i) => aTrade({ netPnl, tradeId: `T${i}`, commission: 2 })),
      held,
    ).metrics;

  it('average their wins and losses apart', () => {
    const metrics = of(10, 30, -20, 0);
    expect(metrics.averageWin.value).toBe(20);
    expect(metrics.averageLoss.value).toBe(-20);
    expect(metrics.payoff.value).toBe(1);
    expect(metrics.profitFactor.value).toBe(2);
    expect(metrics.netProfit.value).toBe(20);
    expect(metrics.commissions.value).toBe(8);
  });

  it('of one kind have only what that kind has', () => {
    expect(of(10).averageLoss.value).toBeNull();
    expect(of(-10).averageWin.value).toBeNull();
    expect(of(-10).holdingWinners.value).toBeNull();
    expect(of(0).averageWin.value).toBeNull();
    expect(of(0).winRate.value).toBe(0);
  });

  it('stand in the hour and weekday of their entry', () => {
    const entered = (entrySession: string, entryAt: string, netPnl: number, rMultiple: number) =>
      aTrade({ entrySession, entryAt, netPnl, rMultiple, tradeId: entryAt });
    const grid = entryGrid(
      [
        entered('2026-03-05', '2026-03-05T17:05:00.000Z', -4, -0.4),
        entered('2026-03-05', '2026-03-05T14:30:00.000Z', 10, 1),
        entered('2026-03-05', '2026-03-05T14:59:00.000Z', -3, -0.25),
        // The clocks were changed between: 13:30 UTC is 09:30 in New York then.
        entered('2026-03-12', '2026-03-12T13:30:00.000Z', 5, 0.5),
        entered('2026-03-09', '2026-03-09T13:45:00.000Z', 1, 0.1),
      ],
      held,
    );
    expect(grid).toEqual([
      { weekday: 'Mon', hour: '09:00', trades: 1, wins: 1, netProfit: 1, sumR: 0.1 },
      { weekday: 'Thu', hour: '09:00', trades: 3, wins: 2, netProfit: 12, sumR: 1.25 },
      { weekday: 'Thu', hour: '12:00', trades: 1, wins: 0, netProfit: -4, sumR: -0.4 },
    ]);
  });
});
