import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highest, lowest } from '../../src/indicators/channel.ts';
import { stddev } from '../../src/indicators/deviation.ts';
import { rollingMedian } from '../../src/indicators/median.ts';
import { sma } from '../../src/indicators/moving-average.ts';
import { COUNT_SCALE } from '../../src/indicators/rolling-mean.ts';
import { tiedPricesArb } from './clean-bars.ts';

const period = fc.integer({ min: 1, max: 24 });
const anyValue = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((x) => x + 0);
const anyColumn = fc.float64Array({ maxLength: 80, noNaN: true, min: -1e9, max: 1e9 });
const columnWithGaps = fc
  .array(fc.oneof({ weight: 9, arbitrary: anyValue }, { weight: 1, arbitrary: fc.constant(NaN) }), {
    maxLength: 80,
  })
  .map((values) => Float64Array.from(values));
const microPrices = fc
  .array(fc.integer({ min: 1, max: 2e9 }), { maxLength: 80 })
  .map((micros) => Float64Array.from(micros, (x) => x / 1e6));
const prices = fc.oneof(tiedPricesArb(80), anyColumn);

/** The statistic of every full window, computed for each from nothing. */
const naively = (values: Float64Array, n: number, of: (window: Float64Array) => number): number[] =>
  Array.from(values, (_, i) => (i < n - 1 ? Number.NaN : of(values.slice(i - n + 1, i + 1))));

const same = (values: Float64Array, expected: number[]): void =>
  expect([...values].map((x) => x + 0)).toEqual(expected.map((x) => x + 0));

/**
 * The double nearest to numerator / denominator, by way of decimal text: an independent division.
 */
const nearest = (sum: bigint, divisor: bigint): number => {
  const digits = 10n ** 40n;
  return Number(`${(sum * digits) / divisor}e-40`);
};

describe('a moving average', () => {
  it('is the double nearest to the exact mean of the prices in whole micros', () => {
    fc.assert(
      fc.property(fc.oneof(tiedPricesArb(80), microPrices), period, (values, n) => {
        same(
          sma(values, n),
          naively(values, n, (window) => {
            let sum = 0n;
            for (const x of window) sum += BigInt(Math.round(x * 1e6));
            return nearest(sum, BigInt(n) * 1_000_000n);
          }),
        );
      }),
    );
  });

  it('takes prices to the nearest millionth of a dollar', () => {
    expect(sma(Float64Array.of(1.0000004, 1.0000008), 2)[1]).toBe(1.0000005);
  });

  it('has the same bits wherever the column starts, whatever the values', () => {
    fc.assert(
      fc.property(anyColumn, period, fc.nat(60), (values, n, from) => {
        const suffix = sma(values.slice(from), n).slice(n - 1);
        expect(suffix).toEqual(sma(values, n).slice(from + n - 1));
      }),
    );
  });

  it('ties with the price in a flat market, at every length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2e9 }),
        fc.integer({ min: 1, max: 200 }),
        (micros, n) => {
          const flat = new Float64Array(n + 5).fill(micros / 1e6);
          expect(sma(flat, n).slice(n - 1)).toEqual(flat.slice(n - 1));
        },
      ),
    );
  });

  it('stays right after fractional or huge volumes have left the window', () => {
    const rough = fc.oneof(fc.integer({ max: 1e9 }), fc.constantFrom(0.25, 1e18, -3e17, 1 / 3));
    fc.assert(
      fc.property(fc.array(rough, { maxLength: 60 }), period, (list, n) => {
        const sum = (window: Float64Array): number => window.reduce((total, x) => total + x, 0) / n;
        const values = Float64Array.from(list);
        same(sma(values, n, COUNT_SCALE), naively(values, n, sum));
      }),
    );
  });
});

describe('the extremes of a window', () => {
  it('are those found by looking at every value of it', () => {
    fc.assert(
      fc.property(prices, period, (values, n) => {
        same(
          highest(values, n),
          naively(values, n, (window) => Math.max(...window)),
        );
        same(
          lowest(values, n),
          naively(values, n, (window) => Math.min(...window)),
        );
      }),
    );
  });
});

describe('the median of a window', () => {
  it('is that of the sorted window, ties or none', () => {
    fc.assert(
      fc.property(prices, period, (values, n) => {
        same(
          rollingMedian(values, n),
          naively(values, n, (window) => {
            const sorted = window.sort((a, b) => a - b);
            const middle = n >> 1;
            const upper = sorted[middle] as number;
            return n % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
          }),
        );
      }),
    );
  });
});

describe('the standard deviation of a window', () => {
  it('is exactly 0 in a flat market', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2e9 }), period, (micros, n) => {
        const flat = new Float64Array(n + 3).fill(micros / 1e6);
        expect(stddev(flat, n).slice(n - 1)).toEqual(Float64Array.of(0, 0, 0, 0));
      }),
    );
  });

  it('is half the distance of two values, for a window of two', () => {
    expect([...stddev(Float64Array.of(10, 12, 11.5), 2)]).toEqual([Number.NaN, 1, 0.25]);
  });
});

describe.each([
  ['sma', (values: Float64Array, n: number) => sma(values, n)],
  ['highest', highest],
  ['lowest', lowest],
  ['rollingMedian', rollingMedian],
  ['stddev', (values: Float64Array, n: number) => stddev(values, n)],
] as const)('%s', (_name, indicator) => {
  it('is undefined in the windows that contain a NaN and in no other', () => {
    fc.assert(
      fc.property(columnWithGaps, period, (values, n) => {
        const defined = naively(values, n, (window) =>
          window.some((x) => Number.isNaN(x)) ? Number.NaN : 1,
        );
        expect([...indicator(values, n)].map(Number.isNaN)).toEqual(defined.map(Number.isNaN));
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a period of %s', (n) => {
    expect(() => indicator(new Float64Array(3), n)).toThrow(/a period is a whole number of bars/);
  });
});
