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
  /** The same with what the portfolio bars; the very same while it bars nothing. */
  #codes: Int8Array;
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
    this.#codes = this.#judged;
    this.#points = new Float64Array(count);
    this.#signalOf = new Int32Array(count);
    this.#components = new Float64Array(count * features.length);
  }

  /** Says of a row why it has no score. */
  addUnscored(at: number, code: number): void {
    this.#judged[at] = code;
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
    this.#judged[at] = Number.isNaN(points) ? UNDEFINED_FEATURE : SCORED;
    this.#points[at] = points;
    this.#signalOf[at] = this.#placeOf(signalReason);
    if (strength !== null || stopPrice !== null || targetPrice !== null) {
      this.#own.set(at, { strength, stopPrice, targetPrice });
    }
  }

  /**
   * Bars a series from entry for a reason of the portfolio, once all rows are judged; where the scan did not find it,
   * nothing changes.
   */
  bar(index: number, code: number): void {
    const at = this.#found.placeOf(index);
    if (at < 0) return;
    if (this.#codes === this.#judged) this.#codes = this.#judged.slice();
    this.#codes[at] = code;
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
    this.#rows ??= Array.from(this.#found.order, (at, i) => this.#rowAt(at, i + 1));
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
      const rankAt = new Int32Array(this.#codes.length);
      this.#best(Number.POSITIVE_INFINITY).forEach((at, i) => {
        rankAt[at] = i + 1;
      });
      this.#ranks = this.#found.order.map((at) => rankAt[at] as number);
    }
    return this.#ranks;
  }

  /** The first rows by score, then activity, then symbol, at most `count`; each is made when it is come to. */
  *best(count: number): Generator<ScoredRow> {
    for (const at of this.#best(count)) yield this.#rowAt(at);
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

  /** Places of the first rows: only those are sorted that can be among them. */
  #best(count: number): number[] {
    const codes = this.#codes;
    const points = this.#points;
    const scored: number[] = [];
    for (let at = 0; at < codes.length; at++) if (codes[at] === SCORED) scored.push(at);
    const least = scored.length > count ? nthLargest(points, scored, count) : Number.NaN;
    const near = scored.filter((at) => !((points[at] as number) < least));
    near.sort((a, b) => this.#compare(a, b));
    return near.slice(0, count);
  }

  #compare(a: number, b: number): number {
    const { activity } = this.#found;
    return (
      (this.#points[b] as number) - (this.#points[a] as number) ||
      (activity[b] as number) - (activity[a] as number) ||
      a - b
    );
  }

  /** One object per row, so that rows can be told apart by identity. */
  #rowAt(at: number, scanRank?: number): ScoredRow {
    let row = this.#made.get(at);
    if (row === undefined) {
      row = this.#makeRow(at, scanRank ?? this.#found.rankAt(at));
      this.#made.set(at, row);
    }
    return row;
  }

  #makeRow(at: number, scanRank: number): ScoredRow {
    const index = this.#found.found[at] as number;
    const { symbol } = this.#snapshot.series[index] as SymbolSeries;
    const activity = this.#found.activity[at] as number;
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

/** The value of this rank, 1 for the largest, among those at some places. */
function nthLargest(values: Float64Array, places: readonly number[], rank: number): number {
  const sorted = new Float64Array(places.length);
  for (let k = 0; k < places.length; k++) sorted[k] = values[places[k] as number] as number;
  return sorted.sort()[sorted.length - rank] as number;
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
