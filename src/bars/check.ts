/** What `data check` says of one symbol's bars. Pure: the bars, the calendar and ATR14 come in, findings go out. */
import {
  type BarColumns,
  type Symbol,
  TIMEFRAME_MINUTES,
  type Timeframe,
} from '../domain/market.ts';
import { DAY_MS, MINUTE_MS, type SessionDate, utcMsToDate } from '../domain/time.ts';
import { type AbnormalBar, abnormalBars } from './abnormal.ts';
import type { LoadedBars } from './bar-file.ts';
import type { BadRow } from './rules.ts';
import { dayOf, type SessionGrid } from './session-grid.ts';

/** A session that has intraday bars, but fewer than its hours hold. */
export interface ShortSession {
  readonly session: SessionDate;
  readonly bars: number;
  readonly expected: number;
}

/** Sessions on end without any row. */
export interface MissingSpan {
  readonly from: SessionDate;
  readonly to: SessionDate;
  readonly sessions: number;
}

/** An abnormal bar with its stamp. */
export interface SuspectJump extends AbnormalBar {
  readonly time: number;
}

export interface BarsCheck {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  readonly file: string;
  /** Good bars, and the stamps of the first and the last; null without any. */
  readonly bars: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly badRows: readonly BadRow[];
  readonly badRowCount: number;
  /** Sessions between the first and the last row without any row, good or bad. */
  readonly missingSessions: readonly SessionDate[];
  /** The same, sessions on end drawn together. */
  readonly missingSpans: readonly MissingSpan[];
  readonly shortSessions: readonly ShortSession[];
  readonly suspectJumps: readonly SuspectJump[];
  /** Stamps of bars without volume: not tradable, and no bars for indicators. */
  readonly zeroVolumes: readonly number[];
}

/**
 * Examines loaded bars. `adjusted` are the same bars adjusted for known actions, which are then no suspect jumps, and
 * `atr14` belongs to them. Only bad rows make data unfit; the rest is for a person to weigh.
 */
export function checkBars(
  loaded: LoadedBars,
  grid: SessionGrid,
  adjusted: BarColumns,
  atr14: Float64Array,
): BarsCheck {
  const { symbol, timeframe, file, columns, badRows, badRowCount } = loaded;
  const { time, volume, length } = columns;
  const zeroVolumes: number[] = [];
  for (let i = 0; i < length; i++) if (volume[i] === 0) zeroVolumes.push(time[i] as number);
  return {
    symbol,
    timeframe,
    file,
    bars: length,
    first: length === 0 ? null : (time[0] as number),
    last: length === 0 ? null : (time[length - 1] as number),
    badRows,
    badRowCount,
    ...coverage(loaded, grid),
    suspectJumps: abnormalBars(adjusted, atr14).map((bar) => ({
      ...bar,
      time: time[bar.index] as number,
    })),
    zeroVolumes,
  };
}

function coverage(loaded: LoadedBars, grid: SessionGrid) {
  const rowsByDay = countByDay(loaded);
  const missingSessions: SessionDate[] = [];
  const missingSpans: MissingSpan[] = [];
  let span: SessionDate[] = [];
  const endSpan = () => {
    const [from] = span;
    const to = span.at(-1);
    if (from !== undefined && to !== undefined)
      missingSpans.push({ from, to, sessions: span.length });
    missingSessions.push(...span);
    span = [];
  };
  const shortSessions: ShortSession[] = [];
  const days = [...rowsByDay.keys()];
  const firstDay = days.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const lastDay = days.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  for (let day = firstDay; day <= lastDay; day++) {
    if (grid.ordinalOfDay(day) < 0) continue;
    const session = utcMsToDate(day * DAY_MS);
    const rows = rowsByDay.get(day);
    if (rows === undefined) {
      span.push(session);
      continue;
    }
    endSpan();
    if (loaded.timeframe !== '1d') {
      const openMs = grid.closeOfDay(day) - grid.openOfDay(day);
      const expected = Math.ceil(openMs / (TIMEFRAME_MINUTES[loaded.timeframe] * MINUTE_MS));
      if (rows < expected) shortSessions.push({ session, bars: rows, expected });
    }
  }
  return { missingSessions, missingSpans, shortSessions };
}

/** How many good bars each session has; a session whose rows are all bad counts as present with none. */
function countByDay({ columns, badRows }: LoadedBars): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < columns.length; i++) {
    const day = dayOf(columns.time[i] as number);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  for (const { time, reason } of badRows) {
    const isNamed = time !== null && reason !== 'off_calendar' && !counts.has(dayOf(time));
    if (isNamed) counts.set(dayOf(time), 0);
  }
  return counts;
}
