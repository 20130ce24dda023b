import { assertPeriod, undefinedColumn } from './column.ts';
import { ema, emaFrom } from './moving-average.ts';

/** The three columns of one MACD. */
export interface Macd {
  /** Fast EMA - slow EMA, from index slow - 1 on. */
  readonly line: Float64Array;
  /** EMA of the line over `signal` bars, from index slow + signal - 2 on. */
  readonly signal: Float64Array;
  /** Line - signal. */
  readonly histogram: Float64Array;
}

/**
 * Moving average convergence/divergence (Appel), in the units of the values. As in TA-Lib both
 * averages begin at index slow - 1: the fast one is seeded with the mean of the `fast` values that
 * end there, so that early values differ from those of a difference of two plain EMAs and approach
 * them later.
 */
export function macd(values: Float64Array, fast = 12, slow = 26, signal = 9): Macd {
  assertPeriod(fast);
  assertPeriod(slow, fast + 1);
  assertPeriod(signal);
  const quick = emaFrom(values, fast, slow - fast);
  const line = difference(quick, emaFrom(values, slow, 0));
  const smoothed = ema(line, signal);
  return { line, signal: smoothed, histogram: difference(line, smoothed) };
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  const out = undefinedColumn(a.length);
  for (let i = 0; i < a.length; i++) out[i] = (a[i] as number) - (b[i] as number);
  return out;
}
