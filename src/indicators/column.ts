import { assert } from '../domain/result.ts';

/** A column of NaN: nothing is defined yet. */
export const undefinedColumn = (length: number): Float64Array =>
  new Float64Array(length).fill(Number.NaN);

/** Throws InvariantError unless the period is a whole number of bars, at least `minimum`. */
export function assertPeriod(period: number, minimum = 1): void {
  assert(
    Number.isSafeInteger(period) && period >= minimum,
    `a period is a whole number of bars, at least ${minimum}, was ${period}`,
  );
}

/** (high + low + close) / 3 of one bar, added in that order. */
export const typicalPrice = (high: number, low: number, close: number): number =>
  (high + low + close) / 3;
