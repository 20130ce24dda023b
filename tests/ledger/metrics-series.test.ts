import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as series from '../../src/ledger/metrics-series.ts';

interface Case {
  readonly metric: string;
  readonly returns: string;
  readonly period?: string;
  readonly risk_free?: string;
  readonly required_return?: string | number;
  readonly starting_value?: number;
  readonly window?: number;
  readonly expected: number | string | null | readonly (number | null)[];
}
interface Vectors {
  readonly series: Readonly<Record<string, { readonly values: readonly (number | null)[] }>>;
  readonly cases: readonly Case[];
}

const dir = process.env.TRADE_LABS_TEST_DATA;
const PER_YEAR: Readonly<Record<string, number>> = {
  daily: 252,
  weekly: 52,
  monthly: 12,
  yearly: 1,
};

/** Vectors of other subjects, of series that are not in the file, or where the conventions part on purpose. */
const notOurs = ({ metric, returns }: Case): boolean =>
  ['simple_returns', 'aggregate_returns', 'stability_of_timeseries'].includes(metric) ||
  ['df_simple', 'df_week', 'df_month', 'random_100k'].includes(returns) ||
  // Counts the missing first return as 0.
  (metric === 'tail_ratio' && returns === 'mixed_returns');

describe.skipIf(!dir)('against the values of empyrical', () => {
  const vectors: Vectors = dir
    ? JSON.parse(readFileSync(join(dir, 'metrics/empyrical_vectors.json'), 'utf8'))
    : { series: {}, cases: [] };
  const named = (name: string) => vectors.series[name]?.values;

  /** The returns that are there, each less what the case asks to subtract. */
  function excess(test: Case, required: string | number): number[] {
    const other = typeof required === 'string' ? named(required) : undefined;
    return (named(test.returns) ?? []).flatMap((value, i) => {
      const less = other === undefined ? Number(required) : (other[i] ?? null);
      return value === null || less === null ? [] : [value - less];
    });
  }

  function windows(test: Case, measure: (values: number[]) => number | null): (number | null)[] {
    const values = named(test.returns) ?? [];
    const size = test.window ?? 0;
    return values
      .slice(size - 1)
      .map((_, i) => measure(values.slice(i, i + size).filter((value) => value !== null)))
      .slice(0, Math.max(0, values.length - size + 1));
  }

  function compute(test: Case): number | null | (number | null)[] {
    const perYear = PER_YEAR[test.period ?? 'daily'] as number;
    const plain = excess(test, 0);
    const growth = series.compound(plain).at(-1) as number;
    // There a year is so many rows, whether they have a return or not; ours is a number of days.
    const years = (named(test.returns)?.length ?? 0) / perYear;
    const yearly = series.annualGrowth(growth, years);
    const deepest = series.maxDrawdown(plain);
    switch (test.metric) {
      case 'cum_returns':
        return series
          .compound((named(test.returns) ?? []).map((value) => value ?? 0))
          .slice(1)
          .map((level) => (test.starting_value ? level * test.starting_value : level - 1));
      case 'cum_returns_final':
        if (plain.length === 0) return null;
        return test.starting_value ? growth * test.starting_value : growth - 1;
      case 'max_drawdown':
        return deepest;
      case 'cagr':
      case 'annual_ret':
        return yearly;
      case 'annual_volatility': {
        const sample = series.deviation(plain, 1);
        return sample === null ? null : sample * Math.sqrt(perYear);
      }
      case 'calmar':
        return yearly === null || !deepest ? null : yearly / Math.abs(deepest);
      case 'omega': {
        const annual = Number(test.required_return);
        return annual <= -1
          ? null
          : series.omega(excess(test, test.risk_free ?? 0), (1 + annual) ** (1 / 252) - 1);
      }
      case 'sharpe_ratio':
        return series.sharpe(excess(test, test.risk_free ?? 0), perYear);
      case 'downside_risk': {
        const downside = series.downsideDeviation(excess(test, test.required_return ?? 0));
        return downside === null ? null : downside * Math.sqrt(perYear);
      }
      case 'sortino':
        return series.sortino(excess(test, test.required_return ?? 0), perYear);
      case 'tail_ratio':
        return series.tailRatio(plain);
      case 'roll_max_drawdown':
        return windows(test, series.maxDrawdown);
      case 'roll_sharpe_ratio':
        return windows(test, (values) => series.sharpe(values));
      default:
        throw new Error(`no metric for ${test.metric}`);
    }
  }

  /** Vectors that upstream compares to four decimals or so: their last printed decimal is cut or rounded. */
  const isPrinted = ({ metric, returns }: Case): boolean =>
    metric.startsWith('cum_returns') ||
    metric.startsWith('roll_') ||
    (metric === 'max_drawdown' && returns === 'negative_returns');

  /** Within 1e-9, or one unit of the last decimal of a printed value; what is infinite there is null here. */
  function expectClose(test: Case, actual: number | null, expected: number | string | null): void {
    if (expected === null || typeof expected === 'string') {
      expect(actual).toBeNull();
      return;
    }
    const decimals = (String(expected).split('.')[1] ?? '').length;
    const tolerance = isPrinted(test) && decimals >= 4 ? 1.000001 * 10 ** -decimals : 1e-9;
    expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(tolerance);
  }

  const ours = vectors.cases.filter((test) => !notOurs(test));

  it('covers every vector of a metric that is ours', () => {
    expect(ours).toHaveLength(77);
  });

  it.each(ours.map((test) => [`${test.metric} of ${test.returns}`, test] as const))(
    '%s',
    (_name, test) => {
      const actual = compute(test);
      if (Array.isArray(test.expected)) {
        expect(actual).toHaveLength(test.expected.length);
        test.expected.forEach((value, i) => {
          expectClose(test, (actual as (number | null)[])[i] ?? null, value);
        });
      } else expectClose(test, actual as number | null, test.expected as number | string | null);
    },
  );
});

describe('measures worked out by hand', () => {
  it('interpolates percentiles between ranks', () => {
    expect(series.percentile([40, 10, 30, 20], 0.5)).toBe(25);
    expect(series.percentile([10, 20, 30, 40, 50], 0.05)).toBe(12);
    expect(series.percentile([7], 0.95)).toBe(7);
  });

  it('corrects skewness and kurtosis for bias', () => {
    // Mean 2.2; squared deviations 1.44 + 1.44 + 0.04 + 0.04 + 7.84 = 10.8, over n - 1 = 2.7.
    const values = [1, 1, 2, 2, 5];
    const s = Math.sqrt(2.7);
    const z = [-1.2, -1.2, -0.2, -0.2, 2.8].map((d) => d / s);
    const third = z.reduce((sum, x) => sum + x ** 3, 0);
    const fourth = z.reduce((sum, x) => sum + x ** 4, 0);
    expect(series.skewness(values)).toBeCloseTo((5 / 12) * third, 12);
    expect(series.excessKurtosis(values)).toBeCloseTo((30 / 24) * fourth - 48 / 6, 12);
    expect(series.skewness([1, 2])).toBeNull();
    expect(series.excessKurtosis([1, 2, 3])).toBeNull();
  });

  it('sees no skew in symmetric values and none at all in equal ones', () => {
    expect(series.skewness([-1, 0, 1])).toBeCloseTo(0, 12);
    expect(series.skewness([3, 3, 3, 3])).toBeNull();
  });

  it('has ulcer, gain to pain and omega of a small curve', () => {
    // Index 1, 1.1, 0.99, 1.089: drawdowns 0, -0.1, -0.01.
    const returns = [0.1, -0.1, 0.1];
    expect(series.ulcerIndex(returns)).toBeCloseTo(Math.sqrt((0.01 + 0.0001) / 2), 12);
    expect(series.gainToPain(returns)).toBeCloseTo(1, 12);
    expect(series.omega(returns)).toBeCloseTo(2, 12);
  });

  it('knows the normal distribution', () => {
    expect(series.normalCdf(0)).toBe(0.5);
    expect(series.normalCdf(1.959963984540054)).toBeCloseTo(0.975, 12);
    expect(series.normalCdf(-1)).toBeCloseTo(0.15865525393145707, 12);
    expect(series.normalCdf(9)).toBe(1);
    expect(series.normalCdf(-9)).toBe(0);
  });

  it('takes raw kurtosis into the probabilistic Sharpe ratio', () => {
    // Two values, half each: population skewness 0, raw kurtosis 1, so the variance term is exactly 1.
    const returns = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 0.02 : -0.01));
    const ratio = 0.005 / (0.015 * Math.sqrt(40 / 39));
    expect(series.probabilisticSharpe(returns)).toBeCloseTo(
      series.normalCdf(ratio * Math.sqrt(39)),
      12,
    );
  });

  it('finds no ratio in a flat series, whatever its last bits', () => {
    expect(series.sharpe([0, 0, 0])).toBeNull();
    expect(series.sharpe([0.01, 0.01, 0.01])).toBeNull();
    expect(series.sharpe([0.1 + 0.2, 0.3, 0.3])).toBeNull();
  });

  it('rounds to significant decimals', () => {
    expect(series.roundSignificant(0.123456789, 6)).toBe(0.123457);
    expect(series.roundSignificant(-1234567.8, 6)).toBe(-1234570);
  });
});

describe('for any returns', () => {
  const returns = fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), { minLength: 1 });

  it('a drawdown lies between -1 and 0 and is 0 exactly when the index never falls', () => {
    fc.assert(
      fc.property(returns, (values) => {
        const deepest = series.maxDrawdown(values) as number;
        expect(deepest).toBeGreaterThanOrEqual(-1);
        expect(deepest).toBeLessThanOrEqual(0);
        const index = series.compound(values);
        const falls = index.some((level, i) => i > 0 && level < (index[i - 1] as number));
        expect(deepest < 0).toBe(falls);
      }),
    );
  });

  it('expected shortfall is no better than value at risk', () => {
    fc.assert(
      fc.property(returns, (values) => {
        const bound = series.percentile(values, 0.05) as number;
        expect(series.meanUpTo(values, bound) as number).toBeLessThanOrEqual(bound + 1e-15);
      }),
    );
  });
});
