import type { SymbolSeries } from '../bars/series.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import { INELIGIBLE_REASONS, type IneligibleReason } from '../domain/reason.ts';
import type { FeatureSpec } from '../strategy/strategy.ts';
import { ramp, weightedScore } from './points.ts';
import { codeOf, SCORED } from './reason-codes.ts';
import type { ScanTable } from './scan-table.ts';
import { tableHash } from './table-hash.ts';

/** One row of a scan after scoring. */
export interface ScoredRow {
  /** Index into the snapshot's series. */
  readonly index: number;
  readonly symbol: Symbol;
  /** 1 for the most active. */
  readonly scanRank: number;
  readonly activity: number;
  /** Null when the row has a score. */
  readonly ineligible: IneligibleReason | null;
  /** 0..100 with two decimals, NaN without one. */
  readonly score: number;
  /** Features as 0..1 after their ramps, in declared order; empty without a score. */
  readonly components: readonly number[];
  readonly signalReason: string;
  readonly strength: number;
  readonly stopPrice: number | null;
  readonly targetPrice: number | null;
}

const UNDEFINED_FEATURE = codeOf('undefined_feature');

/** What a strategy said beside features; kept apart, since most say nothing of it. */
export interface OwnTerms {
  readonly strength: number | null;
  readonly stopPrice: number | null;
  readonly targetPrice: number | null;
}

/** The same with the word of the signal. */
interface Said extends OwnTerms {
  readonly signalReason: string;
}

/**
 * All rows of a scan with their scores, as columns in the order of `found.found`; rows become objects when somebody
 * looks at them.
 */
export class ScoreTable {
  readonly featureNames: readonly string[];
  readonly #snapshot: MarketSnapshot;
  readonly #found: ScanTable;
  readonly #features: readonly FeatureSpec[];
  /** What the strategy and the configured lists say; SCORED for a row with a score. */
  readonly #judged: Int8Array;
  /** The same with what the portfolio bars. */
  readonly #codes: Int8Array;
  readonly #points: Float64Array;
  readonly #components: Float64Array;
  /** The different reasons of signals, and each row's place among them. */
  readonly #signals: string[] = [];
  readonly #signalOf: Int32Array;
  readonly #own = new Map<number, OwnTerms>();
  readonly #made = new Map<number, ScoredRow>();
  #hash: string | undefined;
  #rows: readonly ScoredRow[] | undefined;
  #ranks: Int32Array | undefined;

  constructor(snapshot: MarketSnapshot, found: ScanTable, features: readonly FeatureSpec[]) {
    const count = found.found.length;
    this.featureNames = namesOf(features);
    this.#snapshot = snapshot;
    this.#found = found;
    this.#features = features;
    this.#judged = new Int8Array(count);
    this.#codes = new Int8Array(count);
    this.#points = new Float64Array(count);
    this.#signalOf = new Int32Array(count);
    this.#components = new Float64Array(count * features.length);
  }

  /** Says of a row why it has no score. */
  addUnscored(at: number, code: number): void {
    this.#judged[at] = code;
    this.#codes[at] = code;
  }

  /** Scores a row by its raw features, which begin at an offset. An undefined one leaves it without a score. */
  addScored(
    at: number,
    raw: Float64Array,
    from: number,
    { signalReason, strength, stopPrice, targetPrice }: Said,
  ): void {
    const width = this.#features.length;
    const to = at * width;
    for (let i = 0; i < width; i++) {
      this.#components[to + i] = ramp(raw[from + i] as number, this.#features[i] as FeatureSpec);
    }
    const points = weightedScore(this.#components, this.#features, to);
    const code = Number.isNaN(points) ? UNDEFINED_FEATURE : SCORED;
    this.#judged[at] = code;
    this.#codes[at] = code;
    this.#points[at] = points;
    this.#signalOf[at] = this.#placeOf(signalReason);
    if (strength !== null || stopPrice !== null || targetPrice !== null) {
      this.#own.set(at, { strength, stopPrice, targetPrice });
    }
  }

  /** Bars a series from entry for a reason of the portfolio; where the scan did not find it, nothing changes. */
  bar(index: number, code: number): void {
    const at = this.#positionOf(index);
    if (at >= 0) this.#codes[at] = code;
  }

  /** Rows with a score. */
  get scored(): number {
    let scored = 0;
    for (const code of this.#codes) if (code === SCORED) scored++;
    return scored;
  }

  /** How many rows have no score, by reason. */
  get ineligible(): Readonly<Partial<Record<IneligibleReason, number>>> {
    const counts = new Int32Array(INELIGIBLE_REASONS.length);
    for (const code of this.#codes) if (code !== SCORED) counts[code] = (counts[code] ?? 0) + 1;
    const named: Partial<Record<IneligibleReason, number>> = {};
    INELIGIBLE_REASONS.forEach((reason, code) => {
      if (counts[code] !== 0) named[reason] = counts[code] as number;
    });
    return named;
  }

  /** All rows, in scan order. */
  get rows(): readonly ScoredRow[] {
    this.#rows ??= Array.from(this.#found.rows, (index, i) =>
      this.#rowAt(this.#positionOf(index), i + 1),
    );
    return this.#rows;
  }

  /** Indices into `rows` of those with a score: by score, then activity, then symbol. */
  get ranking(): readonly number[] {
    const { ranks } = this;
    const ranking = Array.from({ length: this.scored }, () => -1);
    ranks.forEach((rank, i) => {
      if (rank > 0) ranking[rank - 1] = i;
    });
    return ranking;
  }

  /** The rank of each of `rows` among those with a score, 1 for the best; 0 where it has none. */
  get ranks(): Int32Array {
    if (this.#ranks === undefined) {
      const scored: number[] = [];
      this.#codes.forEach((code, at) => {
        if (code === SCORED) scored.push(at);
      });
      scored.sort((a, b) => (this.#isBefore(a, b) ? -1 : 1));
      const rankAt = new Int32Array(this.#codes.length);
      scored.forEach((at, i) => {
        rankAt[at] = i + 1;
      });
      this.#ranks = Int32Array.from(
        this.#found.rows,
        (index) => rankAt[this.#positionOf(index)] as number,
      );
    }
    return this.#ranks;
  }

  /** The first rows by rank, at most `count`. */
  best(count: number): ScoredRow[] {
    const positions = this.#bestPositions(count);
    const { found } = this.#found;
    const ranks = this.#found.ranksOf(positions.map((at) => found[at] as number));
    return positions.map((at, i) => this.#rowAt(at, ranks[i] as number));
  }

  /**
   * SHA-256 over what the scan saw of every symbol, and over every found row's activity, score, components, reasons
   * and prices: the same whatever is held, so that a difference tells of data, config or code.
   */
  get tableHash(): string {
    this.#hash ??= tableHash(this.#snapshot, this.#found, {
      codes: this.#judged,
      points: this.#points,
      components: this.#components,
      width: this.#features.length,
      signals: this.#signals,
      signalOf: this.#signalOf,
      own: this.#own,
    });
    return this.#hash;
  }

  #placeOf(signal: string): number {
    const place = this.#signals.indexOf(signal);
    return place >= 0 ? place : this.#signals.push(signal) - 1;
  }

  /** Takes the best without sorting the others: a list that is kept sorted, into which few rows get. */
  #bestPositions(count: number): number[] {
    const best: number[] = [];
    const codes = this.#codes;
    const points = this.#points;
    let least = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < codes.length; at++) {
      if (codes[at] !== SCORED || (points[at] as number) < least) continue;
      if (best.length < count) best.push(at);
      else if (!this.#isBefore(at, best[best.length - 1] as number)) continue;
      let place = best.length - 1;
      while (place > 0 && this.#isBefore(at, best[place - 1] as number)) {
        best[place] = best[place - 1] as number;
        place--;
      }
      best[place] = at;
      if (best.length >= count) least = points[best[best.length - 1] as number] as number;
    }
    return best;
  }

  #isBefore(a: number, b: number): boolean {
    const points = (this.#points[a] as number) - (this.#points[b] as number);
    if (points !== 0) return points > 0;
    const { found, activityOf } = this.#found;
    const i = found[a] as number;
    const j = found[b] as number;
    const activity = (activityOf[i] as number) - (activityOf[j] as number);
    return activity === 0 ? i < j : activity > 0;
  }

  /** Where a series stands in the columns, -1 where the scan did not find it. */
  #positionOf(index: number): number {
    const { found } = this.#found;
    let low = 0;
    let high = found.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((found[middle] as number) < index) low = middle + 1;
      else high = middle;
    }
    return found[low] === index ? low : -1;
  }

  /** One object per row, so that rows can be told apart by identity. */
  #rowAt(at: number, scanRank: number): ScoredRow {
    let row = this.#made.get(at);
    if (row === undefined) {
      row = this.#makeRow(at, scanRank);
      this.#made.set(at, row);
    }
    return row;
  }

  #makeRow(at: number, scanRank: number): ScoredRow {
    const index = this.#found.found[at] as number;
    const { symbol } = this.#snapshot.series[index] as SymbolSeries;
    const activity = this.#found.activityOf[index] as number;
    const code = this.#codes[at] as number;
    if (code !== SCORED) {
      const ineligible = INELIGIBLE_REASONS[code] as IneligibleReason;
      return { index, symbol, scanRank, activity, ineligible, ...UNSCORED };
    }
    const score = this.#points[at] as number;
    const own = this.#own.get(at);
    return {
      index,
      symbol,
      scanRank,
      activity,
      ineligible: null,
      score,
      components: this.#features.map(
        (_, i) => this.#components[at * this.#features.length + i] as number,
      ),
      signalReason: this.#signals[this.#signalOf[at] as number] as string,
      strength: own?.strength ?? score / 100,
      stopPrice: own?.stopPrice ?? null,
      targetPrice: own?.targetPrice ?? null,
    };
  }
}

const featureNames = new WeakMap<readonly FeatureSpec[], readonly string[]>();

/** One list for all tables of a strategy. */
function namesOf(features: readonly FeatureSpec[]): readonly string[] {
  let names = featureNames.get(features);
  if (names === undefined) {
    names = features.map(({ name }) => name);
    featureNames.set(features, names);
  }
  return names;
}

const UNSCORED = {
  score: Number.NaN,
  components: [],
  signalReason: '',
  strength: 0,
  stopPrice: null,
  targetPrice: null,
} as const;
