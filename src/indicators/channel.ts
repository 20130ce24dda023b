import type { BarColumns } from '../domain/market.ts';
import { assertPeriod, undefinedColumn } from './column.ts';

/**
 * The highest of the last `period` values, the current one included, from index period - 1 on. A
 * NaN makes undefined the windows that contain it, no other.
 *
 * Three comparisons a value whatever the period (van Herk 1992, Gil and Werman 1993): the column is
 * cut into blocks of `period`; a window is the end of one block, whose maxima from behind are kept,
 * and the beginning of the next, whose maximum is carried along.
 */
export function highest(values: Float64Array, period: number): Float64Array {
  assertPeriod(period);
  const out = undefinedColumn(values.length);
  const fromBehind = new Float64Array(period);
  for (let block = 0; block < values.length; block += period) {
    const end = Math.min(block + period, values.length);
    let carried = values[block] as number;
    for (let i = block; i < end; i++) {
      carried = Math.max(carried, values[i] as number);
      const rest = i - block + 1;
      if (rest === period) out[i] = carried;
      else if (block > 0) out[i] = Math.max(carried, fromBehind[rest] as number);
    }
    if (end - block < period) break;
    let behind = values[end - 1] as number;
    for (let i = period - 1; i >= 0; i--) {
      behind = Math.max(behind, values[block + i] as number);
      fromBehind[i] = behind;
    }
  }
  return out;
}

/** The lowest of the last `period` values, the current one included, from index period - 1 on. */
export const lowest = (values: Float64Array, period: number): Float64Array =>
  negated(highest(negated(values), period));

/** Upper Donchian channel: the highest high of the last `period` bars, the current one included. */
export const donchianHigh = ({ high }: BarColumns, period: number): Float64Array =>
  highest(high, period);

/** Lower Donchian channel: the lowest low of the last `period` bars, the current one included. */
export const donchianLow = ({ low }: BarColumns, period: number): Float64Array =>
  lowest(low, period);

function negated(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = -(values[i] as number);
  return out;
}
