import type { SeriesEra, SymbolSeries } from '../bars/series.ts';
import { type MarketSnapshot, spreadBps } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import type { ScanExclusion } from '../domain/reason.ts';
import { assertExists } from '../domain/result.ts';

export const SCAN_RULES = [
  'most_active',
  'most_active_usd',
  'top_gainers',
  'gap',
  'relative_volume',
] as const;
/**
 * What a scan ranks by: median shares or dollars of the last 20 bars, the last change, today's gap at the open, or
 * today's volume so far against its usual.
 */
export type ScanRule = (typeof SCAN_RULES)[number];

/** The config section `scan` as far as the scan itself uses it. */
export interface ScanSettings {
  readonly rule: ScanRule;
  /** Rows kept after ranking by activity. */
  readonly rows: number;
  readonly minPriceUsd: number;
  /** Least median of close x volume over 20 bars. */
  readonly minActivityUsd: number;
  readonly maxSpreadBps: number;
}

/** Bars of the medians behind activity. */
const ACTIVITY_BARS = 20;
export const MEDIAN_VOLUME = `medvol${ACTIVITY_BARS}`;
const MEDIAN_DOLLARS = `meddollar${ACTIVITY_BARS}`;

/** What a scan found: rows in order of activity, cut to the configured number. */
export interface ScanTable {
  /** Symbols that had a bar by then, whether dropped or not. One that is listed later changes nothing. */
  readonly universe: number;
  readonly symbols: readonly Symbol[];
  /** Per such symbol the last visible price, and close and volume of the last visible bar: for the table's hash. */
  readonly seen: Float64Array;
  /** How many symbols were dropped before the cut or by it, by reason. */
  readonly excluded: Readonly<Partial<Record<ScanExclusion, number>>>;
  /** Index into the snapshot's series, by rank. */
  readonly rows: Int32Array;
  /** What the rule ranked by, per row. */
  readonly activity: Float64Array;
}

/** Drops what cannot be traded, ranks the rest by the rule's activity (ties by symbol), keeps the first rows. */
export function scan(snapshot: MarketSnapshot, settings: ScanSettings): ScanTable {
  const excluded: Partial<Record<ScanExclusion, number>> = {};
  const kept: number[] = [];
  const symbols: Symbol[] = [];
  const seen: number[] = [];
  const activity = new Float64Array(snapshot.series.length);
  for (let i = 0; i < snapshot.series.length; i++) {
    const last = (snapshot.visible[i] as number) - 1;
    if (last < 0) continue;
    const { close, volume } = eraOf(snapshot, i).columns;
    symbols.push((snapshot.series[i] as SymbolSeries).symbol);
    seen.push(snapshot.reference[i] as number, close[last] as number, volume[last] as number);
    const reason = exclusionOf(snapshot, i, settings, activity);
    if (reason === null) kept.push(i);
    else excluded[reason] = (excluded[reason] ?? 0) + 1;
  }
  // Series are in symbol order, so the index breaks ties by symbol.
  kept.sort((a, b) => (activity[b] as number) - (activity[a] as number) || a - b);
  if (kept.length > settings.rows) {
    excluded.below_cut = kept.length - settings.rows;
    kept.length = settings.rows;
  }
  return {
    universe: symbols.length,
    symbols,
    seen: Float64Array.from(seen),
    excluded,
    rows: Int32Array.from(kept),
    activity: Float64Array.from(kept, (i) => activity[i] as number),
  };
}

/** Why the scan drops a series before its cut, null where it does not. */
export const scanExclusion = (
  snapshot: MarketSnapshot,
  index: number,
  settings: ScanSettings,
): ScanExclusion | null =>
  (snapshot.visible[index] as number) === 0
    ? 'stale'
    : exclusionOf(snapshot, index, settings, new Float64Array(snapshot.series.length));

function exclusionOf(
  snapshot: MarketSnapshot,
  i: number,
  settings: ScanSettings,
  activity: Float64Array,
): ScanExclusion | null {
  const era = eraOf(snapshot, i);
  const last = (snapshot.visible[i] as number) - 1;
  if (era.ordinals[last] !== snapshot.completedOrdinal) return 'stale';
  if (last + 1 < ACTIVITY_BARS) return 'few_bars';
  if (!((snapshot.reference[i] as number) >= settings.minPriceUsd)) return 'min_price';
  const dollars = era.indicators.get(MEDIAN_DOLLARS)[last] as number;
  if (!(dollars >= settings.minActivityUsd)) return 'min_activity';
  const quote = snapshot.quote(i);
  if (quote !== null && spreadBps(quote) > settings.maxSpreadBps) return 'spread';
  const value = activityOf(snapshot, i, era, last, settings.rule);
  if (Number.isNaN(value)) return 'stale';
  activity[i] = value;
  return null;
}

function activityOf(
  snapshot: MarketSnapshot,
  i: number,
  era: SeriesEra,
  last: number,
  rule: ScanRule,
): number {
  switch (rule) {
    case 'most_active':
      return era.indicators.get(MEDIAN_VOLUME)[last] as number;
    case 'most_active_usd':
      return era.indicators.get(MEDIAN_DOLLARS)[last] as number;
    case 'top_gainers':
      return lastChange(snapshot, i, era, last);
    case 'gap': {
      const opens = assertExists(snapshot.todayOpen, 'the gap rule needs opens of today');
      return (opens[i] as number) / (era.columns.close[last] as number) - 1;
    }
    case 'relative_volume': {
      const volumes = assertExists(snapshot.relativeVolume, 'the rule needs volumes of today');
      return volumes[i] as number;
    }
  }
}

/**
 * The change of the last visible price: against yesterday's close once today has prices, else of the last bar. A symbol
 * that has no price while others have one cannot be ranked with them.
 */
function lastChange(snapshot: MarketSnapshot, i: number, era: SeriesEra, last: number): number {
  const close = era.columns.close[last] as number;
  if (snapshot.pricedToday) {
    return snapshot.quote(i) === null ? Number.NaN : (snapshot.reference[i] as number) / close - 1;
  }
  return last === 0 ? Number.NaN : close / (era.columns.close[last - 1] as number) - 1;
}

/** The era of a series that this decision looks at. */
export const eraOf = (snapshot: MarketSnapshot, index: number): SeriesEra =>
  assertExists(snapshot.series[index], 'a row names a series').eraAt(snapshot.sessionOrdinal);
