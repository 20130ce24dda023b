/**
 * The layouts of bar files that other places hand out, told apart by their header, and how a row of each becomes a row
 * of ours. Numbers pass as the text they are: an import adds no rounding. What a layout cannot say for certain (the
 * zone of a wall time) is refused rather than guessed.
 */
import { parseSymbol, type Symbol, type Timeframe } from '../domain/market.ts';
import { BAR_HEADER } from './bar-file.ts';
import { isDecimal } from './decimal.ts';
import type { BadRowReason } from './rules.ts';

export const LAYOUTS = ['tradelabs', 'yahoo', 'stooq', 'kaggle'] as const;
export type Layout = (typeof LAYOUTS)[number];

const VALUES = ['open', 'high', 'low', 'close', 'volume'] as const;

/** What a field of a row is for us. `adjusted` and `other` are left behind. */
type Role = 'time' | 'clock' | 'symbol' | 'period' | 'adjusted' | 'other' | (typeof VALUES)[number];

/** One known header: whose it is, and the role of each field in order. */
export interface KnownHeader {
  readonly layout: Layout;
  readonly header: string;
  readonly roles: readonly Role[];
}

const HEADERS: readonly KnownHeader[] = [
  { layout: 'tradelabs', header: BAR_HEADER, roles: ['time', ...VALUES] },
  ...['Date', 'Datetime'].flatMap((time): KnownHeader[] => [
    {
      layout: 'yahoo',
      header: `${time},Open,High,Low,Close,Adj Close,Volume`,
      roles: ['time', 'open', 'high', 'low', 'close', 'adjusted', 'volume'],
    },
    { layout: 'yahoo', header: `${time},Open,High,Low,Close,Volume`, roles: ['time', ...VALUES] },
  ]),
  { layout: 'stooq', header: 'Date,Open,High,Low,Close,Volume', roles: ['time', ...VALUES] },
  {
    layout: 'stooq',
    header: '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>',
    roles: ['symbol', 'period', 'time', 'clock', ...VALUES, 'other'],
  },
  {
    layout: 'kaggle',
    header: 'date,open,high,low,close,volume,Name',
    roles: ['time', ...VALUES, 'symbol'],
  },
];

/** The headers of a layout, or of all of them, for messages. */
export const headersOf = (layout: Layout | 'auto'): string[] =>
  HEADERS.filter((known) => layout === 'auto' || known.layout === layout).map(
    ({ header }) => header,
  );

/** The known header that a first line is, or null; the names are compared without regard to case. */
export function knownHeader(
  fields: readonly string[],
  layout: Layout | 'auto',
): KnownHeader | null {
  const text = fields.join(',').toLowerCase();
  const fits = ({ layout: own, header }: KnownHeader) =>
    header.toLowerCase() === text && (layout === 'auto' || own === layout);
  return HEADERS.find(fits) ?? null;
}

/** A foreign row as the text of ours, and the symbol it names where the layout has one. */
export interface ForeignRow {
  readonly symbol: Symbol | null;
  readonly line: string;
}

/** A row of a known layout as one of ours, or why it cannot be; the values are judged later, by the common rules. */
export function convertRow(
  { layout, roles }: KnownHeader,
  fields: readonly string[],
  timeframe: Timeframe,
): ForeignRow | BadRowReason {
  if (fields.length !== roles.length) return 'field_count';
  const field = (role: Role): string | undefined => fields[roles.indexOf(role)];
  const symbol = roles.includes('symbol') ? symbolIn(layout, field('symbol') ?? '') : null;
  if (symbol === null && roles.includes('symbol')) return 'not_a_symbol';
  const time = timeIn(layout, field('time') ?? '', timeframe, field('period'), field('clock'));
  if (time === null) return 'not_a_time';
  const values = VALUES.map((role) => field(role) ?? '');
  if (!values.every(isDecimal)) return 'not_a_number';
  return { symbol, line: [time, ...values].join(',') };
}

/** Stooq writes US listings as "AAPL.US"; other markets are not ours. */
function symbolIn(layout: Layout, text: string): Symbol | null {
  if (layout !== 'stooq') return parseSymbol(text);
  return text.endsWith('.US') ? parseSymbol(text.slice(0, -'.US'.length)) : null;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** yfinance: "2025-06-04 09:30:00-04:00"; daily bars stand at New York's midnight. */
const YAHOO_INSTANT = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})([+-]\d{2}:\d{2})$/;
const STOOQ_DATE = /^(\d{4})(\d{2})(\d{2})$/;

/** The time field as ours, or null when the layout's rules do not give one for this timeframe. */
function timeIn(
  layout: Layout,
  text: string,
  timeframe: Timeframe,
  period: string | undefined,
  clock: string | undefined,
): string | null {
  // Whatever it is, it passes as it stands and is judged by our own rules; only separators must not hide in it.
  if (layout === 'tradelabs') return /^[0-9T:.Z+-]+$/.test(text) ? text : null;
  if (layout === 'yahoo') {
    const [, date, wall, zone] = YAHOO_INSTANT.exec(text) ?? [];
    if (timeframe !== '1d') return date === undefined ? null : `${date}T${wall}${zone}`;
    if (date !== undefined) return wall === '00:00:00' ? date : null;
  }
  // Stooq's and Kaggle's wall times carry no zone.
  if (timeframe !== '1d' || (period ?? 'D') !== 'D' || Number(clock ?? '0') !== 0) return null;
  const compact = STOOQ_DATE.exec(text);
  if (layout === 'stooq' && compact !== null) return compact.slice(1).join('-');
  return DATE.test(text) ? text : null;
}

/** The symbol in the name of a file that holds one symbol: "BRK-B.csv", or as Stooq says it, "aapl_us_d.csv". */
export function symbolInFileName(name: string): Symbol | null {
  const base = name.replace(/\.(?:csv|txt)$/i, '');
  const stooq = /^(.+?)(?:_us_d|\.us)$/.exec(base)?.[1];
  return stooq === undefined ? parseSymbol(base) : parseSymbol(stooq.toUpperCase());
}
