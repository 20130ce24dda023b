import { subtract, timesFraction, ZERO } from '../domain/money.ts';
import { cap } from './cap.ts';
import type { Guard } from './guards.ts';

/**
 * Net exposure: the signed sum of positions and working entries stays within `risk.maxNetFraction` of equity. While
 * everything is bought, it is the gross exposure under a limit of its own.
 */
const netExposure: Guard = (input) => {
  const { netLeft } = input.budget;
  return netLeft === null ? null : cap(input, 'NET_EXPOSURE', netLeft, input.intent.limitPrice);
};

/**
 * Sector: positions and working entries of one sector stay within `risk.maxSectorFraction` of equity. Symbols whose
 * sector is not stated share the sector UNKNOWN, under the same limit.
 */
const sectorExposure: Guard = (input) => {
  const { budget, limits, sector, intent } = input;
  if (limits.maxSectorFraction === undefined) return null;
  const limit = timesFraction(budget.equity, limits.maxSectorFraction, 'floor');
  const left = subtract(limit, budget.sectors.get(sector) ?? ZERO);
  return cap(input, 'SECTOR_EXPOSURE', left, intent.limitPrice);
};

/**
 * Correlation: daily returns correlate at most `risk.maxCorrelation` with those of any symbol that is held, working or
 * approved before it in this run. What cannot be computed counts as 1.
 */
const correlation: Guard = ({ budget, intent, limits, correlationWith }) => {
  const limit = limits.maxCorrelation;
  if (limit === undefined) return null;
  let value = -1;
  for (const symbol of budget.taken.list()) {
    if (symbol !== intent.symbol) value = Math.max(value, correlationWith(symbol));
  }
  return value > limit ? { code: 'CORRELATION', allowed: 0, limit, value } : null;
};

/** How much of the account may hang on the same thing. */
export const CONCENTRATION_GUARDS: readonly Guard[] = [netExposure, sectorExposure, correlation];
