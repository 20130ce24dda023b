import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import { roundHalfEven } from '../domain/money.ts';
import type { IneligibleReason } from '../domain/reason.ts';
import { assertExists } from '../domain/result.ts';
import { sha256 } from '../events/fingerprint.ts';
import type { FeatureSpec } from '../strategy/strategy.ts';
import type { StrategyDesk } from './desk.ts';
import { eraOf, type ScanTable } from './scan.ts';

/** Who may not be entered whatever its score: by the config's rules, and by what we hold and did. */
export interface Eligibility {
  /** From the portfolio, with the reason. Leaves the table's hash as it is. */
  readonly barred: ReadonlyMap<Symbol, IneligibleReason>;
  readonly deny: ReadonlySet<Symbol>;
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
  /**
   * SHA-256 over what the scan saw of every symbol, and over every row's symbol, activity, score, components, reasons
   * and prices: the same whatever is held, so that a difference tells of data, config or code.
   */
  readonly tableHash: string;
}

/** Judges every found row; a score depends on the symbol's own bars only, not on who else is present. */
export function score(
  snapshot: MarketSnapshot,
  found: ScanTable,
  desk: StrategyDesk,
  eligibility: Eligibility,
): ScoreTable {
  const signals: ScoredRow[] = [];
  for (let rank = 0; rank < found.rows.length; rank++) {
    signals.push(scoreRow(snapshot, found, rank, desk, eligibility));
  }
  const rows = signals.map((row) => withoutBarred(row, eligibility));
  const ranking: number[] = [];
  rows.forEach((row, i) => {
    if (row.ineligible === null) ranking.push(i);
  });
  ranking.sort((a, b) => compareRows(rows[a] as ScoredRow, rows[b] as ScoredRow));
  const featureNames = desk.features.map((feature) => feature.name);
  return { rows, ranking, featureNames, tableHash: tableHash(found, signals) };
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
  const without = (reason: IneligibleReason): ScoredRow =>
    unscored(index, symbol, rank + 1, activity, reason);
  const refused = refusedReason(snapshot, index, symbol, eligibility);
  if (refused !== null) return without(refused);
  const opinion = desk.opinion(snapshot, index, null);
  if (opinion.direction === 'none') return without(opinion.reason);
  const components = opinion.features.map((value, i) =>
    ramp(value, desk.features[i] as FeatureSpec),
  );
  const points = weightedScore(components, desk.features);
  const { stopPrice = null, targetPrice = null } = opinion;
  const undefinedPrice = Number.isNaN(stopPrice) || Number.isNaN(targetPrice);
  if (Number.isNaN(points) || undefinedPrice) return without('undefined_feature');
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
    stopPrice,
    targetPrice,
  };
}

/** The row as it may be ranked: without its score where the symbol is held, working or cooling down. */
function withoutBarred(row: ScoredRow, { barred }: Eligibility): ScoredRow {
  const reason = barred.get(row.symbol);
  if (reason === undefined) return row;
  return unscored(row.index, row.symbol, row.scanRank, row.activity, reason);
}

function unscored(
  index: number,
  symbol: Symbol,
  scanRank: number,
  activity: number,
  ineligible: IneligibleReason,
): ScoredRow {
  return {
    index,
    symbol,
    scanRank,
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

function refusedReason(
  snapshot: MarketSnapshot,
  index: number,
  symbol: Symbol,
  eligibility: Eligibility,
): IneligibleReason | null {
  if (eligibility.deny.has(symbol)) return 'deny_list';
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
  // A zero has one sign only, since the table's hash is taken over bytes.
  const clamped = raw <= 0 ? 0 : raw > 1 ? 1 : raw;
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

/**
 * Numbers are hashed as their eight bytes (least first), so that the digest sees what the decision saw. What is
 * absent is -1: there are several NaN in memory, which engines may tell apart.
 */
function tableHash({ symbols, seen }: ScanTable, rows: readonly ScoredRow[]): string {
  const words: string[] = [...symbols];
  const numbers: number[] = [];
  for (const row of rows) {
    words.push(row.symbol, row.ineligible ?? '', row.signalReason);
    numbers.push(
      row.activity,
      row.ineligible === null ? row.score : -1,
      row.strength,
      row.stopPrice ?? -1,
      row.targetPrice ?? -1,
      ...row.components,
    );
  }
  return sha256(
    Buffer.concat([
      Buffer.from(words.join('\0')),
      Buffer.from(seen.buffer),
      Buffer.from(Float64Array.from(numbers).buffer),
    ]),
  );
}
