import { ACTIVITY_BARS } from '../bars/activity.ts';
import { boardRowOf, type Stretch } from '../bars/board.ts';
import type { SeriesEra, SymbolSeries } from '../bars/series.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import { SCAN_EXCLUSIONS, type ScanExclusion } from '../domain/reason.ts';
import { assertExists } from '../domain/result.ts';
import { ScanTable } from './scan-table.ts';

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

/** Drops what cannot be traded, ranks the rest by the rule's activity (ties by symbol), keeps the first rows. */
export function scan(snapshot: MarketSnapshot, settings: ScanSettings): ScanTable {
  const look: Look = { snapshot, settings, ...sidesOf(snapshot) };
  const size = snapshot.series.length;
  const counts = new Int32Array(SCAN_EXCLUSIONS.length);
  const activity = new Float64Array(size);
  const kept = new Int32Array(size);
  let found = 0;
  let universe = 0;
  for (let i = 0; i < size; i++) {
    if ((snapshot.visible[i] as number) === 0) continue;
    universe += 1;
    const reason = exclusionAt(look, i, activity, found);
    if (reason === KEPT) kept[found++] = i;
    else counts[reason] = (counts[reason] as number) + 1;
  }
  const [rows, values] = [kept.subarray(0, found), activity.subarray(0, found)];
  const table = new ScanTable(universe, rows, values, counts);
  return found > settings.rows ? table.cutTo(settings.rows) : table;
}

/** What a scan looks at: the snapshot's columns, and where its row of them begins. */
interface Look {
  readonly snapshot: MarketSnapshot;
  readonly settings: ScanSettings;
  readonly stretch: Stretch;
  readonly from: number;
}

function sidesOf(snapshot: MarketSnapshot): Pick<Look, 'stretch' | 'from'> {
  const { stretch, row } = boardRowOf(snapshot);
  return { stretch, from: row * snapshot.series.length };
}

/** Why the scan drops a series before its cut, null where it does not. */
export function scanExclusion(
  snapshot: MarketSnapshot,
  index: number,
  settings: ScanSettings,
): ScanExclusion | null {
  if ((snapshot.visible[index] as number) === 0) return 'stale';
  const look = { snapshot, settings, ...sidesOf(snapshot) };
  const code = exclusionAt(look, index, new Float64Array(1), 0);
  return code === KEPT ? null : (SCAN_EXCLUSIONS[code] as ScanExclusion);
}

/** Reasons are counted by their place in the closed list; a row that is kept has none. */
const KEPT = -1;
const codeOf = (reason: ScanExclusion): number => SCAN_EXCLUSIONS.indexOf(reason);
const STALE = codeOf('stale');
const FEW_BARS = codeOf('few_bars');
const MIN_PRICE = codeOf('min_price');
const MIN_ACTIVITY = codeOf('min_activity');
const SPREAD = codeOf('spread');

/** Why a series is dropped; where it is kept, its activity is written to a place of the column. */
function exclusionAt(look: Look, i: number, activity: Float64Array, place: number): number {
  const { snapshot, settings, stretch } = look;
  const at = look.from + i;
  if (stretch.ordinal[at] !== snapshot.completedOrdinal) return STALE;
  if ((snapshot.visible[i] as number) < ACTIVITY_BARS) return FEW_BARS;
  if (!((snapshot.reference[i] as number) >= settings.minPriceUsd)) return MIN_PRICE;
  if (!((stretch.medianDollars[at] as number) >= settings.minActivityUsd)) return MIN_ACTIVITY;
  if (snapshot.isWiderThan(i, settings.maxSpreadBps)) return SPREAD;
  const value = activityOf(look, i, at);
  if (Number.isNaN(value)) return STALE;
  activity[place] = value;
  return KEPT;
}

function activityOf({ snapshot, settings, stretch }: Look, i: number, at: number): number {
  switch (settings.rule) {
    case 'most_active':
      return stretch.medianVolume[at] as number;
    case 'most_active_usd':
      return stretch.medianDollars[at] as number;
    case 'top_gainers':
      return lastChange(snapshot, i, stretch.close[at] as number);
    case 'gap': {
      const opens = assertExists(snapshot.todayOpen, 'the gap rule needs opens of today');
      return (opens[i] as number) / (stretch.close[at] as number) - 1;
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
function lastChange(snapshot: MarketSnapshot, i: number, close: number): number {
  if (snapshot.pricedToday) {
    return snapshot.quote(i) === null ? Number.NaN : (snapshot.reference[i] as number) / close - 1;
  }
  const before = (snapshot.visible[i] as number) - 2;
  return before < 0 ? Number.NaN : close / (eraOf(snapshot, i).columns.close[before] as number) - 1;
}

/** The era of a series that this decision looks at. */
export const eraOf = (snapshot: MarketSnapshot, index: number): SeriesEra =>
  assertExists(snapshot.eras[index], 'a row names a series');

/** The index of a symbol's series, -1 where the snapshot has none: series are in symbol order. */
export function indexOfSymbol({ series }: MarketSnapshot, symbol: Symbol): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((series[middle] as SymbolSeries).symbol < symbol) low = middle + 1;
    else high = middle;
  }
  return series[low]?.symbol === symbol ? low : -1;
}
