import { type BarColumns, lowerBound } from '../domain/market.ts';
import { assert } from '../domain/result.ts';
import type { Session } from '../domain/time.ts';
import { assertPeriod, typicalPrice, undefinedColumn } from './column.ts';
import { COUNT_SCALE, rollingMean } from './rolling-mean.ts';

/**
 * On-balance volume (Granville): the volume of rising closes less that of falling ones, summed from
 * the first bar, whose volume it starts with (TA-Lib). Its level depends on where the columns
 * start; its changes do not.
 */
export function obv({ close, volume, length }: BarColumns): Float64Array {
  const out = new Float64Array(length);
  let balance = 0;
  for (let i = 0; i < length; i++) {
    const change = i === 0 ? 1 : (close[i] as number) - (close[i - 1] as number);
    if (change > 0) balance += volume[i] as number;
    else if (change < 0) balance -= volume[i] as number;
    else if (Number.isNaN(change)) balance = Number.NaN;
    out[i] = balance;
  }
  return out;
}

/**
 * Volume over the mean of the `period` volumes before it, from index `period` on; NaN where that
 * mean is 0.
 */
export function relativeVolume({ volume }: BarColumns, period: number): Float64Array {
  const mean = rollingMean(volume, period, COUNT_SCALE);
  const out = undefinedColumn(volume.length);
  for (let i = period; i < volume.length; i++) {
    const usual = mean[i - 1] as number;
    out[i] = usual === 0 ? Number.NaN : (volume[i] as number) / usual;
  }
  return out;
}

/** Close x volume of each bar, in dollars. */
export function dollarVolume({ close, volume, length }: BarColumns): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) out[i] = (close[i] as number) * (volume[i] as number);
  return out;
}

/**
 * Volume-weighted average of the typical price (high + low + close) / 3, in dollars, accumulated
 * from the first bar of each session. `sessionStarts` are the ascending indices at which a session
 * begins (sessionStartIndices); the first bar of the columns always begins one, so without any it
 * runs over all columns. NaN until something traded.
 */
export function vwap(columns: BarColumns, sessionStarts: readonly number[] = []): Float64Array {
  const { high, low, close, volume, length } = columns;
  const out = undefinedColumn(length);
  let next = 0;
  let dollars = 0;
  let shares = 0;
  for (let i = 0; i < length; i++) {
    if (i === sessionStarts[next]) {
      dollars = 0;
      shares = 0;
      next++;
    }
    const price = typicalPrice(high[i] as number, low[i] as number, close[i] as number);
    dollars += price * (volume[i] as number);
    shares += volume[i] as number;
    if (shares !== 0) out[i] = dollars / shares;
  }
  assert(next === sessionStarts.length, 'session starts are ascending indices within the columns');
  return out;
}

/**
 * The same average over the last `period` bars, from index period - 1 on, each window added up
 * oldest first.
 */
export function rollingVwap(columns: BarColumns, period: number): Float64Array {
  assertPeriod(period);
  const { high, low, close, volume, length } = columns;
  const out = undefinedColumn(length);
  for (let end = period; end <= length; end++) {
    let dollars = 0;
    let shares = 0;
    for (let i = end - period; i < end; i++) {
      const price = typicalPrice(high[i] as number, low[i] as number, close[i] as number);
      dollars += price * (volume[i] as number);
      shares += volume[i] as number;
    }
    if (shares !== 0) out[end - 1] = dollars / shares;
  }
  return out;
}

/**
 * The index of the first bar of each session that has one; `times` and `sessions` ascend. For
 * intraday bars.
 */
export function sessionStartIndices(times: Float64Array, sessions: readonly Session[]): number[] {
  const starts: number[] = [];
  for (const { openAt, closeAt } of sessions) {
    const start = lowerBound(times, openAt);
    if (start < times.length && (times[start] as number) < closeAt) starts.push(start);
  }
  return starts;
}
