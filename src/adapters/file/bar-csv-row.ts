import { parseBarTime } from '../../bars/bar-time.ts';
import { parseDecimal } from '../../bars/decimal.ts';
import type { BadRowReason, RowValues } from '../../bars/rules.ts';
import type { Timeframe } from '../../domain/market.ts';
import { DAY_MS } from '../../domain/time.ts';

const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
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

const FAILED = -1;

/** The digit a byte stands for; above 9 (as an unsigned number) when it is none. */
const digit = (byte: number): number => (byte - ZERO) >>> 0;

/** Reads rows out of a file's bytes, which must end in a newline. The values of the last row stand in its fields. */
export class RowReader implements RowValues {
  time = Number.NaN;
  open = Number.NaN;
  high = Number.NaN;
  low = Number.NaN;
  close = Number.NaN;
  volume = Number.NaN;
  private readonly bytes: Uint8Array;
  private readonly timeframe: Timeframe;
  private at = 0;
  /** The month last seen, year x 12 + month, its first day number and its length. */
  private month = FAILED;
  private monthStart = 0;
  private monthDays = 0;

  constructor(bytes: Uint8Array, timeframe: Timeframe) {
    this.bytes = bytes;
    this.timeframe = timeframe;
  }

  /**
   * Reads the row that starts at `start` if it is in the common notation: fixed-width time, plain decimals of up to
   * fifteen digits. Returns where the next row starts, or -1 when the row must be read as text.
   */
  read(start: number): number {
    this.at = start;
    const time = this.timeframe === '1d' ? this.readDate() : this.readInstant();
    if (Number.isNaN(time)) return FAILED;
    this.time = time;
    this.open = this.readDecimal(COMMA);
    this.high = this.readDecimal(COMMA);
    this.low = this.readDecimal(COMMA);
    this.close = this.readDecimal(COMMA);
    this.volume = this.readDecimal(LF);
    const unread =
      this.open < 0 || this.high < 0 || this.low < 0 || this.close < 0 || this.volume < 0;
    return unread ? FAILED : this.at;
  }

  /** Reads one row as text: every notation that the rules allow. Returns the fault that its form alone shows. */
  readText(text: string): BadRowReason | null {
    const fields = text.split(',');
    const number = (index: number) => parseDecimal(fields[index] ?? '');
    this.time = parseBarTime(fields[0] ?? '', this.timeframe);
    this.open = number(1);
    this.high = number(2);
    this.low = number(3);
    this.close = number(4);
    this.volume = number(5);
    if (fields.length !== 6) return 'field_count';
    return Number.isNaN(this.time) ? 'not_a_time' : null;
  }

  /** "YYYY-MM-DD," as its midnight UTC; NaN when it is written otherwise. */
  private readDate(): number {
    const start = this.at;
    const { bytes } = this;
    if (start + MIN_ROW_BYTES > bytes.length || bytes[start + 10] !== COMMA) return Number.NaN;
    this.at = start + 11;
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
    const start = this.at;
    const { bytes } = this;
    if (start + MIN_INTRADAY_ROW_BYTES > bytes.length) return Number.NaN;
    const punctuated =
      bytes[start + 10] === LETTER_T && bytes[start + 13] === COLON && bytes[start + 16] === COLON;
    const hours = this.twoDigits(start + 11);
    const minutes = this.twoDigits(start + 14);
    const seconds = this.twoDigits(start + 17);
    if (!(punctuated && hours < 24 && minutes < 60 && seconds < 60)) return Number.NaN;
    const offsetMinutes = this.readOffset(start + 19);
    const date = this.dateAt(start);
    return date + ((hours * 60 + minutes - offsetMinutes) * 60 + seconds) * 1000;
  }

  /** "Z," or "+HH:MM," as minutes east of UTC; leaves the cursor behind the comma. */
  private readOffset(at: number): number {
    const { bytes } = this;
    const sign = bytes[at];
    if (sign === LETTER_Z && bytes[at + 1] === COMMA) {
      this.at = at + 2;
      return 0;
    }
    const hours = this.twoDigits(at + 1);
    const minutes = this.twoDigits(at + 4);
    const sound = bytes[at + 3] === COLON && bytes[at + 6] === COMMA && hours < 24 && minutes < 60;
    if (!sound || (sign !== MINUS && sign !== PLUS)) return Number.NaN;
    this.at = at + 7;
    return (sign === MINUS ? -1 : 1) * (hours * 60 + minutes);
  }

  private twoDigits(at: number): number {
    const tens = digit(this.bytes[at] as number);
    const ones = digit(this.bytes[at + 1] as number);
    return tens > 9 || ones > 9 ? Number.NaN : tens * 10 + ones;
  }

  /** A plain decimal that ends at `end` (a newline may have a carriage return before it); -1 for anything else. */
  private readDecimal(end: number): number {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let mantissa = 0;
    let value = digit(bytes[at] as number);
    while (value <= 9) {
      mantissa = mantissa * 10 + value;
      value = digit(bytes[++at] as number);
    }
    let digits = at - start;
    let decimals = 0;
    if (bytes[at] === DOT) {
      const dot = at;
      value = digit(bytes[++at] as number);
      while (value <= 9) {
        mantissa = mantissa * 10 + value;
        value = digit(bytes[++at] as number);
      }
      decimals = at - dot - 1;
      digits += decimals;
    }
    if (end === LF && bytes[at] === CR) at += 1;
    if (bytes[at] !== end || digits === 0 || digits > EXACT_DIGITS) return FAILED;
    this.at = at + 1;
    return mantissa / (POWERS[decimals] as number);
  }
}
