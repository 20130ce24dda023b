import {
  type Adjustment,
  type Bar,
  type BarColumns,
  type CorporateAction,
  columnsFromBars,
  emptyColumns,
  type Symbol,
  type Timeframe,
} from '../../domain/market.ts';
import { assert } from '../../domain/result.ts';
import { dateToUtcMs, type SessionDate } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';

/** A daily bar as one writes it by hand: date, open, high, low, close and volume (1,000,000 when left out). */
export type DailyRow = readonly [
  date: SessionDate,
  open: number,
  high: number,
  low: number,
  close: number,
  volume?: number,
];

/** A daily bar written by hand as a bar. */
export const dailyBar = ([date, open, high, low, close, volume = 1_000_000]: DailyRow): Bar => ({
  time: dateToUtcMs(date),
  open,
  high,
  low,
  close,
  volume,
});

/** What an array source holds of one symbol; every part may be left out. */
export interface ArraySymbol {
  readonly daily?: readonly Bar[];
  /** Intraday bars by session date. */
  readonly sessions?: Readonly<Record<string, readonly Bar[]>>;
  readonly actions?: readonly CorporateAction[];
  readonly sector?: string;
}

/** What an array source says of itself. */
export interface ArraySourceOptions {
  readonly label?: string;
  readonly adjustment?: Adjustment;
  readonly intraday?: Exclude<Timeframe, '1d'> | null;
}

const NO_BARS = emptyColumns(0);

function ascending(columns: BarColumns, where: string): BarColumns {
  for (let i = 1; i < columns.length; i += 1) {
    const before = columns.time[i - 1] as number;
    assert((columns.time[i] as number) > before, `bars of ${where} ascend in time`);
  }
  return columns;
}

/**
 * Bars that are already in memory, as a source: for tests, for small worked examples, and for embedding the engine
 * over one's own data. Rows are taken as they are; only their order in time is asserted.
 */
export function arrayBarSource(
  symbols: Readonly<Record<string, ArraySymbol>>,
  options: ArraySourceOptions = {},
): BarSource {
  const names = (Object.keys(symbols) as Symbol[]).toSorted();
  const daily = new Map<string, BarColumns>();
  const sessions = new Map<string, BarColumns>();
  for (const [symbol, held] of Object.entries(symbols)) {
    daily.set(symbol, ascending(columnsFromBars(held.daily ?? []), symbol));
    for (const [date, bars] of Object.entries(held.sessions ?? {})) {
      sessions.set(`${symbol} ${date}`, ascending(columnsFromBars(bars), `${symbol} ${date}`));
    }
  }
  return {
    label: options.label ?? 'bars in memory',
    synthetic: false,
    adjustment: options.adjustment ?? 'none',
    intraday: options.intraday ?? null,
    symbols: names,
    badBars: [],
    warnings: [],
    sectorOf: (symbol) => symbols[symbol]?.sector ?? 'UNKNOWN',
    prepare: () => Promise.resolve(),
    daily: (symbol) => daily.get(symbol) ?? NO_BARS,
    session: (symbol, date) => sessions.get(`${symbol} ${date}`) ?? null,
    actions: (symbol) => symbols[symbol]?.actions ?? [],
  };
}
