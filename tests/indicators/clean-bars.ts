import fc from 'fast-check';
import { type Bar, type BarColumns, columnsFromBars } from '../../src/domain/market.ts';
import { DAY_MS } from '../../src/domain/time.ts';

const priceArb = fc.integer({ min: 1, max: 2_000_000_000 }).map((micros) => micros / 1e6);

const barArb = fc
  .record({
    prices: fc.array(priceArb, { minLength: 4, maxLength: 4 }),
    volume: fc.integer({ min: 1, max: 2_000_000_000 }),
  })
  .map(({ prices, volume }): Omit<Bar, 'time'> => {
    const [open = 1, close = 1] = prices;
    return { open, high: Math.max(...prices), low: Math.min(...prices), close, volume };
  });

/**
 * Clean daily bars: prices of whole micros from 0.000001 to 2000 dollars, wild jumps, volume never
 * 0.
 */
export const barsArb = (minLength: number, maxLength: number): fc.Arbitrary<BarColumns> =>
  fc
    .array(barArb, { minLength, maxLength })
    .map((bars) => columnsFromBars(bars.map((bar, i) => ({ ...bar, time: i * DAY_MS }))));

/** A column of prices in whole cents with many ties, as quiet stocks have. */
export const tiedPricesArb = (maxLength: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.integer({ min: 995, max: 1005 }), { maxLength })
    .map((cents) => Float64Array.from(cents, (c) => c / 100));

/** Bars whose every price is `price`. */
export const flatBars = (price: number, length: number): BarColumns =>
  columnsFromBars(
    Array.from({ length }, (_, i) => ({
      time: i * DAY_MS,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 100,
    })),
  );
