import { assertPeriod, undefinedColumn } from './column.ts';

/**
 * The median of the last `period` values, from index period - 1 on; for an even period half the sum
 * of the two in the middle. The window is kept sorted: the value that leaves gives its place to the
 * one that enters, and only those between the two move. A NaN makes undefined the windows that
 * contain it, no other.
 */
export function rollingMedian(values: Float64Array, period: number): Float64Array {
  assertPeriod(period);
  const out = undefinedColumn(values.length);
  if (values.length < period) return out;
  const sorted = new Float64Array(period).fill(Number.POSITIVE_INFINITY);
  const upper = period >>> 1;
  const lower = (period - 1) >>> 1;
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    // While the window fills, the value that leaves is one of the infinities it began with.
    const leaving = i < period ? Number.POSITIVE_INFINITY : sortable(values[i - period] as number);
    if (i >= period && Number.isNaN(values[i - period])) missing--;
    if (Number.isNaN(values[i])) missing++;
    replace(sorted, period, leaving, sortable(values[i] as number));
    if (i >= period - 1 && missing === 0) {
      out[i] = ((sorted[lower] as number) + (sorted[upper] as number)) / 2;
    }
  }
  return out;
}

/** NaN has no place in an order and stands at the end; -0 and 0 are one value. */
const sortable = (value: number): number =>
  Number.isNaN(value) ? Number.POSITIVE_INFINITY : value + 0;

function replace(sorted: Float64Array, length: number, leaving: number, entering: number): void {
  let at = 0;
  if (entering >= leaving) {
    while ((sorted[at] as number) < leaving) at++;
    while (at + 1 < length && (sorted[at + 1] as number) < entering) {
      sorted[at] = sorted[at + 1] as number;
      at++;
    }
  } else {
    at = length - 1;
    while ((sorted[at] as number) > leaving) at--;
    while (at > 0 && (sorted[at - 1] as number) > entering) {
      sorted[at] = sorted[at - 1] as number;
      at--;
    }
  }
  sorted[at] = entering;
}
