import type { Quote, Symbol } from '../domain/market.ts';
import type { EpochMs } from '../domain/time.ts';

/** What kind of prices are had of a symbol, and whether it trades. */
export interface LiveQuote extends Quote {
  /** True once the symbol has traded in this session. */
  readonly hasOpened: boolean;
  /** The first price of this session; null before it, and where it is not told. */
  readonly open: Quote['last'] | null;
  /** Shares traded so far in this session; null where it is not told. */
  readonly volume: number | null;
  readonly halted: boolean;
}

/** Prices of now. */
export interface Quotes {
  /**
   * Resolves once each of these symbols has a two-sided quote of after `from`, or `until` has come: whoever has none
   * by then has none. Symbols that are not asked for again are given up after a while; held ones are followed.
   */
  prepare(symbols: readonly Symbol[], from: EpochMs, until: EpochMs): Promise<void>;
  /** The last quote of a symbol with the instant at which it was heard; null where there is none. */
  quote(symbol: Symbol): LiveQuote | null;
  /** These symbols are followed without being asked for, and looked at every ten seconds at least. */
  follow(held: readonly Symbol[]): void;
}
