import type { SeenMarket } from '../../bars/seen.ts';
import type { Quote, QuoteKind, Symbol } from '../../domain/market.ts';
import type { Micros } from '../../domain/money.ts';
import { assert } from '../../domain/result.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Recording } from '../../ports/recordings.ts';
import { columnBytes, columnFrom } from './column-bytes.ts';
import { type BarsPlace, barsFrom } from './recording-bars.ts';

/** The version of a recording's file. Raised when a reader of the one before could not make sense of it. */
const RECORDING_FORMAT = 1;

/**
 * A quote in the order bid, ask, last, at, kind; amounts are micros. A live one goes on with whether its symbol has
 * opened, and is halted.
 */
type QuoteCells =
  | readonly [number, number, number, number, QuoteKind]
  | readonly [number, number, number, number, QuoteKind, boolean, boolean];

/** A series by the digest of its bars. */
export interface SeriesCells {
  readonly symbol: string;
  readonly sector: string;
  readonly bars: number;
  readonly digest: string;
  /** Index into the file's packs, and the first byte within. */
  readonly pack: number;
  readonly at: number;
}

/** The content of a recording's file but for the bars, which are shared by the runs of a session. */
export interface RecordingText extends Pick<Recording, 'run' | 'state' | 'decided'> {
  readonly format: number;
  readonly market: Omit<
    SeenMarket,
    'series' | 'reference' | 'todayOpen' | 'relativeVolume' | 'quotes'
  > & {
    /** Columns in base64: they hold numbers that JSON does not have. */
    readonly reference: string;
    readonly todayOpen: string | null;
    readonly relativeVolume: string | null;
    readonly quotes: readonly (QuoteCells | null)[];
    readonly series: readonly SeriesCells[];
  };
  readonly packs: readonly { readonly file: string; readonly sha256: string }[];
}

const PARTS = [
  'run',
  'state',
  'decided',
  'market',
  'packs',
] as const satisfies readonly (keyof RecordingText)[];

/** Why a file whose sum is right is none that this version reads; null where it is one. */
export function unreadableBecause(content: unknown): string | null {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return 'is no recording';
  }
  const text: Partial<RecordingText> = content;
  if (text.format !== RECORDING_FORMAT) {
    return `is of format ${String(text.format)}, this version reads ${RECORDING_FORMAT}`;
  }
  const missing = PARTS.find((part) => typeof text[part] !== 'object' || text[part] === null);
  if (missing !== undefined) return `is no recording: it has no ${missing}`;
  const packs: readonly unknown[] = Array.isArray(text.packs) ? text.packs : [null];
  return packs.every(isPack) ? null : 'names bars in a file that is none of its session';
}

/** A recording may come from somebody else: what it names must not lead out of its folder. */
const PACK_FILE = /^bars-[0-9a-f]{16}\.gz$/;

function isPack(value: unknown): boolean {
  const { file, sha256 } = (value ?? {}) as { file?: unknown; sha256?: unknown };
  return typeof file === 'string' && PACK_FILE.test(file) && typeof sha256 === 'string';
}

/** A recording as its file says it; `digests` and their places come from the session's bars. */
export function recordingText(
  { run, state, decided, market }: Recording,
  digests: readonly string[],
  placeOf: (digest: string) => BarsPlace | undefined,
  hashOf: (pack: string) => string,
): RecordingText {
  const packs: string[] = [];
  const series = market.series.map(({ symbol, sector, visible }, i): SeriesCells => {
    const digest = digests[i] ?? '';
    const place = placeOf(digest);
    assert(place !== undefined, 'bars are written before the recording that names them');
    if (!packs.includes(place.pack)) packs.push(place.pack);
    const pack = packs.indexOf(place.pack);
    return { symbol, sector, bars: visible, digest, pack, at: place.at };
  });
  const { asOf, session, pricedToday, noPrice, label, synthetic, warnings } = market;
  return {
    format: RECORDING_FORMAT,
    run,
    state,
    decided,
    market: {
      asOf,
      session,
      pricedToday,
      noPrice,
      label,
      synthetic,
      warnings,
      ...(market.liveQuotes === undefined ? {} : { liveQuotes: market.liveQuotes }),
      reference: packed(market.reference),
      todayOpen: market.todayOpen === null ? null : packed(market.todayOpen),
      relativeVolume: market.relativeVolume === null ? null : packed(market.relativeVolume),
      quotes: market.quotes.map(quoteCells),
      series,
    },
    packs: packs.map((file) => ({ file, sha256: hashOf(file) })),
  };
}

/** The recording that a file tells of, with the contents of its packs of bars. */
export function recordingFrom(text: RecordingText, packs: readonly Uint8Array[]): Recording {
  const { run, state, decided, market } = text;
  const count = market.series.length;
  const series = market.series.map(({ symbol, sector, bars, pack, at }) => {
    const content = packs[pack];
    assert(content !== undefined, 'every series names one of the packs');
    return {
      symbol: symbol as Symbol,
      sector,
      columns: barsFrom(content, at, bars),
      visible: bars,
    };
  });
  return {
    run,
    state,
    decided,
    market: {
      ...market,
      series,
      reference: unpacked(market.reference, count),
      todayOpen: market.todayOpen === null ? null : unpacked(market.todayOpen, count),
      relativeVolume:
        market.relativeVolume === null ? null : unpacked(market.relativeVolume, count),
      quotes: market.quotes.map(quoteFrom),
    },
  };
}

const packed = (column: Float64Array): string =>
  Buffer.from(columnBytes(column)).toString('base64');

const unpacked = (text: string, count: number): Float64Array =>
  columnFrom(Buffer.from(text, 'base64'), 0, count).column;

function quoteCells(quote: Quote | null): QuoteCells | null {
  if (quote === null) return null;
  const { bid, ask, last, at, kind, hasOpened, halted } = quote;
  if (hasOpened === undefined || halted === undefined) return [bid, ask, last, at, kind];
  return [bid, ask, last, at, kind, hasOpened, halted];
}

function quoteFrom(cells: QuoteCells | null): Quote | null {
  if (cells === null) return null;
  const [bid, ask, last, at, kind, hasOpened, halted] = cells;
  return {
    bid: bid as Micros,
    ask: ask as Micros,
    last: last as Micros,
    at: at as EpochMs,
    kind,
    ...(hasOpened === undefined ? {} : { hasOpened }),
    ...(halted === undefined ? {} : { halted }),
  };
}
