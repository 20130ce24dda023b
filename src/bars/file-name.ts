/**
 * Names of bar files: `SYMBOL_TIMEFRAME.csv` or `.parquet`. A slash or a blank in a symbol is percent-encoded
 * ("BRK/B" is `BRK%2FB_1d.csv`), and so is the first letter where Windows would take the name for a device ("CON.A" is
 * `%43ON.A_1d.csv`). Reading is more generous: any percent-encoded letter is decoded, a plain `CON_1d.csv` is read too.
 */
import { parseSymbol, type Symbol, TIMEFRAMES, type Timeframe } from '../domain/market.ts';

export const BAR_FORMATS = ['csv', 'parquet'] as const;
export type BarFormat = (typeof BAR_FORMATS)[number];

export interface BarFileName {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  readonly format: BarFormat;
}

/** Device names of Windows, reserved whatever follows the first dot (learn.microsoft.com, "Naming Files"). */
const DEVICE = /^(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?![A-Z0-9])/;

const percent = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** The file name of a symbol's bars. */
export function barFileName({ symbol, timeframe, format }: BarFileName): string {
  const encoded = symbol.replace(/[/ ]/g, percent);
  const safe = DEVICE.test(encoded) ? percent(encoded.charAt(0)) + encoded.slice(1) : encoded;
  return `${safe}_${timeframe}.${format}`;
}

const NAME = new RegExp(`^(.+)_(${TIMEFRAMES.join('|')})\\.(${BAR_FORMATS.join('|')})$`, 's');

/** What a file name says it holds; null when it names no valid symbol and timeframe. */
export function parseBarFileName(name: string): BarFileName | null {
  const [, encoded, timeframe, format] = NAME.exec(name) ?? [];
  if (encoded === undefined) return null;
  const decoded = encoded.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const symbol = parseSymbol(decoded);
  if (symbol === null) return null;
  return { symbol, timeframe: timeframe as Timeframe, format: format as BarFormat };
}

/** True for the names that a bars folder's reader must account for: they look like bar files. */
export const looksLikeBarFile = (name: string): boolean =>
  !name.startsWith('.') && name !== 'actions.csv' && /\.(?:csv|parquet)$/i.test(name);
