import { MICROS_PER_USD } from '../domain/money.ts';
import { assertPeriod, undefinedColumn } from './column.ts';

/**
 * How values become integers, so that a running sum is exact and therefore independent of where it
 * began. Prices are taken to the nearest millionth of a dollar; counts (volumes) are whole already.
 */
export const PRICE_SCALE = MICROS_PER_USD;
export const COUNT_SCALE = 1;
export type Scale = typeof PRICE_SCALE | typeof COUNT_SCALE;

/** A value in units of 1/scale: whole for prices, as it is for counts. */
export const quantum = (value: number, scale: Scale): number =>
  scale === COUNT_SCALE ? value : Math.round(value * scale);

/**
 * The mean of the last `period` values, from index period - 1 on.
 *
 * The running sum holds integers below 2^53 and is divided once, so each mean is the double nearest
 * to the true mean of the scaled values: bit for bit the same whatever came before the window. A
 * window that holds a NaN, a fractional count or a value too large for the exact sum is added up
 * afresh, oldest first; a NaN thus makes undefined the windows that contain it and no other.
 */
export function rollingMean(
  values: Float64Array,
  period: number,
  scale: Scale = PRICE_SCALE,
): Float64Array {
  assertPeriod(period);
  const out = undefinedColumn(values.length);
  const limit = Number.MAX_SAFE_INTEGER / period;
  const divisor = period * scale;
  const scaled = new Float64Array(values.length);
  let sum = 0;
  let inexact = 0;
  for (let i = 0; i < values.length; i++) {
    const entering = quantum(values[i] as number, scale);
    scaled[i] = entering;
    if (isExact(entering, limit)) sum += entering;
    else inexact++;
    if (i >= period) {
      const leaving = scaled[i - period] as number;
      if (isExact(leaving, limit)) sum -= leaving;
      else inexact--;
    }
    if (i >= period - 1) {
      out[i] = (inexact === 0 ? sum : freshSum(scaled, i - period + 1, i + 1)) / divisor;
    }
  }
  return out;
}

const isExact = (value: number, limit: number): boolean =>
  Math.abs(value) <= limit && Math.floor(value) === value;

function freshSum(scaled: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += scaled[i] as number;
  return sum;
}
