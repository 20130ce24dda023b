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
  /** What the rule ranked by, in the order of `found`. */
  readonly activity: Float64Array;
  readonly #counts: Int32Array;
  #order: Int32Array | undefined;

  /** `counts` are those of the exclusions, in the order of their closed list. */
  constructor(universe: number, found: Int32Array, activity: Float64Array, counts: Int32Array) {
    this.universe = universe;
    this.found = found;
    this.activity = activity;
    this.#counts = counts;
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

  /** Places in `found`, by rank: by activity, then symbol. */
  get order(): Int32Array {
    // Series are in symbol order, so the place breaks ties by symbol.
    this.#order ??= Int32Array.from(this.found.keys()).sort(
      (a, b) => (this.activity[b] as number) - (this.activity[a] as number) || a - b,
    );
    return this.#order;
  }

  /** Indices into the snapshot's series, by rank. */
  get rows(): Int32Array {
    return this.order.map((at) => this.found[at] as number);
  }

  /** The place of a series in `found`, -1 where the scan did not find it. */
  placeOf(index: number): number {
    const { found } = this;
    let low = 0;
    let high = found.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((found[middle] as number) < index) low = middle + 1;
      else high = middle;
    }
    return found[low] === index ? low : -1;
  }

  /** The rank of a place in `found`, 1 for the most active: one more than rows are ahead of it. */
  rankAt(place: number): number {
    const { activity } = this;
    const own = activity[place] as number;
    // Added up without a branch, which would be guessed wrong for every other row.
    let ahead = 0;
    for (let at = 0; at < place; at++) ahead += Number((activity[at] as number) >= own);
    for (let at = place + 1; at < activity.length; at++) {
      ahead += Number((activity[at] as number) > own);
    }
    return ahead + 1;
  }

  /** The first rows by rank; the others count as below the cut. */
  cutTo(count: number): ScanTable {
    const places = this.#mostActive(Math.min(count, this.found.length));
    const counts = this.#counts.slice();
    counts[SCAN_EXCLUSIONS.indexOf('below_cut')] = this.found.length - places.length;
    const found = places.map((at) => this.found[at] as number);
    const activity = new Float64Array(places.length);
    for (let k = 0; k < places.length; k++) {
      activity[k] = this.activity[places[k] as number] as number;
    }
    return new ScanTable(this.universe, found, activity, counts);
  }

  /** So many places, in symbol order: all above the activity of the last one, and the first by symbol at it. */
  #mostActive(count: number): Int32Array {
    const { activity } = this;
    const sorted = activity.toSorted();
    const least = sorted[sorted.length - count] ?? Number.POSITIVE_INFINITY;
    let tied = count;
    for (const value of sorted) if (value > least) tied--;
    const places = new Int32Array(count);
    let kept = 0;
    for (let at = 0; at < activity.length; at++) {
      const value = activity[at] as number;
      if (value > least || (value === least && tied-- > 0)) places[kept++] = at;
    }
    return places;
  }
}
