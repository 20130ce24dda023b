import { assertPeriod, undefinedColumn } from './column.ts';

/**
 * Relative strength index after Wilder (1978), 0 to 100, from index `period` on: mean gains and
 * losses seeded with the plain means of the first `period` changes. A market without any change is
 * neutral, 50 (TA-Lib says 0, which would read as oversold). Depends on where the column starts; a
 * NaN makes all after it undefined.
 */
export function rsi(values: Float64Array, period: number): Float64Array {
  assertPeriod(period, 2);
  const out = undefinedColumn(values.length);
  if (values.length <= period) return out;
  let gain = 0;
  let loss = 0;
  for (let i = 1; i <= period; i++) {
    const change = (values[i] as number) - (values[i - 1] as number);
    if (change < 0) loss -= change;
    else gain += change;
  }
  gain /= period;
  loss /= period;
  out[period] = strength(gain, loss);
  for (let i = period + 1; i < values.length; i++) {
    const change = (values[i] as number) - (values[i - 1] as number);
    gain *= period - 1;
    loss *= period - 1;
    if (change < 0) loss -= change;
    else gain += change;
    gain /= period;
    loss /= period;
    out[i] = strength(gain, loss);
  }
  return out;
}

const strength = (gain: number, loss: number): number =>
  gain + loss === 0 ? 50 : 100 * (gain / (gain + loss));
