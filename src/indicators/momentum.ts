import { assertPeriod, undefinedColumn } from './column.ts';

/**
 * Rate of change against `period` bars ago, in percent, from index `period` on; NaN against a value
 * of 0.
 */
export function roc(values: Float64Array, period: number): Float64Array {
  assertPeriod(period);
  const out = undefinedColumn(values.length);
  for (let i = period; i < values.length; i++) {
    const before = values[i - period] as number;
    out[i] = before === 0 ? Number.NaN : ((values[i] as number) / before - 1) * 100;
  }
  return out;
}

/** Momentum: the value less that of `period` bars ago, from index `period` on. */
export function mom(values: Float64Array, period: number): Float64Array {
  assertPeriod(period);
  const out = undefinedColumn(values.length);
  for (let i = period; i < values.length; i++) {
    out[i] = (values[i] as number) - (values[i - period] as number);
  }
  return out;
}
