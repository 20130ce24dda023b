/**
 * What makes a row of a bar file bad. The rules are the same for every format and every command; only what follows
 * differs: checks and imports refuse, a run treats the session as absent.
 */

import { type BarColumns, TIMEFRAME_MINUTES, type Timeframe } from '../domain/market.ts';
import { MINUTE_MS } from '../domain/time.ts';
import { dayOf, type SessionGrid } from './session-grid.ts';

/** Every reason with its meaning; the order is the order in which they are looked for. */
export const BAD_ROW_MEANINGS = {
  line_too_long: 'the line is longer than 4096 bytes',
  field_count: 'the row does not have six fields',
  not_a_symbol: 'the symbol is not one of a US listing',
  not_a_time: 'the time is not a date (1d) or not an instant with an offset (intraday)',
  not_a_number: 'a price or the volume is not a number',
  price_not_positive: 'a price is zero or negative',
  volume_negative: 'the volume is negative',
  high_below_low: 'the high is below the low',
  open_outside_range: 'the open lies outside low..high',
  close_outside_range: 'the close lies outside low..high',
  off_calendar: 'the time lies outside every NYSE session',
  not_aligned: 'the time is not a whole number of bars after the session open',
  not_later: 'the time is not later than the row before: duplicate or unsorted',
} as const;
export type BadRowReason = keyof typeof BAD_ROW_MEANINGS;

/** One refused row of a file. */
export interface BadRow {
  readonly file: string;
  /** Line of a text file, the header being 1; row of a table file, counted from 1. */
  readonly line: number;
  readonly reason: BadRowReason;
  /** The row as it stands, cut to 120 characters, control characters replaced. */
  readonly text: string;
  /** The bar stamp the row named, where that much could be read. */
  readonly time: number | null;
}

/** The fault in a row's prices and volume, or null. Infinite and NaN values are not numbers here. */
export function priceFault(
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
): BadRowReason | null {
  const sound =
    low > 0 &&
    high < Number.POSITIVE_INFINITY &&
    open >= low &&
    open <= high &&
    close >= low &&
    close <= high &&
    volume >= 0 &&
    volume < Number.POSITIVE_INFINITY;
  if (sound) return null;
  const numbers = [open, high, low, close, volume];
  if (!numbers.every(Number.isFinite)) return 'not_a_number';
  if (open <= 0 || high <= 0 || low <= 0 || close <= 0) return 'price_not_positive';
  if (volume < 0) return 'volume_negative';
  if (high < low) return 'high_below_low';
  if (open < low || open > high) return 'open_outside_range';
  return 'close_outside_range';
}

/**
 * Judges times in file order. Each must lie on the calendar and after the row before it. A row that is off the
 * calendar does not count as the row before, so that one mistyped year spoils one row and not the rest of the file;
 * a row with bad prices does count, so that a second row for the same time stays a duplicate.
 */
export class TimeRules {
  private readonly grid: SessionGrid;
  private readonly stepMs: number;
  private previous = Number.NEGATIVE_INFINITY;

  constructor(grid: SessionGrid, timeframe: Timeframe) {
    this.grid = grid;
    this.stepMs = timeframe === '1d' ? 0 : TIMEFRAME_MINUTES[timeframe] * MINUTE_MS;
  }

  /** The fault in this row's time, or null; then it becomes the row before of the next call. */
  faultOf(time: number): BadRowReason | null {
    const day = dayOf(time);
    if (this.grid.ordinalOfDay(day) < 0) return 'off_calendar';
    if (this.stepMs > 0) {
      const open = this.grid.openOfDay(day);
      if (time < open || time >= this.grid.closeOfDay(day)) return 'off_calendar';
      if ((time - open) % this.stepMs !== 0) return 'not_aligned';
    }
    if (time <= this.previous) return 'not_later';
    this.previous = time;
    return null;
  }
}

/**
 * The fault in one row of columns being read, or null. The time is judged even beside another fault, since it is the
 * row before of the next one; a NaN time is left to the reader, who knows why it is none.
 */
export function rowFault(
  { time, open, high, low, close, volume }: BarColumns,
  index: number,
  times: TimeRules,
): BadRowReason | null {
  const stamp = time[index] as number;
  const timeFault = Number.isNaN(stamp) ? null : times.faultOf(stamp);
  const valueFault = priceFault(
    open[index] as number,
    high[index] as number,
    low[index] as number,
    close[index] as number,
    volume[index] as number,
  );
  return valueFault ?? timeFault;
}

const TEXT_LIMIT = 120;

/** Text of a foreign file made safe to print: one line, no control characters, at most 120 characters. */
export function printable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return clean.length > TEXT_LIMIT ? `${clean.slice(0, TEXT_LIMIT - 1)}…` : clean;
}

/** How many bad rows of one file are kept one by one; the rest is counted. */
export const MAX_LISTED_ROWS = 10_000;

/** Collects the bad rows of one file: the first MAX_LISTED_ROWS in full, all of them as a count. */
export class BadRows {
  readonly rows: BadRow[] = [];
  count = 0;
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  add(line: number, reason: BadRowReason, text: string, time: number): void {
    this.count += 1;
    if (this.rows.length >= MAX_LISTED_ROWS) return;
    const stamp = Number.isNaN(time) ? null : time;
    this.rows.push({ file: this.file, line, reason, text: printable(text), time: stamp });
  }
}
