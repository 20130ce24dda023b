import { MAX_LINE_BYTES } from '../../bars/bar-file.ts';
import { parseBarTime } from '../../bars/bar-time.ts';
import { parseDecimal } from '../../bars/decimal.ts';
import type { BadRowReason } from '../../bars/rules.ts';
import type { BarColumns, Timeframe } from '../../domain/market.ts';
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

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;

const isWithin = (value: number, end: number): boolean => value >= 0 && value < end;

/**
 * Reads rows out of a file's bytes, which must end in a newline, straight into columns: values that travel as return
 * values or fields would each become an object on the heap.
 */
export class RowReader {
  private readonly bytes: Buffer;
  private readonly timeframe: Timeframe;
  private readonly columns: BarColumns;
  /** Where the row after the last one read starts. */
  next = 0;
  /** The month last seen, year x 12 + month, its first day number and its length. */
  private month = FAILED;
  private monthStart = 0;
  private monthDays = 0;

  constructor(bytes: Buffer, timeframe: Timeframe, columns: BarColumns) {
    this.bytes = bytes;
    this.timeframe = timeframe;
    this.columns = columns;
  }

  /**
   * Reads the row that starts at `start` into the columns at `row`, if it is in the common notation: fixed-width time,
   * plain decimals of up to fifteen digits. Returns where the next row starts, or -1 when it must be read as text.
   */
  read(start: number, row: number): number {
    const { time, open, high, low, close, volume } = this.columns;
    this.next = start;
    const stamp = this.timeframe === '1d' ? this.readDate() : this.readInstant();
    if (Number.isNaN(stamp)) return FAILED;
    time[row] = stamp;
    let at = this.readDecimal(this.next, COMMA, open, row);
    if (at > 0) at = this.readDecimal(at, COMMA, high, row);
    if (at > 0) at = this.readDecimal(at, COMMA, low, row);
    if (at > 0) at = this.readDecimal(at, COMMA, close, row);
    if (at > 0) at = this.readDecimal(at, LF, volume, row);
    return at;
  }

  /**
   * Reads the row that starts at `start` as text, in every notation that the rules allow; NaN stands where that
   * fails. Returns the fault that the row's form alone shows; `next` tells where the next row starts.
   */
  readLine(start: number, row: number): BadRowReason | null {
    const { time, open, high, low, close, volume } = this.columns;
    this.next = this.bytes.indexOf(LF, start) + 1;
    const tooLong = this.next - start > MAX_LINE_BYTES;
    const fields = tooLong ? [] : this.text(start, this.next - 1).split(',');
    const stamp = parseBarTime(fields[0] ?? '', this.timeframe);
    time[row] = stamp;
    [open, high, low, close, volume].forEach((column, index) => {
      column[row] = parseDecimal(fields[index + 1] ?? '');
    });
    if (tooLong) return 'line_too_long';
    if (fields.length !== 6) return 'field_count';
    return Number.isNaN(stamp) ? 'not_a_time' : null;
  }

  /** The line between two row starts as text, cut to somewhat more than a message shows. */
  lineText(start: number, next: number): string {
    return this.text(start, Math.min(next - 1, start + SHOWN_BYTES));
  }

  private text(start: number, end: number): string {
    return this.bytes.toString('utf8', start, end).replace(/\r$/, '');
  }

  /** "YYYY-MM-DD," as its midnight UTC; NaN when it is written otherwise. */
  private readDate(): number {
    const start = this.next;
    const { bytes } = this;
    if (start + MIN_ROW_BYTES > bytes.length || bytes[start + 10] !== COMMA) return Number.NaN;
    this.next = start + 11;
    return this.dateAt(start);
  }

  private dateAt(at: number): number {
    const { bytes } = this;
    if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS) return Number.NaN;
    const year = this.twoDigits(at) * 100 + this.twoDigits(at + 2);
    const month = this.twoDigits(at + 5);
    const day = this.twoDigits(at + 8);
    if (year * 12 + month !== this.month) this.enterMonth(year, month);
    if (!(day >= 1 && day <= this.monthDays)) return Number.NaN;
    return (this.monthStart + day - 1) * DAY_MS;
  }

  private enterMonth(year: number, month: number): void {
    this.month = year * 12 + month;
    const sound = year >= 1900 && month >= 1 && month <= 12;
    this.monthStart = sound ? Date.UTC(year, month - 1, 1) / DAY_MS : 0;
    this.monthDays = sound ? Date.UTC(year, month, 1) / DAY_MS - this.monthStart : 0;
  }

  /** "YYYY-MM-DDTHH:MM:SS" with "Z" or an offset and a comma, as epoch milliseconds; NaN when written otherwise. */
  private readInstant(): number {
    const start = this.next;
    const { bytes } = this;
    if (start + MIN_INTRADAY_ROW_BYTES > bytes.length) return Number.NaN;
    const punctuated =
      bytes[start + 10] === LETTER_T && bytes[start + 13] === COLON && bytes[start + 16] === COLON;
    const hours = this.twoDigits(start + 11);
    const minutes = this.twoDigits(start + 14);
    const seconds = this.twoDigits(start + 17);
    const onClock = isWithin(hours, 24) && isWithin(minutes, 60) && isWithin(seconds, 60);
    if (!punctuated || !onClock) return Number.NaN;
    const offsetMinutes = this.readOffset(start + 19);
    const date = this.dateAt(start);
    return date + ((hours * 60 + minutes - offsetMinutes) * 60 + seconds) * 1000;
  }

  /** "Z," or "+HH:MM," as minutes east of UTC; leaves the cursor behind the comma. */
  private readOffset(at: number): number {
    const { bytes } = this;
    const sign = bytes[at];
    if (sign === LETTER_Z && bytes[at + 1] === COMMA) {
      this.next = at + 2;
      return 0;
    }
    const hours = this.twoDigits(at + 1);
    const minutes = this.twoDigits(at + 4);
    const punctuated = bytes[at + 3] === COLON && bytes[at + 6] === COMMA;
    const signed = sign === MINUS || sign === PLUS;
    if (!punctuated || !signed || !isWithin(hours, 24) || !isWithin(minutes, 60)) return Number.NaN;
    this.next = at + 7;
    return (sign === MINUS ? -1 : 1) * (hours * 60 + minutes);
  }

  /** Two digits as a number, or NO_DIGITS; an integer always, which costs less than NaN would. */
  private twoDigits(at: number): number {
    const tens = this.bytes[at] as number;
    const ones = this.bytes[at + 1] as number;
    return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + (ones - ZERO) : NO_DIGITS;
  }

  /**
   * Reads the plain decimal at `start` into column[row]. It must end with the byte `end` (a newline may have a carriage
   * return before it). Returns where the next field starts, or -1 for anything else.
   */
  private readDecimal(start: number, end: number, column: Float64Array, row: number): number {
    const { bytes } = this;
    let at = start;
    let mantissa = 0;
    let byte = bytes[at] as number;
    while (isDigit(byte)) {
      mantissa = mantissa * 10 + (byte - ZERO);
      byte = bytes[++at] as number;
    }
    let digits = at - start;
    let decimals = 0;
    if (byte === DOT) {
      const dot = at;
      byte = bytes[++at] as number;
      while (isDigit(byte)) {
        mantissa = mantissa * 10 + (byte - ZERO);
        byte = bytes[++at] as number;
      }
      decimals = at - dot - 1;
      digits += decimals;
    }
    if (byte === CR && end === LF) byte = bytes[++at] as number;
    if (byte !== end || digits === 0 || digits > EXACT_DIGITS) return FAILED;
    column[row] = decimals === 0 ? mantissa : mantissa / (POWERS[decimals] as number);
    return at + 1;
  }
}
