import { assertPeriod, undefinedColumn } from './column.ts';
import { PRICE_SCALE, quantum, type Scale } from './rolling-mean.ts';

/**
 * Population standard deviation (divided by `period`, as in TA-Lib and in Bollinger's bands) of the
 * last `period` values, from index period - 1 on.
 *
 * Each window is passed over twice, oldest value first, on values scaled to integers: first the
 * mean, then the squares of the distances. It costs O(period) a bar, and buys that equal windows
 * give equal bits and that a flat window gives exactly 0; a running sum of squares gives neither.
 */
export function stddev(
  values: Float64Array,
  period: number,
  scale: Scale = PRICE_SCALE,
): Float64Array {
  assertPeriod(period);
  const out = undefinedColumn(values.length);
  const scaled = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) scaled[i] = quantum(values[i] as number, scale);
  for (let end = period; end <= values.length; end++) {
    let sum = 0;
    for (let i = end - period; i < end; i++) sum += scaled[i] as number;
    const mean = sum / period;
    let squares = 0;
    for (let i = end - period; i < end; i++) {
      const distance = (scaled[i] as number) - mean;
      squares += distance * distance;
    }
    out[end - 1] = Math.sqrt(squares / period) / scale;
  }
  return out;
}
