import { lowerBound } from '../domain/market.ts';
import { SCAN_EXCLUSIONS, type ScanExclusion } from '../domain/reason.ts';

/**
 * What a scan found: rows in order of activity, cut to the configured number. They are kept in symbol order, which
 * costs nothing; who wants them in rank order gets them sorted when first asked for.
 */
export class ScanTable {
  /** Symbols that had a bar by then, whether dropped or not. One that is listed later changes nothing. */
  readonly universe: number;
  /** Indices into the snapshot's series, in symbol order. */
  readonly found: Int32Array;
  /** What the rule ranked by, per series of the snapshot. */
  readonly activityOf: Float64Array;
  readonly #counts: Int32Array;
  #rows: Int32Array | undefined;

  /** `counts` are those of the exclusions, in the order of their closed list. */
  constructor(
    universe: number,
    found: Int32Array,
    activityOf: Float64Array,
    counts: Int32Array,
    rows?: Int32Array,
  ) {
    this.universe = universe;
    this.found = found;
    this.activityOf = activityOf;
    this.#counts = counts;
    this.#rows = rows;
  }

  /** How many symbols were dropped before the cut or by it, by reason. */
  get excluded(): Readonly<Partial<Record<ScanExclusion, number>>> {
    const excluded: Partial<Record<ScanExclusion, number>> = {};
    SCAN_EXCLUSIONS.forEach((reason, code) => {
      const count = this.#counts[code] as number;
      if (count > 0) excluded[reason] = count;
    });
    return excluded;
  }

  /** Indices into the snapshot's series, by rank: by activity, then symbol. */
  get rows(): Int32Array {
    this.#rows ??= this.found.toSorted((a, b) => this.#order(a, b));
    return this.#rows;
  }

  /** What the rule ranked by, per row. */
  get activity(): Float64Array {
    return Float64Array.from(this.rows, (i) => this.activityOf[i] as number);
  }

  /** The first rows by rank; the others count as below the cut. */
  cutTo(count: number): ScanTable {
    const found = this.#mostActive(Math.min(count, this.found.length));
    const counts = this.#counts.slice();
    counts[SCAN_EXCLUSIONS.indexOf('below_cut')] = this.found.length - found.length;
    return new ScanTable(this.universe, found, this.activityOf, counts);
  }

  /** So many rows, in symbol order: all above the activity of the last one, and the first by symbol at it. */
  #mostActive(count: number): Int32Array {
    const { found, activityOf } = this;
    const sorted = Float64Array.from(found, (index) => activityOf[index] as number).sort();
    const least = sorted[sorted.length - count] ?? Number.POSITIVE_INFINITY;
    let tied = count;
    for (const activity of sorted) if (activity > least) tied--;
    return found.filter((index) => {
      const activity = activityOf[index] as number;
      return activity > least || (activity === least && tied-- > 0);
    });
  }

  /** The ranks of some rows, 1 for the most active, without sorting all. */
  ranksOf(indices: readonly number[]): number[] {
    const { found, activityOf } = this;
    const order = indices.map((_, k) => k);
    order.sort((a, b) => this.#order(indices[b] as number, indices[a] as number));
    const wanted = Float64Array.from(order, (k) => activityOf[indices[k] as number] as number);
    // How many rows are more active than so many of the wanted, from the least active one on.
    const above = new Int32Array(wanted.length + 1);
    const ties = new Int32Array(wanted.length);
    for (let at = 0; at < found.length; at++) {
      const index = found[at] as number;
      const activity = activityOf[index] as number;
      const less = lowerBound(wanted, activity);
      above[less] = (above[less] as number) + 1;
      for (let k = less; wanted[k] === activity; k++) {
        if (index < (indices[order[k] as number] as number)) ties[k] = (ties[k] as number) + 1;
      }
    }
    const ranks: number[] = [];
    let ahead = 0;
    for (let k = wanted.length - 1; k >= 0; k--) {
      ahead += above[k + 1] as number;
      ranks[order[k] as number] = ahead + (ties[k] as number) + 1;
    }
    return ranks;
  }

  /** Series are in symbol order, so the index breaks ties by symbol. */
  #order(a: number, b: number): number {
    const { activityOf } = this;
    return (activityOf[b] as number) - (activityOf[a] as number) || a - b;
  }
}
