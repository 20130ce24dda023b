import { assertPeriod } from './column.ts';

/**
 * The median of the last `period` values, from index period - 1 on; for an even period half the sum
 * of the two in the middle. A NaN makes undefined the windows that contain it, no other.
 */
export function rollingMedian(values: Float64Array, period: number): Float64Array {
  const median = new RollingMedian(period);
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = median.push(values[i] as number);
  return out;
}

/**
 * The same for one value after the other. The window is kept sorted: the value that leaves gives
 * its place to the one that enters, and only those between the two move.
 */
export class RollingMedian {
  /** In the order they came, the oldest at `#oldest`. */
  readonly #window: Float64Array;
  readonly #sorted: Float64Array;
  #oldest = 0;
  #missing: number;

  constructor(period: number) {
    assertPeriod(period);
    // A window that is not full yet is one of which values are missing.
    this.#window = new Float64Array(period).fill(Number.NaN);
    this.#sorted = new Float64Array(period).fill(Number.POSITIVE_INFINITY);
    this.#missing = period;
  }

  /** Takes the next value in; the median of the window that ends with it, NaN where one is missing. */
  push(value: number): number {
    const sorted = this.#sorted;
    const period = sorted.length;
    const leaving = this.#window[this.#oldest] as number;
    this.#window[this.#oldest] = value;
    this.#oldest = this.#oldest + 1 === period ? 0 : this.#oldest + 1;
    if (Number.isNaN(leaving)) this.#missing--;
    if (Number.isNaN(value)) this.#missing++;
    replace(sorted, period, sortable(leaving), sortable(value));
    if (this.#missing > 0) return Number.NaN;
    return ((sorted[(period - 1) >>> 1] as number) + (sorted[period >>> 1] as number)) / 2;
  }
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
