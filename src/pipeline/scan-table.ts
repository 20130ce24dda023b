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
    const rows = this.rows.slice(0, count);
    const counts = this.#counts.slice();
    counts[SCAN_EXCLUSIONS.indexOf('below_cut')] = this.found.length - rows.length;
    return new ScanTable(this.universe, rows.toSorted(), this.activityOf, counts, rows);
  }

  /** The ranks of some rows, 1 for the most active, without sorting all. */
  ranksOf(indices: readonly number[]): Map<number, number> {
    const wanted = [...indices].sort((a, b) => this.#order(a, b));
    // Per wanted row how many rows stand between it and the wanted one before it, itself included.
    const gaps = new Int32Array(wanted.length + 1);
    for (const i of this.found) {
      let low = 0;
      let high = wanted.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (this.#order(wanted[middle] as number, i) < 0) low = middle + 1;
        else high = middle;
      }
      gaps[low] = (gaps[low] as number) + 1;
    }
    const ranks = new Map<number, number>();
    let rank = 0;
    wanted.forEach((index, at) => {
      rank += gaps[at] as number;
      ranks.set(index, rank);
    });
    return ranks;
  }

  /** Series are in symbol order, so the index breaks ties by symbol. */
  #order(a: number, b: number): number {
    const { activityOf } = this;
    return (activityOf[b] as number) - (activityOf[a] as number) || a - b;
  }
}
