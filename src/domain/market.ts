import type { Micros } from './money.ts';
import type { EpochMs } from './time.ts';

declare const symbolBrand: unique symbol;

/** A ticker of a US listing: "AAPL", "BRK.B". Upper case, at most ten characters and a class of at most four. */
export type Symbol = string & { readonly [symbolBrand]: 'Symbol' };

const SYMBOL = /^[A-Z][A-Z0-9]{0,9}([.\-/ ][A-Z0-9]{1,4})?$/;

/** Text as a symbol, or null. Case is not mended: a lower-case ticker is a typing error to be shown. */
export const parseSymbol = (text: string): Symbol | null =>
  SYMBOL.test(text) ? (text as Symbol) : null;

export const TIMEFRAMES = ['1m', '5m', '15m', '30m', '1h', '1d'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

/** Minutes an intraday bar lasts; a daily bar lasts its session, which the calendar knows. */
export const TIMEFRAME_MINUTES: Readonly<Record<Exclude<Timeframe, '1d'>, number>> = {
  '1m': 1,
  '5m': 5,
  '15m': 15,
  '30m': 30,
  '1h': 60,
};

/** OHLCV over one interval. `time` is the start: an instant for intraday, midnight UTC of the date for daily bars. */
export interface Bar {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/**
 * Many bars of one symbol as columns of equal length, ascending in time. Prices are float64 dollars as the source
 * gave them: statistics are computed on these; money is Micros and enters through named rounding.
 */
export interface BarColumns {
  readonly length: number;
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** Columns that lie in one block one after the other; `column` gives the one at a place, 0 to 5. */
export const columnsOf = (length: number, column: (place: number) => Float64Array): BarColumns => ({
  length,
  time: column(0),
  open: column(1),
  high: column(2),
  low: column(3),
  close: column(4),
  volume: column(5),
});

/** Columns of the given length, filled with zeros, for a reader to fill: one block of memory, cut in six. */
export function emptyColumns(length: number): BarColumns {
  const block = new ArrayBuffer(6 * length * Float64Array.BYTES_PER_ELEMENT);
  return columnsOf(
    length,
    (place) => new Float64Array(block, place * length * Float64Array.BYTES_PER_ELEMENT, length),
  );
}

/** The first bars, without copying them. */
export const headOf = (columns: BarColumns, length: number): BarColumns =>
  columns.length === length
    ? columns
    : {
        length,
        time: columns.time.subarray(0, length),
        open: columns.open.subarray(0, length),
        high: columns.high.subarray(0, length),
        low: columns.low.subarray(0, length),
        close: columns.close.subarray(0, length),
        volume: columns.volume.subarray(0, length),
      };

/** A copy of bars [from, to) that shares nothing with the original. */
export const sliceColumns = (columns: BarColumns, from: number, to: number): BarColumns => ({
  length: Math.max(0, to - from),
  time: columns.time.slice(from, to),
  open: columns.open.slice(from, to),
  high: columns.high.slice(from, to),
  low: columns.low.slice(from, to),
  close: columns.close.slice(from, to),
  volume: columns.volume.slice(from, to),
});

/** Bars as columns. */
export function columnsFromBars(bars: readonly Bar[]): BarColumns {
  const columns = emptyColumns(bars.length);
  bars.forEach((bar, i) => {
    columns.time[i] = bar.time;
    columns.open[i] = bar.open;
    columns.high[i] = bar.high;
    columns.low[i] = bar.low;
    columns.close[i] = bar.close;
    columns.volume[i] = bar.volume;
  });
  return columns;
}

/** The bar at an index, as a value. NaN prices for an index outside the columns. */
export const barAt = (columns: BarColumns, index: number): Bar => ({
  time: columns.time[index] ?? Number.NaN,
  open: columns.open[index] ?? Number.NaN,
  high: columns.high[index] ?? Number.NaN,
  low: columns.low[index] ?? Number.NaN,
  close: columns.close[index] ?? Number.NaN,
  volume: columns.volume[index] ?? Number.NaN,
});

/** The first index whose time is >= `time` (columns are ascending); `length` when there is none. */
export function lowerBound(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a quote comes from. Only `live` may move money in paper and live; `modelled` is made from bars. */
export type QuoteKind = 'live' | 'delayed' | 'modelled';

/** Bid, ask and last at an instant. */
export interface Quote {
  readonly bid: Micros;
  readonly ask: Micros;
  readonly last: Micros;
  readonly at: EpochMs;
  readonly kind: QuoteKind;
  /** False before the symbol has traded in this session; absent where bars, which are trades, stand for quotes. */
  readonly hasOpened?: boolean;
  /** True while trading in the symbol is halted; absent where nobody tells. */
  readonly halted?: boolean;
}

/** How prices of a bars folder were changed after the fact; `total` includes dividends. */
export type Adjustment = 'none' | 'split' | 'total';

/** A corporate action: `value` is new shares per old one for a split, dollars per share otherwise. */
export interface CorporateAction {
  readonly symbol: Symbol;
  readonly exDate: string;
  readonly kind: 'split' | 'dividend' | 'spinoff';
  readonly value: number;
}
