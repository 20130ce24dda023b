import { parseSymbol, type Symbol } from '../../domain/market.ts';
import { err, ok, type Result } from '../../domain/result.ts';

export const VOLATILITY_CLASSES = ['low', 'medium', 'high'] as const;
export type VolatilityClass = (typeof VOLATILITY_CLASSES)[number];

/** One invented company. */
export interface UniverseRow {
  readonly symbol: Symbol;
  readonly name: string;
  readonly sector: string;
  /** Price at the anchor, dollars; splits and reverse splits keep the price near it. */
  readonly basePriceUsd: number;
  readonly volatility: VolatilityClass;
  /** Typical shares a session at the base price. Their dollar value is what stays stable. */
  readonly averageVolume: number;
}

/** What is wrong with a line of a universe file; `line` counts from 1. */
export interface UniverseProblem {
  readonly line: number;
  readonly message: string;
}

export const UNIVERSE_HEADER = 'symbol,name,sector,base_price_usd,volatility,average_volume';

const PRICE_MIN = 5;
const PRICE_MAX = 1_000;
const VOLUME_MIN = 10_000;
const VOLUME_MAX = 1_000_000_000;

/**
 * Reads a universe file: lines starting with "#" are comments, then the header, then a company a
 * line. Strict: no quotes, no spaces around fields, no doubled symbol. Gives all rows, or all
 * problems.
 */
export function readUniverse(text: string): Result<UniverseRow[], readonly UniverseProblem[]> {
  const rows: UniverseRow[] = [];
  const problems: UniverseProblem[] = [];
  const lineOf = new Map<string, number>();
  let headerSeen = false;
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  lines.forEach((content, index) => {
    const line = index + 1;
    if (content === '' || content.startsWith('#')) return;
    if (!headerSeen) {
      headerSeen = true;
      if (content !== UNIVERSE_HEADER) {
        problems.push({ line, message: `the header must be "${UNIVERSE_HEADER}"` });
      }
      return;
    }
    const parsed = readRow(content);
    if (!parsed.ok) {
      problems.push(...parsed.error.map((message) => ({ line, message })));
      return;
    }
    const { symbol } = parsed.value;
    const first = lineOf.get(symbol);
    if (first !== undefined) {
      problems.push({ line, message: `symbol ${symbol} is already on line ${first}` });
      return;
    }
    lineOf.set(symbol, line);
    rows.push(parsed.value);
  });
  if (!headerSeen)
    problems.push({ line: 1, message: `the header "${UNIVERSE_HEADER}" is missing` });
  else if (rows.length === 0 && problems.length === 0) {
    problems.push({ line: lines.length, message: 'there is no company in the file' });
  }
  return problems.length > 0 ? err(problems) : ok(rows);
}

function readRow(content: string): Result<UniverseRow, string[]> {
  const fields = content.split(',');
  if (fields.length !== 6) return err([`a row has 6 fields, was ${fields.length}`]);
  const [symbolText, name, sector, priceText, volatilityText, volumeText] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const problems: string[] = [];
  const symbol = parseSymbol(symbolText);
  if (symbol === null) problems.push(`symbol was ${JSON.stringify(symbolText)}`);
  if (!isLabel(name)) problems.push(`name was ${JSON.stringify(name)}`);
  if (!isLabel(sector)) problems.push(`sector was ${JSON.stringify(sector)}`);
  const basePriceUsd = /^\d{1,4}(\.\d{1,2})?$/.test(priceText) ? Number(priceText) : Number.NaN;
  if (!(basePriceUsd >= PRICE_MIN && basePriceUsd <= PRICE_MAX)) {
    const rule = `must be ${PRICE_MIN} to ${PRICE_MAX} with at most two decimals`;
    problems.push(`base_price_usd ${rule}, was ${JSON.stringify(priceText)}`);
  }
  const volatility = VOLATILITY_CLASSES.find((known) => known === volatilityText);
  if (volatility === undefined) {
    const rule = `must be ${VOLATILITY_CLASSES.join(', ')}`;
    problems.push(`volatility ${rule}, was ${JSON.stringify(volatilityText)}`);
  }
  const averageVolume = /^\d{1,10}$/.test(volumeText) ? Number(volumeText) : Number.NaN;
  if (!(averageVolume >= VOLUME_MIN && averageVolume <= VOLUME_MAX)) {
    const rule = `must be whole, ${VOLUME_MIN} to ${VOLUME_MAX}`;
    problems.push(`average_volume ${rule}, was ${JSON.stringify(volumeText)}`);
  }
  if (symbol === null || volatility === undefined || problems.length > 0) return err(problems);
  return ok({ symbol, name, sector, basePriceUsd, volatility, averageVolume });
}

/**
 * Printable text without quotes that starts and ends with a letter, a digit or a closing bracket.
 */
const isLabel = (text: string): boolean =>
  /^[A-Za-z0-9]([A-Za-z0-9 &.()'-]{0,58}[A-Za-z0-9.)])?$/.test(text);

/**
 * The first `count` companies. Where the file has fewer, it is read again as further share classes:
 * ALTORA, then ALTORA.B, ALTORA.C, ... each with a path of its own. Symbols that have a class
 * already are not repeated.
 */
export function takeUniverse(rows: readonly UniverseRow[], count: number): UniverseRow[] {
  const taken = rows.slice(0, count);
  const known = new Set<string>(taken.map((row) => row.symbol));
  const plain = rows.filter((row) => /^[A-Z0-9]+$/.test(row.symbol));
  for (let round = 1; taken.length < count && plain.length > 0 && round <= 25; round++) {
    const letter = String.fromCharCode(65 + round);
    for (const row of plain) {
      if (taken.length >= count) break;
      const symbol = `${row.symbol}.${letter}` as Symbol;
      if (known.has(symbol)) continue;
      known.add(symbol);
      taken.push({ ...row, symbol, name: `${row.name} ${letter}` });
    }
  }
  return taken;
}
