import { describe, expect, it } from 'vitest';
import { abnormalAt, abnormalBars, abnormalOrdinals } from '../../src/bars/abnormal.ts';
import { type BarColumns, columnsFromBars } from '../../src/domain/market.ts';
import { DAY_MS } from '../../src/domain/time.ts';

/** Bars by open and close; the first is at 100. */
const barsOf = (...moves: readonly (readonly [open: number, close: number])[]): BarColumns =>
  columnsFromBars(
    [[100, 100] as const, ...moves].map(([open, close], i) => ({
      time: i * DAY_MS,
      open,
      high: Math.max(open, close),
      low: Math.min(open, close),
      close,
      volume: 1,
    })),
  );
const atrOf = (...values: readonly number[]) => Float64Array.from(values);

describe('an abnormal bar', () => {
  it('moves more than 20 percent from the previous close, at the open or at the close', () => {
    const quiet = atrOf(1, 1);
    expect(abnormalAt(barsOf([120, 120]), quiet, 1)).toBeNull();
    expect(abnormalAt(barsOf([80, 80]), quiet, 1)).toBeNull();
    expect(abnormalAt(barsOf([120.1, 100]), quiet, 1)).toMatchObject({ price: 'open' });
    expect(abnormalAt(barsOf([100, 79.9]), quiet, 1)).toMatchObject({ price: 'close' });
  });

  it('moves more than eight average true ranges of the bar before', () => {
    const bars = barsOf([141, 141]);
    expect(abnormalAt(bars, atrOf(5, 1), 1)).toMatchObject({ limitFraction: 0.4 });
    expect(abnormalAt(bars, atrOf(5.2, 1), 1)).toBeNull();
  });

  it('is judged by 20 percent alone while the range is not known', () => {
    expect(abnormalAt(barsOf([121, 121]), atrOf(Number.NaN, Number.NaN), 1)).not.toBeNull();
    expect(abnormalAt(barsOf([119, 119]), atrOf(Number.NaN, Number.NaN), 1)).toBeNull();
  });

  it('is never the first bar', () => {
    expect(abnormalAt(barsOf(), atrOf(1), 0)).toBeNull();
  });

  it('is remembered by the ordinal of its session', () => {
    const bars = barsOf([100, 100], [130, 130], [131, 131], [60, 60], [61, 61]);
    const atr = atrOf(1, 1, 1, 1, 1, 1);
    const ordinals = Int32Array.from([70, 71, 72, 75, 76, 77]);
    expect(abnormalBars(bars, atr).map(({ index }) => index)).toEqual([2, 4]);
    expect([...abnormalOrdinals(bars, atr, ordinals)]).toEqual([72, 76]);
  });

  it('does not depend on the bars after it', () => {
    const ordinals = Int32Array.from([0, 1, 2]);
    const short = abnormalOrdinals(barsOf([130, 130]), atrOf(1, 1), ordinals);
    const long = abnormalOrdinals(barsOf([130, 130], [10, 10]), atrOf(1, 1, 1), ordinals);
    expect([...short]).toEqual([1]);
    expect([...long]).toEqual([1, 2]);
  });
});
