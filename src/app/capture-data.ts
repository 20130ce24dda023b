import { join } from 'node:path';
import { type CapturedQuote, CaptureFolder } from '../adapters/file/capture-folder.ts';
import { BarMarketData } from '../adapters/recorded/bar-market-data.ts';
import { giveWay } from '../adapters/system/give-way.ts';
import { lastSessionClosedBy, sessionsBetween } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import {
  type BarColumns,
  barAt,
  columnsFromBars,
  lowerBound,
  type Symbol,
  sliceColumns,
} from '../domain/market.ts';
import { assertExists } from '../domain/result.ts';
import {
  DAY_MS,
  dateToUtcMs,
  type EpochMs,
  epochMs,
  type Session,
  type SessionDate,
} from '../domain/time.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { Recordings } from '../ports/recordings.ts';
import { openSource, recordingsOf } from './compose.ts';
import { keptSource } from './kept-bars.ts';

/** Which sessions of the configured market are written down, and where. */
export interface CaptureRequest {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly now: EpochMs;
  /** All of the market where absent. */
  readonly symbols?: readonly Symbol[];
  /** Both included; the last session that has closed where absent. */
  readonly from?: SessionDate;
  readonly to?: SessionDate;
  /** Between two looks at the quotes. */
  readonly everyMs: number;
  /** Where to, instead of data/captures/FROM_TO of the home. */
  readonly out?: string;
  readonly onSession?: (done: number, total: number, session: SessionDate) => void;
  /** Ends the capture after the session it is at. */
  readonly interrupt?: AbortSignal;
}

/** What was written down. */
export interface Capture {
  readonly dir: string;
  readonly label: string;
  readonly adjustment: BarSource['adjustment'];
  readonly sessions: readonly SessionDate[];
  readonly symbols: number;
  readonly dailyBars: number;
  readonly intraday: BarSource['intraday'];
  readonly intradayBars: number;
  readonly quotes: number;
  /** Symbols whose bar of the last session is not there. */
  readonly lacking: readonly Symbol[];
  /** What of the source could not be had. */
  readonly warnings: readonly string[];
  /** Whether quotes were made from bars: they tell nothing of real spreads then. */
  readonly modelledQuotes: boolean;
  /** False where it was stopped before the last session: the folder has no meta.json then. */
  readonly complete: boolean;
}

/**
 * Writes sessions of the configured market into a bars folder of its own, to be played and decided on later. Asks no
 * broker: in modes paper and live it writes the daily bars that this home has kept of it, and the quotes of its
 * recordings.
 */
export async function captureData(request: CaptureRequest): Promise<Capture> {
  const { home, loaded } = request;
  const sessions = sessionsOf(request);
  const [first, last] = [sessions[0], sessions.at(-1)];
  const isOwn = loaded.config.mode === 'sim';
  const source = isOwn ? openSource({ home, loaded }) : keptSource(request);
  const symbols = wantedOf(source, request.symbols);
  const span = `${first?.date}_${last?.date}`;
  const folder = new CaptureFolder(request.out ?? join(home, 'data', 'captures', span));
  const until = assertExists(last, 'a capture has sessions');
  await source.prepare(until, symbols);
  const damaged: string[] = [];
  const quotesOf = isOwn
    ? looksAt(request, source, symbols, until)
    : recordedQuotes(recordingsOf(home), symbols, damaged);
  const parts = { ...request, sessions, source, quotesOf, symbols, folder };
  const capture = await captureSessions(parts);
  return { ...capture, warnings: [...source.warnings, ...damaged] };
}

function sessionsOf({ from, to, now }: CaptureRequest): readonly Session[] {
  const closed = lastSessionClosedBy(now);
  const [begin, end] = [from ?? to ?? closed.date, to ?? from ?? closed.date];
  const sessions = begin > end ? [] : sessionsBetween(begin, end);
  const last = sessions.at(-1);
  if (last === undefined) {
    throw new Failure('NOT_A_SESSION', `no session from ${begin} to ${end}`, {
      hint: 'look at the sessions: trade-labs calendar',
    });
  }
  if (last.date > closed.date) {
    throw new Failure('INPUT_INVALID', `${last.date} has not closed yet`, {
      hint: `the last session that has is ${closed.date}`,
    });
  }
  return sessions;
}

function wantedOf(source: BarSource, asked?: readonly Symbol[]): readonly Symbol[] {
  if (asked === undefined) return source.symbols;
  const known = new Set(source.symbols);
  const unknown = asked.filter((symbol) => !known.has(symbol));
  if (unknown.length === 0) return [...new Set(asked)].sort();
  throw new Failure('INPUT_INVALID', `no data of ${unknown.join(', ')}`, {
    details: [`looked in: ${source.label}`],
    hint: `it has, among others: ${source.symbols.slice(0, 5).join(', ')}`,
  });
}

/** What a capture reads from and writes to. */
interface CaptureParts extends Pick<CaptureRequest, 'onSession' | 'interrupt'> {
  readonly sessions: readonly Session[];
  readonly symbols: readonly Symbol[];
  readonly source: BarSource;
  /** Every quote of a session that is known. */
  readonly quotesOf: (session: Session) => Promise<readonly CapturedQuote[]>;
  readonly folder: CaptureFolder;
}

/** Captures session after session: first the quotes and intraday bars of each, then the daily bars up to the last. */
async function captureSessions(parts: CaptureParts): Promise<Omit<Capture, 'warnings'>> {
  const { sessions, symbols, source, folder } = parts;
  const intraday = new Map<Symbol, BarColumns[]>(symbols.map((symbol) => [symbol, []]));
  const done: Session[] = [];
  let quotes = 0;
  let modelledQuotes = false;
  for (const session of sessions) {
    if (parts.interrupt?.aborted) break;
    await source.prepare(session, symbols);
    const seen = await parts.quotesOf(session);
    if (seen.length > 0) folder.writeQuotes(session.date, seen);
    quotes += seen.length;
    modelledQuotes ||= seen.some(({ quote }) => quote.kind === 'modelled');
    for (const symbol of symbols) {
      const bars = source.session(symbol, session.date);
      if (bars !== null && bars.length > 0) intraday.get(symbol)?.push(bars);
    }
    done.push(session);
    parts.onSession?.(done.length, sessions.length, session.date);
    // Nothing above waits for the machine: a Ctrl-C would not be heard before the end.
    await giveWay();
  }
  const written = await writeBars(parts, intraday, done.at(-1));
  const complete = done.length === sessions.length;
  if (complete) {
    const span = `${sessions[0]?.date} to ${sessions.at(-1)?.date}`;
    folder.writeMeta(source.adjustment, `${source.label}, captured ${span}`);
  }
  return {
    dir: folder.dir,
    label: source.label,
    adjustment: source.adjustment,
    sessions: done.map(({ date }) => date),
    symbols: symbols.length,
    intraday: source.intraday,
    quotes,
    lacking: lackingOf(parts, done.at(-1)),
    modelledQuotes,
    complete,
    ...written,
  };
}

/** Every quote of a session that has one, looked at in steps from the open; none where there are daily bars only. */
function looksAt(
  { loaded, everyMs }: CaptureRequest,
  source: BarSource,
  symbols: readonly Symbol[],
  until: Session,
): CaptureParts['quotesOf'] {
  const { halfSpreadBps } = loaded.config.costs;
  const market = new BarMarketData(source, { halfSpreadBps, until });
  return async (session) => {
    const found: CapturedQuote[] = [];
    if (source.intraday === null) return found;
    for (let at = session.openAt + everyMs; at < session.closeAt; at += everyMs) {
      const asOf = epochMs(at);
      const look = { asOf, session, symbols, todayOpen: false, relativeVolume: false };
      const snapshot = await market.snapshot(look);
      if (!snapshot.pricedToday) continue;
      snapshot.series.forEach(({ symbol }, i) => {
        const quote = snapshot.quote(i);
        if (quote !== null) found.push({ symbol, seenAt: asOf, quote });
      });
    }
    return found;
  };
}

/** The quotes that the runs of a session decided on. A recording that cannot be believed has none, and is told of. */
const recordedQuotes =
  (
    recordings: Recordings,
    symbols: readonly Symbol[],
    damaged: string[],
  ): CaptureParts['quotesOf'] =>
  async ({ date }) => {
    const wanted = new Set(symbols);
    const found: CapturedQuote[] = [];
    for (const name of recordings.list(date)) {
      const read = await recordings.read(name);
      if (!read.ok) {
        damaged.push(`no quotes of ${read.error.file}: ${read.error.reason}`);
        continue;
      }
      const { asOf, series, quotes } = read.value.market;
      series.forEach(({ symbol }, i) => {
        const quote = quotes[i] ?? null;
        if (quote !== null && wanted.has(symbol)) found.push({ symbol, seenAt: asOf, quote });
      });
    }
    return found;
  };

/** Daily bars up to the last captured session, with actions and sectors; nothing of what came after. */
async function writeBars(
  { symbols, source, folder }: CaptureParts,
  intraday: ReadonlyMap<Symbol, readonly BarColumns[]>,
  last: Session | undefined,
): Promise<Pick<Capture, 'dailyBars' | 'intradayBars'>> {
  let [dailyBars, intradayBars] = [0, 0];
  if (last === undefined) return { dailyBars, intradayBars };
  const end = dateToUtcMs(last.date) + DAY_MS;
  for (const symbol of symbols) {
    const raw = source.daily(symbol);
    const daily = sliceColumns(raw, 0, lowerBound(raw.time, end));
    if (daily.length > 0) folder.writeBars(symbol, '1d', daily);
    dailyBars += daily.length;
    const bars = joined(intraday.get(symbol) ?? []);
    if (source.intraday !== null && bars.length > 0) {
      folder.writeBars(symbol, source.intraday, bars);
    }
    intradayBars += bars.length;
    await giveWay();
  }
  const known = symbols.flatMap((symbol) => source.actions(symbol));
  folder.writeActions(known.filter(({ exDate }) => exDate <= last.date));
  folder.writeSectors(new Map(symbols.map((symbol) => [symbol, source.sectorOf(symbol)])));
  return { dailyBars, intradayBars };
}

function lackingOf({ source, symbols }: CaptureParts, last: Session | undefined): Symbol[] {
  if (last === undefined) return [];
  const day = dateToUtcMs(last.date);
  return symbols.filter((symbol) => {
    const { time } = source.daily(symbol);
    return time[lowerBound(time, day)] !== day;
  });
}

const joined = (parts: readonly BarColumns[]): BarColumns =>
  columnsFromBars(
    parts.flatMap((bars) => Array.from({ length: bars.length }, (_, i) => barAt(bars, i))),
  );
