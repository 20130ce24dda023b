import type { BreakerName, Restriction } from '../domain/trading-state.ts';

/** When circuit breakers trip; the config section `breakers`. 0 switches a single one off. */
export interface BreakerSettings {
  /** Slippage of one fill against the price it should have had. */
  readonly slippageFraction: number;
  /** No data in a session while positions are held. */
  readonly dataSilenceMs: number;
  /** Entries that the broker rejects in a row. */
  readonly rejections: number;
  /** Trades of a session that a stop ends with a loss. */
  readonly stopOuts: number;
  /** Change of the account between two valuations. */
  readonly equityJumpFraction: number;
  /** Our clock against the broker's, or against itself. */
  readonly clockSkewMs: number;
  /** Time of open market until a breaker lets go. */
  readonly coolOffMs: number;
}

/** A breaker that trips: what was measured, what is allowed, and in words why. */
export interface Trip {
  readonly breaker: BreakerName;
  readonly state: Restriction['state'];
  readonly value: number;
  readonly limit: number;
  readonly why: string;
  /** False where only a person can say that it is over. */
  readonly coolsOff: boolean;
}

/** What a fill cost against its reference price, as a fraction of it; positive is a cost. */
export function slippageOf(side: 'buy' | 'sell', price: number, reference: number): number {
  if (!(reference > 0)) return 0;
  return (side === 'buy' ? price - reference : reference - price) / reference;
}

/** Compared in billionths: 1.01 - 1 is a little above 0.01 in floats. */
const above = (value: number, limit: number): boolean =>
  Math.round(value * 1e9) > Math.round(limit * 1e9);

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

/**
 * Slippage: a fill that cost more than `breakers.slippageFraction` says that prices are not what they seem. Entries
 * are measured against the middle of the market when they were sent, stops against the first price they could have
 * had: a gap is no slippage.
 */
export function slippageTrip(
  fill: { readonly orderRef: string; readonly slippage: number },
  { slippageFraction }: BreakerSettings,
): Trip | null {
  if (slippageFraction === 0 || !above(fill.slippage, slippageFraction)) return null;
  return {
    breaker: 'slippage',
    state: 'reducing',
    value: fill.slippage,
    limit: slippageFraction,
    why: `the fill of ${fill.orderRef} cost ${percent(fill.slippage)}, ${percent(slippageFraction)} is usual at most`,
    coolsOff: true,
  };
}

/** Data silence: the whole feed says nothing for longer than `breakers.dataSilenceMs` while something is held. */
export function silenceTrip(silentMs: number, { dataSilenceMs }: BreakerSettings): Trip | null {
  if (dataSilenceMs === 0 || silentMs <= dataSilenceMs) return null;
  return {
    breaker: 'data_silence',
    state: 'reducing',
    value: silentMs,
    limit: dataSilenceMs,
    why: `no data for ${Math.round(silentMs / 1000)} s in the session, while positions are held`,
    coolsOff: true,
  };
}

/** Rejections: the broker refuses one entry after the other; something is wrong that more orders do not mend. */
export function rejectionTrip(count: number, { rejections }: BreakerSettings): Trip | null {
  if (rejections === 0 || count < rejections) return null;
  return {
    breaker: 'rejections',
    state: 'reducing',
    value: count,
    limit: rejections,
    why: `the broker rejected ${count} entries in a row`,
    coolsOff: true,
  };
}

/** Stop-outs: so many trades of a session ended at their stops that the market is not the one that was scored. */
export function stopOutTrip(count: number, { stopOuts }: BreakerSettings): Trip | null {
  if (stopOuts === 0 || count < stopOuts) return null;
  return {
    breaker: 'stop_outs',
    state: 'reducing',
    value: count,
    limit: stopOuts,
    why: `${count} trades of the session were stopped out with a loss`,
    coolsOff: true,
  };
}

/**
 * Equity jump: between two valuations the account changed by more than a market does, flows left out. Prices or books
 * are wrong then, so nothing is done by itself until a person has looked.
 */
export function equityJumpTrip(
  before: number,
  after: number,
  { equityJumpFraction }: BreakerSettings,
): Trip | null {
  if (equityJumpFraction === 0 || !(before > 0)) return null;
  const change = after / before - 1;
  if (!above(Math.abs(change), equityJumpFraction)) return null;
  return {
    breaker: 'equity_jump',
    state: 'halted',
    value: change,
    limit: equityJumpFraction,
    why: `the account changed by ${percent(change)} between two valuations`,
    coolsOff: false,
  };
}

/** Clock skew: decisions are made by a clock that nobody should believe. */
export function clockSkewTrip(skewMs: number, { clockSkewMs }: BreakerSettings): Trip | null {
  const skew = Math.abs(skewMs);
  if (clockSkewMs === 0 || skew <= clockSkewMs) return null;
  return {
    breaker: 'clock_skew',
    state: 'reducing',
    value: skew,
    limit: clockSkewMs,
    why: `the clock is off by ${Math.round(skew / 1000)} s`,
    coolsOff: true,
  };
}

const RATE_CODES: ReadonlySet<string> = new Set(['ORDER_RATE', 'ORDERS_PER_MINUTE']);

/**
 * What the last gate refused and should never have been asked. Orders that come too fast stop entries for a while; an
 * order that nobody wrote down or approved is a fault of the program: nothing goes on by itself until a person has
 * looked.
 */
export function refusalTrip(
  refused: { readonly code: string; readonly orderRef: string } | null,
): Trip | null {
  if (refused === null) return null;
  const { code, orderRef } = refused;
  const isRate = RATE_CODES.has(code);
  return {
    breaker: isRate ? 'order_rate' : 'conservation',
    state: isRate ? 'reducing' : 'halted',
    value: 1,
    limit: 0,
    why: isRate
      ? `orders were sent too fast: the last gate refused ${orderRef} (${code})`
      : `the last gate refused ${orderRef}, which it should never have been asked (${code})`,
    coolsOff: isRate,
  };
}
