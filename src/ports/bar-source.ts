import type {
  Adjustment,
  BarColumns,
  CorporateAction,
  Symbol,
  Timeframe,
} from '../domain/market.ts';
import type { Session, SessionDate } from '../domain/time.ts';

/** A row of a source that was not taken: treated as an absent session of that symbol, and said so. */
export interface BadBar {
  readonly symbol: Symbol;
  readonly where: string;
  readonly reason: string;
}

/**
 * Bars of many symbols: a folder of files, or the synthetic market. `prepare` does the I/O; the getters are
 * synchronous and answer from memory, so that a decision never waits.
 */
export interface BarSource {
  /** How a report names it: "bars in data/bars", "synthetic market, seed 1". */
  readonly label: string;
  readonly synthetic: boolean;
  readonly adjustment: Adjustment;
  /** How its symbols were chosen, "members as of 2018-02", where it says so. */
  readonly membership?: string;
  /** The finest intraday bars this source has, or null when it has daily bars only. */
  readonly intraday: Exclude<Timeframe, '1d'> | null;
  /** `today` where there are intraday bars of the current session alone; absent where earlier ones are kept too. */
  readonly intradayOf?: 'today';
  /** Ascending, each once. Another list where symbols come or go. */
  readonly symbols: readonly Symbol[];
  /** Sector of a symbol, UNKNOWN when not stated. */
  sectorOf(symbol: Symbol): string;
  /**
   * Loads what the getters will be asked for: the daily bars of all symbols up to `upTo` (inclusive), and the
   * intraday bars of that session for `intradayOf`. A source over a network loads the daily bars of `intradayOf` alone.
   * Never changes bars already given out: what changes is given out as other columns.
   */
  prepare(upTo: Session, intradayOf: readonly Symbol[]): Promise<void>;
  /** Raw daily bars as far as prepared (possibly further: readers cut by time). Empty columns when there are none. */
  daily(symbol: Symbol): BarColumns;
  /** Raw intraday bars of one session, or null when the source has none for it. */
  session(symbol: Symbol, date: SessionDate): BarColumns | null;
  /** Splits, dividends and spin-offs, by exDate. */
  actions(symbol: Symbol): readonly CorporateAction[];
  /** Counts how often daily columns were replaced by others; absent where they never are. */
  readonly revision?: number;
  /** What was refused so far and general remarks, for `warnings`. */
  readonly badBars: readonly BadBar[];
  readonly warnings: readonly string[];
}
