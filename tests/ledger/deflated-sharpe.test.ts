import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedBestSharpe, normalQuantile } from '../../src/ledger/deflated-sharpe.ts';
import { normalCdf, probabilityAbove, sharpeSample } from '../../src/ledger/metrics-series.ts';

/** Ratios whose sample variance is the given one. */
const ratiosOfVariance = (variance: number): number[] => {
  const half = Math.sqrt(variance / 2);
  return [-half, half];
};

/**
 * The worked example of Bailey and Lopez de Prado, "The Deflated Sharpe Ratio" (2014): a strategy of an annual ratio
 * of 2.5 over five years of 250 days, the best of trials whose annual ratios have variance 1/2.
 */
const EXAMPLE = { n: 1250, ratio: 2.5 / Math.sqrt(250) };
const VARIANCE = 1 / (2 * 250);

const deflated = (trials: number, skewness: number, kurtosis: number): number =>
  probabilityAbove(
    { ...EXAMPLE, skewness, kurtosis },
    expectedBestSharpe(trials, ratiosOfVariance(VARIANCE)) ?? Number.NaN,
  ) ?? Number.NaN;

describe('the deflated Sharpe ratio', () => {
  it('is that of the worked example of its authors', () => {
    expect(expectedBestSharpe(100, ratiosOfVariance(VARIANCE))).toBeCloseTo(0.1132, 4);
    expect(deflated(100, -3, 10)).toBeCloseTo(0.9004, 4);
    expect(deflated(46, -3, 10)).toBeCloseTo(0.9505, 4);
    expect(deflated(88, 0, 3)).toBeCloseTo(0.9505, 4);
  });

  it('expects nothing of a single trial, nor of trials that do not differ', () => {
    expect(expectedBestSharpe(1, [0.1])).toBe(0);
    expect(expectedBestSharpe(5, [0.1, 0.1, 0.1, 0.1, 0.1])).toBe(0);
    expect(expectedBestSharpe(1, [])).toBe(0);
  });

  it('does not know what to expect of several trials whose ratios it does not have', () => {
    expect(expectedBestSharpe(3, [])).toBeNull();
    expect(expectedBestSharpe(3, [0.1])).toBeNull();
  });

  it('expects more of more trials', () => {
    const ratios = ratiosOfVariance(VARIANCE);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 10_000 }), (trials) => {
        expect(expectedBestSharpe(trials + 1, ratios)).toBeGreaterThan(
          expectedBestSharpe(trials, ratios) ?? Number.NaN,
        );
      }),
    );
  });
});

/** Computed with mpmath to 50 digits. */
const QUANTILES: readonly (readonly [number, number])[] = [
  [1e-300, -37.0470962993612],
  [1e-12, -7.034483825301132],
  [0.001, -3.0902323061678136],
  [0.0749, -1.4402382675279637],
  [0.0751, -1.43882539275254],
  [0.3, -0.5244005127080408],
  [0.925, 1.4395314709384561],
  [0.99, 2.3263478740408408],
];

describe('the normal quantile', () => {
  it.each(QUANTILES)('of %d is %d', (share, x) => {
    expect(normalQuantile(share) / x).toBeCloseTo(1, 14);
  });

  it('is turned round by the distribution function', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (share) => {
        expect(normalCdf(normalQuantile(share))).toBeCloseTo(share, 13);
      }),
    );
  });

  it('is infinite where no finite value is', () => {
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the sample of a Sharpe ratio', () => {
  it('has the moments of its returns', () => {
    // Mean 1, sample deviation 2, population deviation sqrt(3).
    const returns = [0, 0, 0, 4];
    const population = Math.sqrt(3);
    const third = (3 * -1 + 27) / 4 / population ** 3;
    const fourth = (3 * 1 + 81) / 4 / 9;
    const sample = sharpeSample(returns);
    expect(sample?.n).toBe(4);
    expect(sample?.ratio).toBeCloseTo(0.5, 12);
    expect(sample?.skewness).toBeCloseTo(third, 12);
    expect(sample?.kurtosis).toBeCloseTo(fourth, 12);
  });

  it('does not exist for a flat series', () => {
    expect(sharpeSample([0.01, 0.01, 0.01])).toBeNull();
    expect(sharpeSample([])).toBeNull();
  });
});
