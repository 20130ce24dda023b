import { createHash } from 'node:crypto';
import { nyseGrid } from '../bars/nyse-grid.ts';
import { ordinalOf, sessionsBetween } from '../calendar/nyse.ts';
import { Failure } from '../domain/failure.ts';
import { type BarColumns, lowerBound, type Symbol } from '../domain/market.ts';
import { assertExists } from '../domain/result.ts';
import { dateToUtcMs, type Session, type SessionDate } from '../domain/time.ts';
import type { BarSource } from '../ports/bar-source.ts';

/** The sessions a backtest plays, and what its bars are. */
export interface BacktestRange {
  /** From the first to the last session of the range in which any symbol has a bar. */
  readonly sessions: readonly Session[];
  /** Symbols of the universe. */
  readonly symbols: readonly Symbol[];
  /** Daily bars of the universe in these sessions, and intraday ones where they were recorded. */
  readonly bars: number;
  /** SHA-256 over every bar of the universe up to the last session, and its corporate actions. */
  readonly dataHash: string;
  /** What is unlike what was asked for: a shorter range, symbols without bars in it, gaps. */
  readonly warnings: readonly string[];
}

/** Sessions in a row without any bar that are told as a gap. */
const GAP_SESSIONS = 5;
const NAMED = 10;

/**
 * What of a range of dates can be played. Loads the bars. Throws NOT_A_SESSION where the range has no session,
 * INPUT_INVALID where no symbol of the universe has a bar in it.
 */
export async function backtestRange(
  source: BarSource,
  from: SessionDate,
  to: SessionDate,
  universe: readonly Symbol[] | null,
): Promise<BacktestRange> {
  const wanted = sessionsIn(from, to);
  const known = new Set(source.symbols);
  const symbols = (universe ?? source.symbols).filter((symbol) => known.has(symbol));
  await source.prepare(assertExists(wanted.at(-1), 'a range has sessions'), source.symbols);
  const first = ordinalOf(assertExists(wanted[0], 'a range has sessions').date);
  const present = new Uint8Array(wanted.length);
  const without: Symbol[] = [];
  for (const symbol of symbols) {
    if (!markSessions(source.daily(symbol), present, first, wanted)) without.push(symbol);
  }
  const start = present.indexOf(1);
  if (start < 0) throw nothingBetween(source, symbols, from, to);
  const end = present.lastIndexOf(1);
  const sessions = wanted.slice(start, end + 1);
  let hash: string | undefined;
  return {
    sessions,
    symbols,
    bars: barsIn(source, symbols, sessions),
    get dataHash() {
      // Every byte of the bars: only for whoever asks.
      hash ??= dataHash(source, symbols, sessions);
      return hash;
    },
    warnings: [
      ...shortened(wanted, sessions),
      ...withoutBars(without, symbols.length),
      ...gaps(wanted, present, start, end),
    ],
  };
}

function sessionsIn(from: SessionDate, to: SessionDate): Session[] {
  if (from > to) {
    throw new Failure('USAGE', `the range ends before it begins: ${from} to ${to}`, {
      hint: `give the earlier date first: --from ${to} --to ${from}`,
    });
  }
  const sessions = sessionsBetween(from, to);
  if (sessions.length > 0) return sessions;
  throw new Failure('NOT_A_SESSION', `no session from ${from} to ${to}`, {
    hint: 'look at the sessions: trade-labs calendar',
  });
}

/** Marks the sessions in which a symbol has a bar; false where there is none. */
function markSessions(
  columns: BarColumns,
  present: Uint8Array,
  first: number,
  wanted: readonly Session[],
): boolean {
  const [from, to] = within(columns, wanted);
  const grid = nyseGrid();
  for (let i = from; i < to; i += 1) {
    present[grid.ordinalOfTime(columns.time[i] as number) - first] = 1;
  }
  return to > from;
}

/** Daily bars of the symbols in sessions that follow each other, and intraday ones where they were recorded. */
export function barsIn(
  source: BarSource,
  symbols: readonly Symbol[],
  sessions: readonly Session[],
): number {
  if (sessions.length === 0) return 0;
  let bars = 0;
  for (const symbol of symbols) {
    const [from, to] = within(source.daily(symbol), sessions);
    bars += to - from;
    if (!hasRecordedIntraday(source)) continue;
    for (const { date } of sessions) bars += source.session(symbol, date)?.length ?? 0;
  }
  return bars;
}

const hasRecordedIntraday = ({ intraday, synthetic }: BarSource): boolean =>
  intraday !== null && !synthetic;

/** Where the daily bars of these sessions begin, and where they end. */
function within({ time, length }: BarColumns, sessions: readonly Session[]): [number, number] {
  const times = time.subarray(0, length);
  return [
    lowerBound(times, dateToUtcMs((sessions[0] as Session).date)),
    lowerBound(times, dateToUtcMs((sessions.at(-1) as Session).date) + 1),
  ];
}

/** Every number of the bars as its eight bytes, column by column, each symbol under its name. */
function dataHash(
  source: BarSource,
  symbols: readonly Symbol[],
  sessions: readonly Session[],
): string {
  const hash = createHash('sha256');
  const end = dateToUtcMs((sessions.at(-1) as Session).date) + 1;
  const add = (columns: BarColumns, length: number): void => {
    for (const name of COLUMNS) {
      const column = columns[name].subarray(0, length);
      hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    }
  };
  hash.update(`${source.adjustment}\n`);
  for (const symbol of symbols) {
    const daily = source.daily(symbol);
    const length = lowerBound(daily.time.subarray(0, daily.length), end);
    hash.update(`${symbol} ${length} ${JSON.stringify(source.actions(symbol))}\n`);
    add(daily, length);
    if (!hasRecordedIntraday(source)) continue;
    for (const { date } of sessions) {
      const bars = source.session(symbol, date);
      if (bars !== null) add(bars, bars.length);
    }
  }
  return hash.digest('hex');
}

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

function nothingBetween(
  source: BarSource,
  symbols: readonly Symbol[],
  from: SessionDate,
  to: SessionDate,
): Failure {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const symbol of symbols) {
    const { time, length } = source.daily(symbol);
    if (length === 0) continue;
    first = Math.min(first, time[0] as number);
    last = Math.max(last, time[length - 1] as number);
  }
  const date = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const span = first > last ? 'it has no bars' : `its bars are of ${date(first)} to ${date(last)}`;
  return new Failure('INPUT_INVALID', `no bar of any symbol from ${from} to ${to}`, {
    details: [`${source.label}: ${span}`],
    hint:
      first > last ? 'look at the folder: trade-labs data check DIR' : 'choose dates among these',
  });
}

function shortened(wanted: readonly Session[], played: readonly Session[]): string[] {
  const [asked, first] = [wanted[0], played[0]];
  const [until, last] = [wanted.at(-1), played.at(-1)];
  const said: string[] = [];
  if (first !== undefined && asked !== first) {
    said.push(`no bar before ${first.date}: played from there`);
  }
  if (last !== undefined && until !== last) {
    said.push(`no bar after ${last.date}: played up to there`);
  }
  return said;
}

function withoutBars(symbols: readonly Symbol[], of: number): string[] {
  if (symbols.length === 0) return [];
  const names = symbols.slice(0, NAMED).join(', ') + (symbols.length > NAMED ? ', ...' : '');
  return [`${symbols.length} of ${of} symbols have no bar in the range: ${names}`];
}

function gaps(
  wanted: readonly Session[],
  present: Uint8Array,
  start: number,
  end: number,
): string[] {
  const said: string[] = [];
  let more = 0;
  for (let i = start; i < end; i += 1) {
    if (present[i] === 1) continue;
    const next = present.indexOf(1, i);
    if (next - i >= GAP_SESSIONS) {
      const [a, b] = [wanted[i], wanted[next - 1]];
      if (said.length === NAMED) more += 1;
      else said.push(`no bar of any symbol from ${a?.date} to ${b?.date}: ${next - i} sessions`);
    }
    i = next;
  }
  if (more > 0) said.push(`gaps of ${GAP_SESSIONS} sessions or more besides these: ${more}`);
  return said;
}
