import { toUsd, usd } from '../domain/money.ts';
import type { Guard } from './guards.ts';

/** Restricted list: nothing on `scan.deny` is entered, and nothing beside `scan.allow` where that names symbols. */
const restricted: Guard = ({ intent: { symbol }, scan: { allow, deny } }) =>
  deny.includes(symbol) || (allow.length > 0 && !allow.includes(symbol))
    ? { code: 'RESTRICTED', allowed: 0, limit: null, value: null }
    : null;

/** Least price: a stock below `scan.minPriceUsd`, by its reference price, is not entered. */
const minPrice: Guard = ({ intent: { referencePrice }, scan: { minPriceUsd } }) =>
  referencePrice >= usd(minPriceUsd)
    ? null
    : { code: 'MIN_PRICE', allowed: 0, limit: minPriceUsd, value: toUsd(referencePrice) };

/** Least score: candidates below `risk.minScore` are not entered, however few are above it. */
const minScore: Guard = ({ score, limits: { minScore: least } }) =>
  least === undefined || score >= least
    ? null
    : { code: 'MIN_SCORE', allowed: 0, limit: least, value: score };

/** Volatility band: ATR14 over the reference price lies from `risk.minAtrFraction` to `risk.maxAtrFraction`. */
const volatilityBand: Guard = ({ intent, limits: { minAtrFraction, maxAtrFraction } }) => {
  const value = intent.atr / intent.referencePrice;
  const limit =
    minAtrFraction !== undefined && !(value >= minAtrFraction)
      ? minAtrFraction
      : maxAtrFraction !== undefined && !(value <= maxAtrFraction)
        ? maxAtrFraction
        : null;
  return limit === null ? null : { code: 'VOLATILITY_BAND', allowed: 0, limit, value };
};

/** Cooldown: a symbol left by a stop, or at all, so few sessions ago that it is cooling down is not entered again. */
const coolingDown: Guard = ({ intent, state }) =>
  state.coolingDown.includes(intent.symbol)
    ? { code: 'COOLING_DOWN', allowed: 0, limit: null, value: null }
    : null;

/** What may be traded at all: the lists, the price, the score, how far it moves, and whether it was left of late. */
export const SYMBOL_GUARDS: readonly Guard[] = [
  restricted,
  minPrice,
  minScore,
  volatilityBand,
  coolingDown,
];
