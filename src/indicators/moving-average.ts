import { assertPeriod, undefinedColumn } from './column.ts';
import { PRICE_SCALE, rollingMean, type Scale } from './rolling-mean.ts';

/**
 * Simple moving average: the mean of the last `period` values, from index period - 1 on; exact, see
 * rollingMean. Give COUNT_SCALE for volumes.
 */
export const sma = (
  values: Float64Array,
  period: number,
  scale: Scale = PRICE_SCALE,
): Float64Array => rollingMean(values, period, scale);

/**
 * Exponential moving average with factor 2 / (period + 1), from index period - 1 on. The seed is
 * the mean of the first `period` values (the convention of TA-Lib's EMA). NaN before the first
 * value are passed over; a later NaN makes everything after it undefined, because every value
 * remembers all before it.
 */
export const ema = (values: Float64Array, period: number): Float64Array =>
  emaFrom(values, period, firstDefined(values));

/**
 * The same average seeded by values[start .. start + period - 1]: the first value is at start +
 * period - 1.
 */
export function emaFrom(values: Float64Array, period: number, start: number): Float64Array {
  assertPeriod(period);
  const out = undefinedColumn(values.length);
  const seedEnd = start + period;
  if (seedEnd > values.length) return out;
  let average = 0;
  for (let i = start; i < seedEnd; i++) average += values[i] as number;
  average /= period;
  out[seedEnd - 1] = average;
  const factor = 2 / (period + 1);
  for (let i = seedEnd; i < values.length; i++) {
    average += ((values[i] as number) - average) * factor;
    out[i] = average;
  }
  return out;
}

/** The index of the first value that is not NaN; the length when there is none. */
function firstDefined(values: Float64Array): number {
  let i = 0;
  while (i < values.length && Number.isNaN(values[i])) i++;
  return i;
}
