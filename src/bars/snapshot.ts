import type { Quote } from '../domain/market.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import type { BoardRow } from './board.ts';
import type { SeriesEra, SymbolSeries } from './series.ts';

/**
 * Everything one decision may look at, sealed as of an instant: bars that ended by then, the last visible prices,
 * quotes stamped before the seal. Rows of the arrays belong to `series` of the same index, in symbol order.
 */
export interface MarketSnapshot {
  readonly asOf: EpochMs;
  /** The session the decision belongs to: the one open at `asOf`, else that of asOf's New York date. */
  readonly session: Session;
  readonly sessionOrdinal: number;
  /** The ordinal of the last session whose daily bars are complete at `asOf`. */
  readonly completedOrdinal: number;
  readonly series: readonly SymbolSeries[];
  /** Per series its daily bars in the prices of this session. */
  readonly eras: readonly SeriesEra[];
  /** Per series how many daily bars of its era are visible. */
  readonly visible: Int32Array;
  /** Per series the last visible price in dollars; NaN when there is none. */
  readonly reference: Float64Array;
  /** True when a reference is from this session: an intraday bar or a quote of today. */
  readonly pricedToday: boolean;
  /** Why nothing can be traded at this instant of the session for want of a price, or null. */
  readonly noPrice: string | null;
  /** Per series today's first price once it is visible, for the gap rule; null when not asked for. */
  readonly todayOpen: Float64Array | null;
  /** Per series today's volume so far over its usual volume by this minute; null when not asked for. */
  readonly relativeVolume: Float64Array | null;
  /**
   * True where quotes are prices of now: without one there is nothing to trade at. Absent where bars stand for them.
   */
  readonly liveQuotes?: boolean;
  /** The quote of a series at the seal, or null when there is none. */
  quote(index: number): Quote | null;
  /** True where that quote's spread is above the limit; false without a quote. */
  isWiderThan(index: number, maxSpreadBps: number): boolean;
  /** The same laid out for scans, where the market keeps it so. */
  readonly board?: BoardRow;
  /** How reports name the data: "synthetic market, seed 1". */
  readonly label: string;
  readonly synthetic: boolean;
  readonly warnings: readonly string[];
}

/** Spread over mid in basis points; Infinity for a crossed or empty quote, which no limit admits. */
export function spreadBps(quote: Quote): number {
  const mid = (quote.bid + quote.ask) / 2;
  return quote.bid > 0 && quote.ask >= quote.bid
    ? ((quote.ask - quote.bid) / mid) * 10_000
    : Number.POSITIVE_INFINITY;
}
