import type { Quote, Symbol } from '../domain/market.ts';
import type { EpochMs } from '../domain/time.ts';

/** A price of now, and what is known of the symbol's session. */
export interface LiveQuote extends Quote {
  /** True once the symbol has traded in this session. */
  readonly hasOpened: boolean;
  readonly halted: boolean;
  /** The first price of this session; null before it, and where it is not told. */
  readonly open: Quote['last'] | null;
  /** Shares traded so far in this session; null where it is not told. */
  readonly volume: number | null;
}

/** How long quotes are waited for. */
export interface QuoteWait {
  /** What was heard before does not count. */
  readonly from: EpochMs;
  /** Nobody is waited for any longer. */
  readonly until: EpochMs;
  /** Up to here everybody is waited for; after it, as long as the wait goes on to bring symbols in. */
  readonly patientUntil: EpochMs;
}

/** Prices of now. */
export interface Quotes {
  /**
   * Resolves once each of these symbols has traded in this session and has a two-sided quote of after `wait.from`; or
   * when the wait has brought in no further one for two seconds; or at `wait.until`. Whoever has none by then has
   * none. Symbols that are not asked for again are given up after a while; held ones are followed.
   */
  prepare(symbols: readonly Symbol[], wait: QuoteWait): Promise<void>;
  /** The last two-sided quote of a symbol with the instant at which it was heard; null where there is none. */
  quote(symbol: Symbol): LiveQuote | null;
  /** These symbols are followed without being asked for, and asked for anew where nothing is heard for ten seconds. */
  follow(held: readonly Symbol[]): void;
  /**
   * Since when nothing at all is heard though it was asked for; null while the feed speaks. One symbol that does not
   * trade is no silence.
   */
  readonly silentSince: EpochMs | null;
}
