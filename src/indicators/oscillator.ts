import type { BarColumns } from '../domain/market.ts';
import { donchianHigh, donchianLow } from './channel.ts';
import { assertPeriod, typicalPrice, undefinedColumn } from './column.ts';
import { PRICE_SCALE, quantum } from './rolling-mean.ts';

/*
 * Where the close stands within its recent range. In a window without any movement all of these are
 * neutral (%K and MFI 50, %R -50, CCI 0); TA-Lib says 0 for all, which for some means "oversold"
 * and for one "overbought".
 */

/**
 * Lane's fast %K: 100 x (close - lowest low) / (highest high - lowest low) of `period` bars, from
 * period - 1 on.
 */
export function stochasticK(columns: BarColumns, period: number): Float64Array {
  const top = donchianHigh(columns, period);
  const bottom = donchianLow(columns, period);
  const out = undefinedColumn(columns.length);
  for (let i = period - 1; i < columns.length; i++) {
    const low = bottom[i] as number;
    const range = (top[i] as number) - low;
    out[i] = range === 0 ? 50 : (((columns.close[i] as number) - low) / range) * 100;
  }
  return out;
}

/** Fast %D: the mean of the last three %K, from index period + 1 on. */
export function stochasticD(columns: BarColumns, period: number): Float64Array {
  const k = stochasticK(columns, period);
  const out = undefinedColumn(columns.length);
  for (let i = period + 1; i < columns.length; i++) {
    out[i] = ((k[i - 2] as number) + (k[i - 1] as number) + (k[i] as number)) / 3;
  }
  return out;
}

/**
 * Williams %R, -100 at the lowest low to 0 at the highest high of `period` bars, from index period
 * - 1 on.
 */
export function williamsR(columns: BarColumns, period: number): Float64Array {
  const top = donchianHigh(columns, period);
  const bottom = donchianLow(columns, period);
  const out = undefinedColumn(columns.length);
  for (let i = period - 1; i < columns.length; i++) {
    const high = top[i] as number;
    const range = high - (bottom[i] as number);
    out[i] = range === 0 ? -50 : ((high - (columns.close[i] as number)) / range) * -100;
  }
  return out;
}

/**
 * Commodity channel index (Lambert 1980): distance of the typical price from its mean over `period`
 * bars, in units of 0.015 mean absolute deviations, from index period - 1 on. Each window is added
 * up afresh, oldest first, in whole millionths of a dollar, so that a flat window has a distance of
 * exactly 0.
 */
export function cci({ high, low, close, length }: BarColumns, period: number): Float64Array {
  assertPeriod(period, 2);
  const typical = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    // Three times the typical price: the factor cancels in the quotient.
    typical[i] =
      quantum(high[i] as number, PRICE_SCALE) +
      quantum(low[i] as number, PRICE_SCALE) +
      quantum(close[i] as number, PRICE_SCALE);
  }
  const out = undefinedColumn(length);
  for (let end = period; end <= length; end++) {
    let sum = 0;
    for (let i = end - period; i < end; i++) sum += typical[i] as number;
    const mean = sum / period;
    let distances = 0;
    for (let i = end - period; i < end; i++) distances += Math.abs((typical[i] as number) - mean);
    const above = (typical[end - 1] as number) - mean;
    out[end - 1] = distances === 0 ? 0 : above / (0.015 * (distances / period));
  }
  return out;
}

/**
 * Money flow index, 0 to 100: share of typical price x volume that came with a rising typical price
 * over `period` changes, from index `period` on. Each window is added up afresh, oldest first.
 */
export function mfi(columns: BarColumns, period: number): Float64Array {
  assertPeriod(period, 2);
  const flow = signedFlow(columns);
  const out = undefinedColumn(columns.length);
  for (let i = period; i < columns.length; i++) {
    let positive = 0;
    let total = 0;
    for (let j = i - period + 1; j <= i; j++) {
      const value = flow[j] as number;
      if (value > 0) positive += value;
      total += Math.abs(value);
    }
    out[i] = total === 0 ? 50 : 100 * (positive / total);
  }
  return out;
}

/**
 * Typical price x volume with the sign of the typical price's change; 0 where it did not change.
 */
function signedFlow({ high, low, close, volume, length }: BarColumns): Float64Array {
  const out = new Float64Array(length);
  let before = Number.NaN;
  for (let i = 0; i < length; i++) {
    const price = typicalPrice(high[i] as number, low[i] as number, close[i] as number);
    const flow = price * (volume[i] as number);
    out[i] = price > before ? flow : price < before ? -flow : price === before ? 0 : Number.NaN;
    before = price;
  }
  return out;
}
