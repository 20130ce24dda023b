import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import { roundHalfEven } from '../domain/money.ts';
import type { IneligibleReason } from '../domain/reason.ts';
import { assertExists } from '../domain/result.ts';
import { sha256 } from '../events/fingerprint.ts';
import type { FeatureSpec, StrategyOpinion } from '../strategy/strategy.ts';
import type { StrategyDesk } from './desk.ts';
import { eraOf, type ScanTable } from './scan.ts';

/** Who may not be entered whatever its score, with the reason; from the portfolio and the config's lists. */
export interface Eligibility {
  readonly barred: ReadonlyMap<Symbol, IneligibleReason>;
  /** When set, only these symbols may be entered. */
  readonly allow: ReadonlySet<Symbol> | null;
  /** Calendar sessions after an abnormal bar in which a symbol is not entered. */
  readonly quarantineSessions: number;
}

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

/** All rows of a scan with their scores, in scan order, and the order of the scored ones by rank. */
export interface ScoreTable {
  readonly rows: readonly ScoredRow[];
  /** Indices into rows of those with a score: by score, then activity, then symbol. */
  readonly ranking: readonly number[];
  readonly featureNames: readonly string[];
  /** SHA-256 over every row: symbol, activity, score, components, reason. */
  readonly tableHash: string;
}

/** Judges every found row; a score depends on the symbol's own bars only, not on who else is present. */
export function score(
  snapshot: MarketSnapshot,
  found: ScanTable,
  desk: StrategyDesk,
  eligibility: Eligibility,
): ScoreTable {
  const rows: ScoredRow[] = [];
  for (let rank = 0; rank < found.rows.length; rank++) {
    rows.push(scoreRow(snapshot, found, rank, desk, eligibility));
  }
  const ranking: number[] = [];
  rows.forEach((row, i) => {
    if (row.ineligible === null) ranking.push(i);
  });
  ranking.sort((a, b) => compareRows(rows[a] as ScoredRow, rows[b] as ScoredRow));
  const featureNames = desk.features.map((feature) => feature.name);
  return { rows, ranking, featureNames, tableHash: tableHash(rows) };
}

const compareRows = (a: ScoredRow, b: ScoredRow): number =>
  b.score - a.score || b.activity - a.activity || a.index - b.index;

function scoreRow(
  snapshot: MarketSnapshot,
  found: ScanTable,
  rank: number,
  desk: StrategyDesk,
  eligibility: Eligibility,
): ScoredRow {
  const index = found.rows[rank] as number;
  const { symbol } = assertExists(snapshot.series[index], 'a row names a series');
  const activity = found.activity[rank] as number;
  const barred = barredReason(snapshot, index, symbol, eligibility);
  if (barred !== null) return unscored(index, symbol, rank, activity, barred);
  const opinion = desk.opinion(snapshot, index, null);
  if (opinion.direction === 'none') return unscored(index, symbol, rank, activity, opinion.reason);
  const components = opinion.features.map((value, i) =>
    ramp(value, desk.features[i] as FeatureSpec),
  );
  const points = weightedScore(components, desk.features);
  if (Number.isNaN(points)) return unscored(index, symbol, rank, activity, 'undefined_feature');
  return {
    index,
    symbol,
    scanRank: rank + 1,
    activity,
    ineligible: null,
    score: points,
    components,
    signalReason: opinion.reason,
    strength: opinion.strength ?? points / 100,
    stopPrice: finiteOrNull(opinion, 'stopPrice'),
    targetPrice: finiteOrNull(opinion, 'targetPrice'),
  };
}

function finiteOrNull(
  opinion: StrategyOpinion & { direction: 'long' },
  key: 'stopPrice' | 'targetPrice',
): number | null {
  const price = opinion[key];
  return price !== undefined && Number.isFinite(price) && price > 0 ? price : null;
}

function unscored(
  index: number,
  symbol: Symbol,
  rank: number,
  activity: number,
  ineligible: IneligibleReason,
): ScoredRow {
  return {
    index,
    symbol,
    scanRank: rank + 1,
    activity,
    ineligible,
    score: Number.NaN,
    components: [],
    signalReason: '',
    strength: 0,
    stopPrice: null,
    targetPrice: null,
  };
}

function barredReason(
  snapshot: MarketSnapshot,
  index: number,
  symbol: Symbol,
  eligibility: Eligibility,
): IneligibleReason | null {
  const barred = eligibility.barred.get(symbol);
  if (barred !== undefined) return barred;
  if (eligibility.allow !== null && !eligibility.allow.has(symbol)) return 'not_on_allow_list';
  const era = eraOf(snapshot, index);
  const abnormal = era.abnormal[(snapshot.visible[index] as number) - 1] ?? -1;
  const quarantined =
    abnormal >= 0 && snapshot.sessionOrdinal - abnormal <= eligibility.quarantineSessions;
  return quarantined ? 'quarantined' : null;
}

/** A raw feature as 0..1: clamp((value - lo) / (hi - lo)), one minus that where inverted. NaN stays NaN. */
export function ramp(value: number, { lo, hi, inverted }: FeatureSpec): number {
  const raw = (value - lo) / (hi - lo);
  const clamped = raw < 0 ? 0 : raw > 1 ? 1 : raw;
  return inverted ? 1 - clamped : clamped;
}

/** round(100 x (100 x sum(w f) / sum(w)), half even) / 100, features in the declared order. */
export function weightedScore(
  components: readonly number[],
  features: readonly FeatureSpec[],
): number {
  let weighted = 0;
  let weights = 0;
  for (let i = 0; i < features.length; i++) {
    const { weight } = features[i] as FeatureSpec;
    weighted += weight * (components[i] ?? Number.NaN);
    weights += weight;
  }
  const points = (100 * weighted) / weights;
  return roundHalfEven(100 * points) / 100;
}

/** Numbers are hashed as their eight bytes, so that the digest sees what the decision saw. */
function tableHash(rows: readonly ScoredRow[]): string {
  const parts: Buffer[] = [];
  for (const row of rows) {
    const text = Buffer.from(`${row.symbol}\0${row.ineligible ?? ''}\0${row.signalReason}\0`);
    const numbers = new Float64Array(3 + row.components.length);
    numbers.set([row.activity, row.score, row.strength, ...row.components]);
    parts.push(text, Buffer.from(numbers.buffer));
  }
  return sha256(Buffer.concat(parts));
}
