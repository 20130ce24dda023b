import { lastSessionClosedBy, ordinalAtOrBefore, ordinalOf } from '../calendar/nyse.ts';
import { type BarColumns, headOf, type Quote, type Symbol } from '../domain/market.ts';
import { assertExists } from '../domain/result.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import { nyseGrid } from './nyse-grid.ts';
import { SymbolSeries } from './series.ts';
import { SessionColumns } from './session-columns.ts';
import { type MarketSnapshot, spreadBps } from './snapshot.ts';

/** The daily bars of one symbol as a decision saw them. */
export interface SeenSeries {
  readonly symbol: Symbol;
  readonly sector: string;
  /** In the prices of the decision's day; bars from `visible` on, where there are any, were not seen. */
  readonly columns: BarColumns;
  readonly visible: number;
}

/** A snapshot as plain data: everything that a decision can look at, and nothing that it cannot. */
export interface SeenMarket {
  readonly asOf: EpochMs;
  readonly session: Session;
  readonly series: readonly SeenSeries[];
  readonly reference: Float64Array;
  readonly pricedToday: boolean;
  readonly noPrice: string | null;
  readonly todayOpen: Float64Array | null;
  readonly relativeVolume: Float64Array | null;
  readonly quotes: readonly (Quote | null)[];
  /** True where the quotes were prices of now. */
  readonly liveQuotes?: boolean;
  readonly label: string;
  readonly synthetic: boolean;
  readonly warnings: readonly string[];
}

/** Takes a snapshot apart. Copies what is small; bars are shared, since columns never change once given out. */
export const seenOf = (snapshot: MarketSnapshot): SeenMarket => ({
  asOf: snapshot.asOf,
  session: snapshot.session,
  series: snapshot.series.map((series, i) => ({
    symbol: series.symbol,
    sector: series.sector,
    columns: series.eraAt(snapshot.sessionOrdinal).columns,
    visible: assertExists(snapshot.visible[i], 'every series has its count of visible bars'),
  })),
  reference: snapshot.reference.slice(),
  pricedToday: snapshot.pricedToday,
  noPrice: snapshot.noPrice,
  todayOpen: snapshot.todayOpen?.slice() ?? null,
  relativeVolume: snapshot.relativeVolume?.slice() ?? null,
  quotes: snapshot.series.map((_, i) => snapshot.quote(i)),
  ...(snapshot.liveQuotes === undefined ? {} : { liveQuotes: snapshot.liveQuotes }),
  label: snapshot.label,
  synthetic: snapshot.synthetic,
  warnings: [...snapshot.warnings],
});

/**
 * The snapshot that was taken apart, with the same answers to every question. Its bars are in the prices of its own
 * session already, so no action changes them again.
 */
export function snapshotOfSeen(seen: SeenMarket): MarketSnapshot {
  const sessions = new SessionColumns(nyseGrid());
  const sessionOrdinal = ordinalAtOrBefore(seen.session.date);
  const quote = (index: number): Quote | null => seen.quotes[index] ?? null;
  const series = seen.series.map(
    ({ symbol, sector, columns, visible }) =>
      new SymbolSeries(symbol, sector, headOf(columns, visible), sessions),
  );
  return {
    asOf: seen.asOf,
    session: seen.session,
    sessionOrdinal,
    completedOrdinal: ordinalOf(lastSessionClosedBy(seen.asOf).date),
    series,
    eras: series.map((one) => one.eraAt(sessionOrdinal)),
    visible: Int32Array.from(seen.series, ({ visible }) => visible),
    reference: seen.reference,
    pricedToday: seen.pricedToday,
    noPrice: seen.noPrice,
    todayOpen: seen.todayOpen,
    relativeVolume: seen.relativeVolume,
    ...(seen.liveQuotes === undefined ? {} : { liveQuotes: seen.liveQuotes }),
    quote,
    isWiderThan: (index, maxSpreadBps) => {
      const seenQuote = quote(index);
      return seenQuote !== null && spreadBps(seenQuote) > maxSpreadBps;
    },
    label: seen.label,
    synthetic: seen.synthetic,
    warnings: seen.warnings,
  };
}
