import type { EpochMs } from './time.ts';

/**
 * What may be done: `active` everything; `reducing` no entries, exits go on; `halted` nothing by itself but protective
 * repair, only kill, flatten and close by hand.
 */
export const TRADING_STATES = ['active', 'reducing', 'halted'] as const;
export type TradingState = (typeof TRADING_STATES)[number];

/** Who may restrict trading, in the order in which they are told. */
export const RESTRICTION_SOURCES = [
  'kill',
  'disarmed',
  'stale_clock',
  'breaker',
  'unprotected',
  'reconcile_break',
  'daily_loss',
  'drawdown',
  'consecutive_losses',
  'pause',
] as const;
export type RestrictionSource = (typeof RESTRICTION_SOURCES)[number];

/** One source that restricts trading: who, since when, why, until when. */
export interface Restriction {
  readonly source: RestrictionSource;
  /** Which one of its source: the breaker's name; empty where a source is only one. */
  readonly detail: string;
  readonly state: Exclude<TradingState, 'active'>;
  /** Null where it lies outside the journal, as the environment does. */
  readonly since: EpochMs | null;
  /** A person, or the part of the program that saw to it. */
  readonly by: string;
  readonly why: string;
  /** Over at this instant; null until somebody lifts it, or what it is about ends. */
  readonly until: EpochMs | null;
}

/** What may be done now, and everything that restricts it. */
export interface Trading {
  readonly state: TradingState;
  /** In the order of their sources. */
  readonly restrictions: readonly Restriction[];
}

/** Nothing restricts trading. */
export const UNRESTRICTED: Trading = { state: 'active', restrictions: [] };

/** What the program watches by itself, besides its limits. */
export const BREAKERS = [
  'slippage',
  'data_silence',
  'order_rate',
  'rejections',
  'stop_outs',
  'equity_jump',
  'clock_skew',
  'conservation',
] as const;
export type BreakerName = (typeof BREAKERS)[number];
