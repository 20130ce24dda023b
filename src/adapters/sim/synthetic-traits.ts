import { streamKey, uniformAt } from './synthetic-random.ts';
import type { UniverseRow, VolatilityClass } from './synthetic-universe.ts';

const STREAM_DAILY = 2;
const STREAM_TRAITS = 3;
const STREAM_EARNINGS = 4;

/** Sessions between earnings reports, about a quarter of a year. */
export const QUARTER = 63;

const IDIOSYNCRATIC_SIGMA: Readonly<Record<VolatilityClass, number>> = {
  low: 0.008,
  medium: 0.014,
  high: 0.024,
};
const BETA: Readonly<Record<VolatilityClass, number>> = { low: 0.6, medium: 1, high: 1.35 };
/** Long-run standard deviations that the factors are made with, for the scale of volume. */
export const MARKET_SIGMA = 0.009;
export const SECTOR_SIGMA = 0.005;

const CENTS = 100;
/**
 * A price above the first is split in time, wherever it started; none is thought high below the
 * second.
 */
const SPLIT_ABOVE_LIMIT_CENTS = 120_000;
const SPLIT_ABOVE_LEAST_CENTS = 6_000;

/** What makes a symbol itself: constant over the whole path. */
export interface SymbolTraits {
  readonly dailyKey: number;
  readonly earningsKey: number;
  readonly earningsPhase: number;
  readonly beta: number;
  readonly sectorLoading: number;
  readonly sigma: number;
  /** Long-run standard deviation of the whole return: own, market and sector. */
  readonly totalSigma: number;
  readonly baseCents: number;
  readonly splitAboveCents: number;
  /** Dollars that change hands in a usual session, in cents. */
  readonly turnoverCents: number;
}

/**
 * The traits that a seed gives a company: from its row, scattered around what its volatility class
 * says.
 */
export function traitsOf(seed: number, row: UniverseRow): SymbolTraits {
  const key = streamKey(seed, row.symbol, STREAM_TRAITS);
  const baseCents = Math.round(row.basePriceUsd * CENTS);
  const beta = BETA[row.volatility] + 0.4 * (uniformAt(key, 0) - 0.5);
  const sectorLoading = 0.5 + 0.6 * uniformAt(key, 1);
  const sigma = IDIOSYNCRATIC_SIGMA[row.volatility] * (0.8 + 0.4 * uniformAt(key, 2));
  const common = beta * MARKET_SIGMA;
  const shared = sectorLoading * SECTOR_SIGMA;
  return {
    dailyKey: streamKey(seed, row.symbol, STREAM_DAILY),
    earningsKey: streamKey(seed, row.symbol, STREAM_EARNINGS),
    earningsPhase: Math.floor(uniformAt(key, 3) * QUARTER),
    beta,
    sectorLoading,
    sigma,
    totalSigma: Math.sqrt(sigma * sigma + common * common + shared * shared),
    baseCents,
    splitAboveCents: Math.min(
      SPLIT_ABOVE_LIMIT_CENTS,
      Math.max(SPLIT_ABOVE_LEAST_CENTS, Math.round(baseCents * (2.5 + 1.5 * uniformAt(key, 4)))),
    ),
    turnoverCents: baseCents * row.averageVolume,
  };
}
