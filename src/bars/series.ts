import {
  type BarColumns,
  type CorporateAction,
  emptyColumns,
  headOf,
  type Symbol,
} from '../domain/market.ts';
import { DAY_MS, dateToUtcMs, parseSessionDate } from '../domain/time.ts';
import { IndicatorCache, indicatorSpec } from '../indicators/registry.ts';
import { abnormalOrdinals } from './abnormal.ts';
import { ActivityWalk } from './activity.ts';
import { backAdjust } from './adjust.ts';
import type { SessionColumns } from './session-columns.ts';

const ATR = indicatorSpec('atr14');

/**
 * The daily bars that decisions of a span of sessions may look at, in the prices of that span: adjusted for the
 * actions known by then, and for no later one, so that a price level never tells the future.
 */
export class SeriesEra {
  readonly columns: BarColumns;
  /** The calendar ordinal of each bar's session, ascending. */
  readonly ordinals: Int32Array;
  readonly indicators: IndicatorCache;
  #activity: ActivityWalk | undefined;
  #atr: Float64Array | undefined;
  #abnormal: Int32Array | undefined;

  constructor(columns: BarColumns, ordinals: Int32Array) {
    this.columns = columns;
    this.ordinals = ordinals;
    this.indicators = new IndicatorCache(columns);
  }

  /** How many bars belong to sessions up to and including the ordinal: the decision sees indices below it. */
  visibleThrough(ordinal: number): number {
    return countThrough(this.ordinals, ordinal);
  }

  /** What every scan asks of every symbol. */
  get activity(): ActivityWalk {
    this.#activity ??= new ActivityWalk(this.columns);
    return this.#activity;
  }

  /** The average true range of 14 bars. */
  get atr(): Float64Array {
    this.#atr ??= this.indicators.get(ATR);
    return this.#atr;
  }

  /** The ordinal of the last abnormal bar of sessions up to and including the ordinal, -1 for none. */
  lastAbnormal(ordinal: number): number {
    this.#abnormal ??= abnormalOrdinals(this.columns, this.atr, this.ordinals);
    return this.#abnormal[countThrough(this.#abnormal, ordinal) - 1] ?? -1;
  }
}

/** How many of ascending ordinals are at or below one. */
function countThrough(ordinals: Int32Array, ordinal: number): number {
  let low = 0;
  let high = ordinals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordinals[middle] as number) <= ordinal) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** An era, and the ordinals it holds for: from one up to, and without, another. */
export interface EraSpan {
  readonly from: number;
  readonly until: number;
  readonly era: SeriesEra;
}

/** The exchange was never closed for longer in the calendar's span. */
const LONGEST_CLOSURE_DAYS = 10;

/** An action that counts, by the ordinal of the first session traded without it. */
interface ActionAt {
  readonly ordinal: number;
  readonly action: CorporateAction;
}

/** Sessions that are laid out for scans at once: each symbol's memory is then visited once in so many. */
export const SESSIONS_AHEAD = 64;
/** Sessions that an era is kept after its last one, where time is known to go forward: more than scans look ahead. */
const KEPT_SESSIONS = SESSIONS_AHEAD + 8;

/** All daily bars of one symbol that can be traded on, without those of no volume. */
export class SymbolSeries {
  readonly symbol: Symbol;
  readonly sector: string;
  readonly #traded: BarColumns;
  readonly #ordinals: Int32Array;
  readonly #actions: readonly ActionAt[];
  readonly #isForward: boolean;
  readonly #eras = new Map<number, SeriesEra>();
  /** The era asked for last: decisions come in order of time. */
  #latest: EraSpan | undefined;

  /**
   * `sessions` gives the calendar ordinals of daily stamps. Pass only the actions that the prices are not adjusted for
   * yet. With `isForward` eras that are long over are let go, and made anew if they are asked for again:
   * each holds a copy of its bars and indicators.
   */
  constructor(
    symbol: Symbol,
    sector: string,
    raw: BarColumns,
    sessions: SessionColumns,
    actions: readonly CorporateAction[] = [],
    isForward = false,
  ) {
    this.#isForward = isForward;
    this.symbol = symbol;
    this.sector = sector;
    const { columns, ordinals } = tradedBars(raw, sessions);
    this.#traded = columns;
    this.#ordinals = ordinals;
    this.#actions = actions
      .map((action) => ({ action, ordinal: exOrdinal(action, sessions, raw) }))
      .sort((a, b) => a.ordinal - b.ordinal);
  }

  /** What a decision in the session of this ordinal may look at. */
  eraAt(ordinal: number): SeriesEra {
    return this.spanAt(ordinal).era;
  }

  /** The same, with the sessions in which decisions may look at just that. */
  spanAt(ordinal: number): EraSpan {
    if (this.#isForward && this.#eras.size > 1) this.#forget(ordinal - KEPT_SESSIONS);
    const latest = this.#latest;
    if (latest !== undefined && ordinal >= latest.from && ordinal < latest.until) return latest;
    let known = 0;
    while (known < this.#actions.length && this.#ordinalOf(known) <= ordinal) known++;
    let era = this.#eras.get(known);
    if (era === undefined) {
      era = this.#makeEra(known);
      this.#eras.set(known, era);
    }
    this.#latest = { from: this.#ordinalOf(known - 1), until: this.#ordinalOf(known), era };
    return this.#latest;
  }

  /** Lets go of the eras that ended before a session. */
  #forget(ordinal: number): void {
    for (const known of this.#eras.keys()) {
      if (this.#ordinalOf(known) < ordinal) this.#eras.delete(known);
    }
  }

  /** Bars in all, of every session. */
  get length(): number {
    return this.#traded.length;
  }

  /** The ordinal from which an action counts; before the first and after the last there is no bound. */
  #ordinalOf(index: number): number {
    if (index < 0) return Number.NEGATIVE_INFINITY;
    return this.#actions[index]?.ordinal ?? Number.POSITIVE_INFINITY;
  }

  #makeEra(known: number): SeriesEra {
    if (this.#actions.length === 0) return new SeriesEra(this.#traded, this.#ordinals);
    const until = this.#ordinalOf(known);
    let end = 0;
    while (end < this.#ordinals.length && (this.#ordinals[end] as number) < until) end++;
    const actions = this.#actions.slice(0, known).map(({ action }) => action);
    const { columns } = backAdjust(headOf(this.#traded, end), actions);
    return new SeriesEra(columns, this.#ordinals.subarray(0, end));
  }
}

/**
 * The ordinal of the first session on or after the exDate. Where the calendar has none, an action before the end of
 * the bars is known from the start, and one after it never.
 */
function exOrdinal(action: CorporateAction, sessions: SessionColumns, raw: BarColumns): number {
  const date = parseSessionDate(action.exDate);
  if (date === null) return -1;
  const from = dateToUtcMs(date);
  for (let day = 0; day < LONGEST_CLOSURE_DAYS; day++) {
    const ordinal = sessions.ordinalOf(from + day * DAY_MS);
    if (ordinal >= 0) return ordinal;
  }
  return from > (raw.time[raw.length - 1] ?? from) ? Number.POSITIVE_INFINITY : -1;
}

/** Bars of no volume, or on a day without session, are no bars: indicators and look-backs count the others only. */
function tradedBars(
  raw: BarColumns,
  sessions: SessionColumns,
): { columns: BarColumns; ordinals: Int32Array } {
  const ordinals = sessions.ordinalsOf(raw.time.subarray(0, raw.length));
  const isTraded = (i: number) => (raw.volume[i] as number) > 0 && (ordinals[i] as number) >= 0;
  let kept = 0;
  for (let i = 0; i < raw.length; i++) if (isTraded(i)) kept++;
  if (kept === raw.length) return { columns: raw, ordinals };
  const columns = emptyColumns(kept);
  for (let i = 0, at = 0; i < raw.length; i++) {
    if (isTraded(i)) copyBar(raw, i, columns, at++);
  }
  return { columns, ordinals: sessions.ordinalsOf(columns.time) };
}

function copyBar(from: BarColumns, i: number, to: BarColumns, j: number): void {
  to.time[j] = from.time[i] as number;
  to.open[j] = from.open[i] as number;
  to.high[j] = from.high[i] as number;
  to.low[j] = from.low[i] as number;
  to.close[j] = from.close[i] as number;
  to.volume[j] = from.volume[i] as number;
}
