import { z } from 'zod';
import { parseSymbol, type Symbol } from '../domain/market.ts';
import { MAX_MICROS, type Micros, toUsd, usd } from '../domain/money.ts';
import {
  type EpochMs,
  isoUtc,
  parseInstant,
  parseSessionDate,
  type SessionDate,
} from '../domain/time.ts';

/** Money and prices: Micros inside, dollars with at most six decimals as a JSON number in files. */
export const moneyCodec = z.codec(
  z
    .number()
    .min(-MAX_MICROS / 1e6)
    .max(MAX_MICROS / 1e6),
  z.custom<Micros>(Number.isSafeInteger),
  { decode: (dollars) => usd(dollars), encode: (amount) => toUsd(amount) },
);

/**
 * JSON as it was read, or as it will be written: megabytes of it, in which there is nothing to find that whoever takes
 * it over does not look for.
 */
export const jsonAsIs = z.custom<z.core.util.JSONType>((value) =>
  typeof value === 'number' ? Number.isFinite(value) : value !== undefined,
);

/** Instants: EpochMs inside, ISO 8601 UTC in files. */
export const instantCodec = z.codec(z.iso.datetime(), z.custom<EpochMs>(Number.isSafeInteger), {
  decode: (text, context) => {
    const at = parseInstant(text);
    if (at !== null) return at;
    context.issues.push({ code: 'custom', message: 'not an instant', input: text });
    return z.NEVER;
  },
  encode: (at) => isoUtc(at),
});

/** A New York trading date. */
export const sessionSchema = z.custom<SessionDate>(
  (value) => typeof value === 'string' && parseSessionDate(value) !== null,
  'must be a date YYYY-MM-DD',
);

export const symbolSchema = z.custom<Symbol>(
  (value) => typeof value === 'string' && parseSymbol(value) !== null,
  'must be a symbol such as AAPL or BRK.B',
);
