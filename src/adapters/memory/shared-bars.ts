import { sessionsBetween } from '../../calendar/nyse.ts';
import {
  type Adjustment,
  type BarColumns,
  type CorporateAction,
  columnsOf,
  emptyColumns,
  type Symbol,
  type Timeframe,
} from '../../domain/market.ts';
import { dateToUtcMs, type Session, type SessionDate, utcMsToDate } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';

/** Where columns of so many bars begin in the shared memory: bars, not bytes. */
interface Stretch {
  readonly at: number;
  readonly length: number;
}

/** All bars of a source in one piece of memory that threads may look at together. Plain data: it can be sent to one. */
export interface SharedBars {
  readonly label: string;
  readonly synthetic: boolean;
  readonly adjustment: Adjustment;
  readonly intraday: Exclude<Timeframe, '1d'> | null;
  readonly symbols: readonly Symbol[];
  readonly sectors: readonly string[];
  readonly actions: readonly (readonly CorporateAction[])[];
  /** One column after the other: time, open, high, low, close, volume, each of all bars. */
  readonly memory: SharedArrayBuffer;
  readonly bars: number;
  readonly daily: readonly Stretch[];
  /** Intraday bars by session date, for each symbol; empty where they were not taken. */
  readonly sessions: readonly ReadonlyMap<string, Stretch>[];
}

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/**
 * Copies what a source holds, once it was prepared up to the session. Intraday bars of a synthetic market are not
 * copied: there is no end of them, and each thread makes them as they are asked for.
 */
export function shareBars(source: BarSource, upTo: Session): SharedBars {
  const { symbols, intraday, synthetic } = source;
  const daily = symbols.map((symbol) => source.daily(symbol));
  const dates = intraday === null || synthetic ? [] : datesOf(daily, upTo);
  const sessions = symbols.map((symbol) =>
    dates.flatMap((date) => {
      const columns = source.session(symbol, date);
      return columns === null ? [] : [{ date, columns }];
    }),
  );
  const pieces = [...daily, ...sessions.flat().map(({ columns }) => columns)];
  const bars = pieces.reduce((sum, { length }) => sum + length, 0);
  const memory = new SharedArrayBuffer(COLUMNS.length * bars * Float64Array.BYTES_PER_ELEMENT);
  const whole = viewOf(memory, bars, { at: 0, length: bars });
  let next = 0;
  const place = (columns: BarColumns): Stretch => {
    const stretch = { at: next, length: columns.length };
    for (const name of COLUMNS) whole[name].set(columns[name].subarray(0, columns.length), next);
    next += columns.length;
    return stretch;
  };
  return {
    label: source.label,
    synthetic,
    adjustment: source.adjustment,
    intraday,
    symbols,
    sectors: symbols.map((symbol) => source.sectorOf(symbol)),
    actions: symbols.map((symbol) => source.actions(symbol)),
    memory,
    bars,
    daily: daily.map(place),
    sessions: sessions.map(
      (own) => new Map(own.map(({ date, columns }) => [date as string, place(columns)])),
    ),
  };
}

/** Sessions in which there may be bars: from the first daily bar of any symbol on. */
function datesOf(daily: readonly BarColumns[], upTo: Session): SessionDate[] {
  const first = daily.reduce((time, { time: [own] }) => Math.min(time, own ?? time), Infinity);
  if (!(first <= dateToUtcMs(upTo.date))) return [];
  return sessionsBetween(utcMsToDate(first), upTo.date).map(({ date }) => date);
}

function viewOf(memory: SharedArrayBuffer, bars: number, { at, length }: Stretch): BarColumns {
  return columnsOf(
    length,
    (place) =>
      new Float64Array(memory, (place * bars + at) * Float64Array.BYTES_PER_ELEMENT, length),
  );
}

const NO_BARS = emptyColumns(0);

/**
 * A source over shared bars: every thread sees the same memory, and none may write into it. Intraday bars that were not
 * copied come from `other`.
 */
export function sharedBarSource(shared: SharedBars, other: BarSource | null = null): BarSource {
  const { memory, bars } = shared;
  const indices = new Map(shared.symbols.map((symbol, i) => [symbol, i]));
  const daily = shared.daily.map((stretch) => viewOf(memory, bars, stretch));
  return {
    label: shared.label,
    synthetic: shared.synthetic,
    adjustment: shared.adjustment,
    intraday: shared.intraday,
    symbols: shared.symbols,
    badBars: [],
    warnings: [],
    sectorOf: (symbol) => shared.sectors[indices.get(symbol) ?? -1] ?? 'UNKNOWN',
    prepare: () => Promise.resolve(),
    daily: (symbol) => daily[indices.get(symbol) ?? -1] ?? NO_BARS,
    session: (symbol, date) => {
      if (other !== null) return other.session(symbol, date);
      const stretch = shared.sessions[indices.get(symbol) ?? -1]?.get(date);
      return stretch === undefined ? null : viewOf(memory, bars, stretch);
    },
    actions: (symbol) => shared.actions[indices.get(symbol) ?? -1] ?? [],
  };
}
