import { undefinedColumn } from './column.ts';
import { stddev } from './deviation.ts';
import { sma } from './moving-average.ts';

/** Bollinger bands: all three defined from index period - 1 on. */
export interface Bollinger {
  readonly upper: Float64Array;
  readonly middle: Float64Array;
  readonly lower: Float64Array;
}

/** The simple moving average, and `sigmas` population standard deviations above and below it. */
export function bollinger(values: Float64Array, period: number, sigmas = 2): Bollinger {
  const middle = sma(values, period);
  const deviation = stddev(values, period);
  const upper = undefinedColumn(values.length);
  const lower = undefinedColumn(values.length);
  for (let i = 0; i < values.length; i++) {
    const width = sigmas * (deviation[i] as number);
    upper[i] = (middle[i] as number) + width;
    lower[i] = (middle[i] as number) - width;
  }
  return { upper, middle, lower };
}
