import type { BarColumns } from '../domain/market.ts';
import { assertPeriod, undefinedColumn } from './column.ts';

/**
 * The larger of high - low, |high - previous close| and |low - previous close|: how far one price
 * travelled. Also used by the directional indicators, hence by value.
 */
export function trueRangeOf(high: number, low: number, previousClose: number): number {
  return Math.max(high - low, Math.abs(high - previousClose), Math.abs(low - previousClose));
}

/** True range in dollars, from index 1 on (it needs a previous close). */
export function trueRange({ high, low, close, length }: BarColumns): Float64Array {
  const out = undefinedColumn(length);
  for (let i = 1; i < length; i++) {
    out[i] = trueRangeOf(high[i] as number, low[i] as number, close[i - 1] as number);
  }
  return out;
}

/**
 * Average true range after Wilder ("New Concepts in Technical Trading Systems", 1978), in dollars,
 * from index `period` on: seeded with the mean of the first `period` true ranges, then (previous x
 * (period - 1) + TR) / period. It remembers all bars before it, so it depends on where the columns
 * start; a NaN makes all after it undefined.
 */
export function atr({ high, low, close, length }: BarColumns, period: number): Float64Array {
  assertPeriod(period);
  const out = undefinedColumn(length);
  if (length <= period) return out;
  let average = 0;
  for (let i = 1; i <= period; i++) {
    average += trueRangeOf(high[i] as number, low[i] as number, close[i - 1] as number);
  }
  average /= period;
  out[period] = average;
  for (let i = period + 1; i < length; i++) {
    const range = trueRangeOf(high[i] as number, low[i] as number, close[i - 1] as number);
    average = (average * (period - 1) + range) / period;
    out[i] = average;
  }
  return out;
}

/** Average true range in percent of the close. */
export function natr(columns: BarColumns, period: number): Float64Array {
  const out = atr(columns, period);
  for (let i = 0; i < out.length; i++) {
    out[i] = ((out[i] as number) / (columns.close[i] as number)) * 100;
  }
  return out;
}
