import { MAX_LINE_BYTES } from '../../bars/bar-file.ts';
import { parseBarTime } from '../../bars/bar-time.ts';
import { parseDecimal } from '../../bars/decimal.ts';
import {
  type BadRowReason,
  type BadRows,
  priceFault,
  rowFault,
  type TimeRules,
} from '../../bars/rules.ts';
import { type BarColumns, emptyColumns, type Timeframe } from '../../domain/market.ts';
import { DAY_MS } from '../../domain/time.ts';

const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const LETTER_T = 84;
const LETTER_Z = 90;
const PLUS = 43;
const LF = 10;
const CR = 13;

/** Up to fifteen digits stay below 2^53, so the integer is exact. */
const EXACT_DIGITS = 15;

/**
 * Exact powers of ten as doubles. An exact integer divided by an exact power of ten is one correctly rounded
 * operation, hence the double nearest to the decimal: what Number() gives (Clinger, PLDI 1990).
 */
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, n) => Number(`1e${n}`));

/** Bytes of the shortest row in the common notation, "2013-02-08,1,1,1,1,1" and its newline. */
export const MIN_ROW_BYTES = 21;
const MIN_INTRADAY_ROW_BYTES = 31;

const SHOWN_BYTES = 512;

const FAILED = -1;
/** So far below zero that no sum with it is a year, a month or an hour. */
const NO_DIGITS = -100_000;
/** No date of the years that are read lies so far back. */
const NO_DAY = -1_000_000;

/**
 * Days from 1970-01-01 to the first of a month; a 13th month is the next January. The civil calendar counted from
 * March, so that the leap day ends a year (Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
 */
function firstDayOf(year: number, month: number): number {
  const marchYear = month < 3 ? year - 1 : year;
  const sinceMarch = (month + 9) % 12;
  const leapDays = (marchYear >> 2) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((153 * sinceMarch + 2) / 5) - 719_468;
}

const isWithin = (value: number, end: number): boolean => value >= 0 && value < end;

const NOTHING = Buffer.alloc(0);
const NO_COLUMNS = emptyColumns(0);

/**
 * Reads rows out of a file's bytes, which must end in a newline, straight into columns that have room for every line.
 * Values that travel as return values or fields would each become an object on the heap, and a call per number would
 * double the time of a cold start; so the sound rows of the common notation are read in one loop.
 */
export class RowReader {
  private bytes: Buffer = NOTHING;
  private timeframe: Timeframe = '1d';
  private columns: BarColumns = NO_COLUMNS;
  private times: TimeRules;
  private bad: BadRows;
  /** Rows kept so far; the next one is written at this index. */
  private count = 0;
  /** The line of the file last read, the header being 1. */
  private line = 1;
  /** Where the next row starts. */
  private next = 0;
  /** The month last seen, year x 100 + month, its first day number and its length. */
  private month = FAILED;
  private monthStart = 0;
  private monthDays = 0;

  constructor(times: TimeRules, bad: BadRows) {
    this.times = times;
    this.bad = bad;
  }

  /**
   * Reads the rows of a file from `start` on: good ones into the columns, the others into the list of bad ones.
   * Returns how many are good. One reader serves file after file: while an object of the class lives, the engine keeps
   * the code it compiled for it.
   */
  readFile(
    bytes: Buffer,
    start: number,
    columns: BarColumns,
    rules: { readonly times: TimeRules; readonly bad: BadRows; readonly timeframe: Timeframe },
  ): number {
    this.bytes = bytes;
    this.timeframe = rules.timeframe;
    this.columns = columns;
    this.times = rules.times;
    this.bad = rules.bad;
    this.count = 0;
    this.line = 1;
    this.next = start;
    while (this.next < bytes.length) {
      this.readSoundRows();
      if (this.next < bytes.length) this.readOddRow();
    }
    this.bytes = NOTHING;
    this.columns = NO_COLUMNS;
    return this.count;
  }

  /**
   * Reads rows while they are in the common notation (fixed-width time, plain decimals of up to fifteen digits) and
   * sound. Stops in front of any other, which readOddRow then reads and judges from the start.
   */
  private readSoundRows(): void {
    const { bytes, times } = this;
    const { time, open, high, low, close, volume } = this.columns;
    const columns = [open, high, low, close, volume];
    const isDaily = this.timeframe === '1d';
    let row = this.count;
    let start = this.next;
    while (start < bytes.length) {
      let at = isDaily ? this.readDate(start, row) : this.readInstant(start, row);
      for (let column = 0; column < columns.length && at > 0; column++) {
        const first = at;
        let byte = bytes[at] as number;
        let mantissa = 0;
        let decimals = 0;
        while (byte >= ZERO && byte <= NINE) {
          mantissa = mantissa * 10 + (byte - ZERO);
          byte = bytes[++at] as number;
        }
        let digits = at - first;
        if (byte === DOT) {
          const dot = at;
          byte = bytes[++at] as number;
          while (byte >= ZERO && byte <= NINE) {
            mantissa = mantissa * 10 + (byte - ZERO);
            byte = bytes[++at] as number;
          }
          decimals = at - dot - 1;
          digits += decimals;
        }
        const isLast = column === columns.length - 1;
        if (isLast && byte === CR) byte = bytes[++at] as number;
        const isExact = digits > 0 && digits <= EXACT_DIGITS;
        if (!isExact || byte !== (isLast ? LF : COMMA)) at = FAILED;
        else {
          (columns[column] as Float64Array)[row] = mantissa / (POWERS[decimals] as number);
          at += 1;
        }
      }
      const isSound =
        at > 0 &&
        priceFault(
          open[row] as number,
          high[row] as number,
          low[row] as number,
          close[row] as number,
          volume[row] as number,
        ) === null &&
        times.faultOf(time[row] as number) === null;
      if (!isSound) break;
      row += 1;
      start = at;
      this.line += 1;
      this.count = row;
      this.next = at;
    }
  }

  /** Reads the next row as text, in every notation that the rules allow, and keeps or lists it. */
  private readOddRow(): void {
    const { bytes, columns, next: start, count: row } = this;
    this.line += 1;
    this.next = bytes.indexOf(LF, start) + 1;
    const form = this.readText(start, this.next, row);
    const values = rowFault(columns, row, this.times);
    const fault = form ?? values;
    if (fault === null) this.count += 1;
    else {
      const shown = this.text(start, Math.min(this.next - 1, start + SHOWN_BYTES));
      this.bad.add(this.line, fault, shown, columns.time[row] as number);
    }
  }

  /** Puts a row read as text at an index, NaN where that fails. Returns the fault that its form alone shows. */
  private readText(start: number, next: number, row: number): BadRowReason | null {
    const { time, open, high, low, close, volume } = this.columns;
    const tooLong = next - start > MAX_LINE_BYTES;
    const fields = tooLong ? [] : this.text(start, next - 1).split(',');
    const stamp = parseBarTime(fields[0] ?? '', this.timeframe);
    time[row] = stamp;
    [open, high, low, close, volume].forEach((column, index) => {
      column[row] = parseDecimal(fields[index + 1] ?? '');
    });
    if (tooLong) return 'line_too_long';
    if (fields.length !== 6) return 'field_count';
    return Number.isNaN(stamp) ? 'not_a_time' : null;
  }

  private text(start: number, end: number): string {
    return this.bytes.toString('utf8', start, end).replace(/\r$/, '');
  }

  /** Reads "YYYY-MM-DD,", its midnight UTC being the stamp; returns where the next field starts, or -1. */
  private readDate(start: number, row: number): number {
    const { bytes } = this;
    if (start + MIN_ROW_BYTES > bytes.length || bytes[start + 10] !== COMMA) return FAILED;
    const day = this.dayAt(start);
    if (day === NO_DAY) return FAILED;
    this.columns.time[row] = day * DAY_MS;
    return start + 11;
  }

  /** The date written at a place as days since 1970-01-01, or NO_DAY. Spelt out: it stands before every row. */
  private dayAt(at: number): number {
    const { bytes } = this;
    const y1 = (bytes[at] as number) - ZERO;
    const y2 = (bytes[at + 1] as number) - ZERO;
    const y3 = (bytes[at + 2] as number) - ZERO;
    const y4 = (bytes[at + 3] as number) - ZERO;
    const m1 = (bytes[at + 5] as number) - ZERO;
    const m2 = (bytes[at + 6] as number) - ZERO;
    const d1 = (bytes[at + 8] as number) - ZERO;
    const d2 = (bytes[at + 9] as number) - ZERO;
    const punctuated = bytes[at + 4] === MINUS && bytes[at + 7] === MINUS;
    const atMost9 = y1 <= 9 && y2 <= 9 && y3 <= 9 && y4 <= 9 && m1 <= 9 && m2 <= 9 && d2 <= 9;
    // Below zero in any place is below zero in the bits of all together.
    if (!punctuated || !atMost9 || (y1 | y2 | y3 | y4 | m1 | m2 | d1 | d2) < 0) return NO_DAY;
    const year = y1 * 1000 + y2 * 100 + y3 * 10 + y4;
    const month = m1 * 10 + m2;
    const day = d1 * 10 + d2;
    if (year * 100 + month !== this.month) this.enterMonth(year, month);
    return day >= 1 && day <= this.monthDays ? this.monthStart + day - 1 : NO_DAY;
  }

  /** Remembers a month: rows of one file stay in it for weeks. */
  private enterMonth(year: number, month: number): void {
    this.month = year * 100 + month;
    const sound = year >= 1900 && month >= 1 && month <= 12;
    this.monthStart = sound ? firstDayOf(year, month) : 0;
    this.monthDays = sound ? firstDayOf(year, month + 1) - this.monthStart : 0;
  }

  /**
   * Reads "YYYY-MM-DDTHH:MM:SS" with "Z" or an offset and a comma, its instant being the stamp; returns where the next
   * field starts, or -1.
   */
  private readInstant(start: number, row: number): number {
    const { bytes } = this;
    if (start + MIN_INTRADAY_ROW_BYTES > bytes.length) return FAILED;
    const punctuated =
      bytes[start + 10] === LETTER_T && bytes[start + 13] === COLON && bytes[start + 16] === COLON;
    const hours = this.twoDigits(start + 11);
    const minutes = this.twoDigits(start + 14);
    const seconds = this.twoDigits(start + 17);
    const onClock = isWithin(hours, 24) && isWithin(minutes, 60) && isWithin(seconds, 60);
    const day = this.dayAt(start);
    if (!punctuated || !onClock || day === NO_DAY) return FAILED;
    const isUtc = bytes[start + 19] === LETTER_Z && bytes[start + 20] === COMMA;
    const eastMinutes = isUtc ? 0 : this.offsetAt(start + 19);
    if (eastMinutes === NO_DIGITS) return FAILED;
    const second = (hours * 60 + minutes - eastMinutes) * 60 + seconds;
    this.columns.time[row] = day * DAY_MS + second * 1000;
    return start + (isUtc ? 21 : 26);
  }

  /** "+HH:MM," or "-HH:MM," as minutes east of UTC, or NO_DIGITS. */
  private offsetAt(at: number): number {
    const { bytes } = this;
    const sign = bytes[at];
    const hours = this.twoDigits(at + 1);
    const minutes = this.twoDigits(at + 4);
    const punctuated = bytes[at + 3] === COLON && bytes[at + 6] === COMMA;
    const signed = sign === MINUS || sign === PLUS;
    if (!punctuated || !signed || !isWithin(hours, 24) || !isWithin(minutes, 60)) return NO_DIGITS;
    return (sign === MINUS ? -1 : 1) * (hours * 60 + minutes);
  }

  /** Two digits as a number, or NO_DIGITS; an integer always, which costs less than NaN would. */
  private twoDigits(at: number): number {
    const tens = (this.bytes[at] as number) - ZERO;
    const ones = (this.bytes[at + 1] as number) - ZERO;
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_DIGITS;
  }
}
