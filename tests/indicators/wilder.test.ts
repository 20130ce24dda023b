import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BarColumns, columnsFromBars } from '../../src/domain/market.ts';
import { adx, dx, minusDi, plusDi } from '../../src/indicators/directional.ts';
import { macd } from '../../src/indicators/macd.ts';
import { ema } from '../../src/indicators/moving-average.ts';
import { rsi } from '../../src/indicators/rsi.ts';
import { atr, natr, trueRange } from '../../src/indicators/true-range.ts';
import { barsArb } from './clean-bars.ts';

const { NaN: none } = Number;

const bars = (rows: readonly (readonly [high: number, low: number, close: number])[]): BarColumns =>
  columnsFromBars(
    rows.map(([high, low, close], time) => ({ time, open: low, high, low, close, volume: 1 })),
  );

const near = (values: Float64Array, expected: readonly number[]): void => {
  expect(values).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    if (Number.isNaN(value)) expect(values[i]).toBeNaN();
    else expect(values[i]).toBeCloseTo(value, 10);
  });
};

/** A day inside, a gap up, an outside day, a gap down, a rise. */
const days = bars([
  [12, 8, 10],
  [11, 9, 10],
  [16, 14, 15],
  [17, 11, 12],
  [8, 6, 7],
  [9, 7, 8],
]);

describe('the true range', () => {
  it('reaches to the previous close where that is farther than the day itself', () => {
    near(trueRange(days), [none, 2, 6, 6, 6, 2]);
  });
});

describe('the average true range', () => {
  it('starts with a plain mean and then moves by one part in the period', () => {
    near(atr(days, 2), [none, none, 4, 5, 5.5, 3.75]);
    near(natr(days, 2), [none, none, 80 / 3, 500 / 12, 550 / 7, 375 / 8]);
  });
});

describe('the directional indicators', () => {
  // Movements by day: inside none, +5, outside day -3 against +1, -5, +1.
  // Sums of 2, first one movement: up 0 > 5 > 2.5 > 1.25 > 1.625, down 0 > 0 > 3 > 6.5 > 3.25,
  // range 2 > 7 > 9.5 > 10.75 > 7.375.
  it('count the larger movement of a day, and none of an inside day', () => {
    near(plusDi(days, 2), [none, none, 500 / 7, 250 / 9.5, 125 / 10.75, 162.5 / 7.375]);
    near(minusDi(days, 2), [none, none, 0, 300 / 9.5, 650 / 10.75, 325 / 7.375]);
  });

  it('cancel on a day that moved as far up as down', () => {
    const even = bars([
      [10, 8, 9],
      [11, 7, 9],
      [12, 6, 9],
    ]);
    near(plusDi(even, 2), [none, none, 0]);
    near(minusDi(even, 2), [none, none, 0]);
  });

  it('make a trend strength out of their distance', () => {
    const index = [100, 50 / 5.5, 525 / 7.75, 162.5 / 4.875] as const;
    near(dx(days, 2), [none, none, ...index]);
    const first = (index[0] + index[1]) / 2;
    const second = (first + index[2]) / 2;
    near(adx(days, 2), [none, none, none, first, second, (second + index[3]) / 2]);
  });
});

describe('the relative strength index', () => {
  it('weighs mean gains against mean losses', () => {
    // Gains 2, 0, 0, 4 and losses 0, 1, 3, 0; means over two: 1 > .5 > 2.25 and .5 > 1.75 > .875.
    const values = Float64Array.of(10, 12, 11, 8, 12);
    near(rsi(values, 2), [none, none, 100 / 1.5, 50 / 2.25, 225 / 3.125]);
  });

  it('is 100 when nothing fell and 0 when nothing rose', () => {
    expect(rsi(Float64Array.of(1, 2, 2, 3), 2)[3]).toBe(100);
    expect(rsi(Float64Array.of(3, 2, 2, 1), 2)[3]).toBe(0);
  });
});

describe('the exponential average', () => {
  it('starts with a plain mean, after any undefined values before it', () => {
    near(ema(Float64Array.of(1, 2, 6, 4, 8), 3), [none, none, 3, 3.5, 5.75]);
    near(ema(Float64Array.of(none, none, 1, 2, 6, 4), 3), [none, none, none, none, 3, 3.5]);
  });

  it('is undefined from a later NaN on, since it remembers everything', () => {
    near(ema(Float64Array.of(1, 3, none, 5, 7), 2), [none, 2, none, none, none]);
  });
});

describe('the MACD', () => {
  it('is a difference of averages that begin on the same bar, and the average of that', () => {
    fc.assert(
      fc.property(barsArb(40, 60), ({ close }) => {
        const { line, signal, histogram } = macd(close);
        const slow = ema(close, 26).slice(25);
        const fast = ema(close.slice(14), 12).slice(11);
        const expected = slow.map((value, i) => (fast[i] ?? none) - value);
        expect(line.slice(25)).toEqual(expected);
        expect(signal.slice(33)).toEqual(ema(expected, 9).slice(8));
        expect(histogram).toEqual(line.map((value, i) => value - (signal[i] ?? none)));
      }),
    );
  });
});
