import { spreadBps } from '../../bars/snapshot.ts';
import type { Quote } from '../../domain/market.ts';
import { micros, microsFromFloat, timesBps } from '../../domain/money.ts';
import type { EpochMs } from '../../domain/time.ts';

/** More than Micros can add to a spread by rounding, in basis points: of a price of one dollar, and of any price. */
const ROUNDING_BPS_USD = 0.03;
const ROUNDING_BPS = 0.001;

/** A quote around a price, half the spread to each side; null without a price. */
export function modelledQuote(
  reference: number,
  halfSpreadBps: number,
  asOf: EpochMs,
): Quote | null {
  if (!(reference > 0)) return null;
  const last = microsFromFloat(reference, 'halfEven');
  const half = timesBps(last, halfSpreadBps);
  return {
    bid: micros(last - half),
    ask: micros(last + half),
    last,
    at: asOf,
    kind: 'modelled',
  };
}

/**
 * Whether the modelled quote is wider than a limit. It need not be made where the configured spread and all that
 * rounding could add are within it.
 */
export function isModelledWider(
  reference: number,
  halfSpreadBps: number,
  maxSpreadBps: number,
): boolean {
  const widest = 2 * halfSpreadBps + ROUNDING_BPS_USD / reference + ROUNDING_BPS;
  if (widest <= maxSpreadBps) return false;
  const quote = modelledQuote(reference, halfSpreadBps, 0 as EpochMs);
  return quote !== null && spreadBps(quote) > maxSpreadBps;
}
