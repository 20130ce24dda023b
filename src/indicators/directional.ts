import type { BarColumns } from '../domain/market.ts';
import { assertPeriod, undefinedColumn } from './column.ts';
import { trueRangeOf } from './true-range.ts';

/**
 * Wilder's directional movement (1978) with the seeding of TA-Lib: the smoothed sums start as plain
 * sums of the first period - 1 movements. All values run from 0 to 100, depend on where the columns
 * start, and are undefined after a NaN. Sums this small count as nothing, as in TA-Lib, so that a
 * division never blows up rounding dust.
 */
const NOTHING = 1e-14;

/** +DI: share of the true range that went up, from index `period` on. 0 where nothing moved. */
export const plusDi = (columns: BarColumns, period: number): Float64Array =>
  directional(columns, period).plus;

/** -DI: share of the true range that went down, from index `period` on. 0 where nothing moved. */
export const minusDi = (columns: BarColumns, period: number): Float64Array =>
  directional(columns, period).minus;

/**
 * DX: |+DI - -DI| over their sum, from index `period` on. Where nothing moved it stays what it was
 * (first 0).
 */
export const dx = (columns: BarColumns, period: number): Float64Array =>
  directional(columns, period).index;

/**
 * ADX: Wilder average of DX, strength of a trend whatever its direction, from index 2 x period - 1
 * on, seeded with the mean of the first `period` DX.
 */
export function adx(columns: BarColumns, period: number): Float64Array {
  const index = dx(columns, period);
  const out = undefinedColumn(columns.length);
  const first = 2 * period - 1;
  if (columns.length <= first) return out;
  let average = 0;
  for (let i = period; i <= first; i++) average += index[i] as number;
  average /= period;
  out[first] = average;
  for (let i = first + 1; i < columns.length; i++) {
    average = (average * (period - 1) + (index[i] as number)) / period;
    out[i] = average;
  }
  return out;
}

interface Directional {
  readonly plus: Float64Array;
  readonly minus: Float64Array;
  readonly index: Float64Array;
}

function directional(columns: BarColumns, period: number): Directional {
  assertPeriod(period, 2);
  const { high, low, close, length } = columns;
  const plus = undefinedColumn(length);
  const minus = undefinedColumn(length);
  const index = undefinedColumn(length);
  let up = 0;
  let down = 0;
  let range = 0;
  let latest = 0;
  for (let i = 1; i < length; i++) {
    const rise = (high[i] as number) - (high[i - 1] as number);
    const fall = (low[i - 1] as number) - (low[i] as number);
    if (i >= period) {
      up -= up / period;
      down -= down / period;
      range -= range / period;
    }
    if (fall > 0 && rise < fall) down += fall;
    else if (rise > 0 && rise > fall) up += rise;
    range += trueRangeOf(high[i] as number, low[i] as number, close[i - 1] as number);
    if (i < period) continue;
    const still = range < NOTHING;
    const plusValue = still ? 0 : 100 * (up / range);
    const minusValue = still ? 0 : 100 * (down / range);
    plus[i] = plusValue;
    minus[i] = minusValue;
    const both = plusValue + minusValue;
    if (!(both < NOTHING)) latest = 100 * (Math.abs(minusValue - plusValue) / both);
    index[i] = latest;
  }
  return { plus, minus, index };
}
