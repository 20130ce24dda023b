import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { historyFolder, journalFolder } from '../adapters/file/history-folders.ts';
import { readHistory } from '../adapters/file/history-reader.ts';
import { BarMarketData } from '../adapters/recorded/bar-market-data.ts';
import { type SeenMarket, seenOf } from '../bars/seen.ts';
import { sessionOf } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import { DAY_MS, dateToUtcMs, parseSessionDate, type SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { HistoryReader } from '../ports/history.ts';
import type { Recordings } from '../ports/recordings.ts';
import { compareSides, type Parity } from '../reporting/parity.ts';
import { ParityFold, type ParityRun, type ParitySide } from '../reporting/parity-side.ts';
import { openSource, recordingsOf } from './compose.ts';
import { all } from './records.ts';
import { universeOf } from './universe-file.ts';

/** Two of a run, a session, a run folder and a home, to be compared. */
export interface ParityRequest {
  readonly home: string;
  readonly cwd: string;
  readonly loaded: LoadedConfig;
  readonly a: string;
  readonly b: string;
  /** Bars that a run without a recording saw, instead of the configured ones. */
  readonly dataDir?: string;
}

export interface ParityReport extends Parity {
  readonly warnings: readonly string[];
}

/** What a text named: a history, and which part of it. */
interface Named {
  readonly label: string;
  readonly reader: HistoryReader;
  /** Where its runs left what they saw; null for a run folder, which keeps none. */
  readonly recordings: Recordings | null;
  readonly session: SessionDate | null;
  /** The only run that is meant; null for all. */
  readonly run: { readonly runId: string; readonly slot: string } | null;
}

/** Compares two sides; throws RECORD_UNKNOWN for one that nobody knows, or that has no scan in common. */
export async function compareParity(request: ParityRequest): Promise<ParityReport> {
  const [a, b] = [await named(request, request.a), await named(request, request.b)];
  const single = a.run !== null && b.run !== null;
  const [sideA, sideB] = [await sideOf(a, b), await sideOf(b, a)];
  for (const side of [sideA, sideB]) {
    if (side.runs.length > 0) continue;
    throw new Failure('RECORD_UNKNOWN', `${side.label} has no scan to compare`, {
      hint: 'trade-labs runs lists the runs of a home; a run folder is named by its path',
    });
  }
  const warnings: string[] = [];
  const seenBy = seenByOf(request, { a, b }, warnings);
  return { ...(await compareSides(sideA, sideB, { single, seenBy })), warnings };
}

async function named(request: ParityRequest, text: string): Promise<Named> {
  const { home, cwd } = request;
  const reader = readHistory(historyFolder(home));
  const recordings = recordingsOf(home);
  const session = parseSessionDate(text);
  if (session !== null) return { label: text, reader, recordings, session, run: null };
  const places = [resolve(cwd, text), resolve(home, text), join(home, 'data', 'backtests', text)];
  const folder = places.find(existsSync);
  if (folder !== undefined && existsSync(journalFolder(folder))) {
    const whole = { session: null, run: null };
    return { label: text, reader: readHistory(folder), recordings: null, ...whole };
  }
  if (folder !== undefined && existsSync(journalFolder(historyFolder(folder)))) {
    const other = { reader: readHistory(historyFolder(folder)), recordings: recordingsOf(folder) };
    return { label: text, ...other, session: null, run: null };
  }
  const [run] = await all(reader.runs({ runId: text }));
  if (run === undefined) {
    throw new Failure('RECORD_UNKNOWN', `${text} is no run, session, run folder or home`, {
      hint: 'compare a session with its backtest: trade-labs parity 2026-03-05 data/backtests/ID',
    });
  }
  return { label: text, reader, recordings, session: run.session as SessionDate, run };
}

/** What was named; one run or session is held against its counterpart alone. */
async function sideOf(own: Named, other: Named): Promise<ParitySide> {
  const { label, reader } = own;
  const session = own.session ?? other.session;
  const fold = new ParityFold();
  const until = session === null ? Number.POSITIVE_INFINITY : dateToUtcMs(session) + 2 * DAY_MS;
  for await (const event of reader.events(await startOf(reader, session))) {
    if (event.at > until) break;
    fold.hear(event);
  }
  const asked = session === null ? {} : { since: session, until: session };
  const trades: TradeRecord[] = await all(reader.trades(asked));
  const { runs, ...side } = fold.side(label, trades);
  return { ...side, runs: meantOf(runs, own, other, session) };
}

/** The run that is named; else those of the session, or the counterpart of the run that the other side names. */
function meantOf(
  runs: readonly ParityRun[],
  own: Named,
  other: Named,
  session: SessionDate | null,
): readonly ParityRun[] {
  if (own.run !== null) return runs.filter(({ runId }) => runId === own.run?.runId);
  const ofSession = runs.filter((run) => session === null || run.session === session);
  if (other.run === null) return ofSession;
  const alike = ofSession.filter(({ slot }) => slot === other.run?.slot);
  const same = alike.filter(({ runId }) => runId === other.run?.runId);
  return same.length > 0 ? same : alike;
}

/** Where reading begins: at the mark before the first run of a session; at the start for all of them. */
async function startOf(
  reader: HistoryReader,
  session: SessionDate | null,
): Promise<{ readonly fromSeq?: number }> {
  if (session === null) return {};
  const runs = await all(reader.runs({ since: session, until: session }));
  const first = runs.find(({ job }) => job === 'scan');
  if (first === undefined) return {};
  for await (const { seq } of reader.events({ runId: first.runId })) {
    return { fromSeq: Math.max(1, seq - MARK_BEFORE) };
  }
  return {};
}

/** A run's mark stands within so many events before its beginning. */
const MARK_BEFORE = 8;

/** What runs saw: by their recordings, and for a run of the past that is held against one, by its bars. */
function seenByOf(
  request: ParityRequest,
  sides: Readonly<Record<'a' | 'b', Named>>,
  warnings: string[],
): (run: ParityRun, side: 'a' | 'b') => Promise<SeenMarket | null> {
  const bars = barsOf(request);
  const refused = new Set<string>();
  const warn = (text: string): void => {
    if (!refused.has(text)) warnings.push(text);
    refused.add(text);
  };
  return async (run, side) => {
    const { recordings } = sides[side];
    if (recordings === null) {
      const other = sides[side === 'a' ? 'b' : 'a'];
      return other.recordings === null ? null : bars(run, warn);
    }
    const name = recordings.list(run.session).find(({ runId }) => runId === run.runId);
    if (name === undefined) return null;
    const read = await recordings.read(name);
    if (!read.ok) warn(`${read.error.file}: ${read.error.reason}`);
    return read.ok ? read.value.market : null;
  };
}

/** The bars of a source at a run's instant, where they are the ones that it saw by their name. */
function barsOf(request: ParityRequest) {
  const { loaded, home, dataDir } = request;
  let opened: { readonly label: string; readonly data: BarMarketData } | null = null;
  return async (run: ParityRun, warn: (text: string) => void): Promise<SeenMarket | null> => {
    const { config } = loaded;
    if (opened === null) {
      const source = openSource(request);
      const { halfSpreadBps } = config.costs;
      opened = { label: source.label, data: new BarMarketData(source, { halfSpreadBps }) };
    }
    if (dataDir === undefined && run.dataLabel !== opened.label) {
      warn(`${run.dataLabel ?? 'its data'} is not ${opened.label}: name its bars with --data`);
      return null;
    }
    const session = sessionOf(run.session);
    if (session === null) return null;
    const universe = universeOf(config, home);
    const snapshot = await opened.data.snapshot({
      asOf: run.asOf,
      session,
      ...(universe === null ? {} : { symbols: universe }),
      todayOpen: false,
      relativeVolume: false,
    });
    return seenOf(snapshot);
  };
}
