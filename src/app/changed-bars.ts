import { streamKey, uniformAt } from '../adapters/sim/synthetic-random.ts';
import {
  type Bar,
  type BarColumns,
  barAt,
  columnsFromBars,
  lowerBound,
  type Symbol,
  sliceColumns,
} from '../domain/market.ts';
import { dateToUtcMs, MINUTE_MS, type SessionDate } from '../domain/time.ts';
import type { BarSource } from '../ports/bar-source.ts';

/** The source as it stood at the close of a session: no later bar, no symbol that begins later, no later action. */
export function truncatedAfter(source: BarSource, cut: SessionDate): BarSource {
  const end = dateToUtcMs(cut) + 1;
  const ends = new Map<Symbol, number>();
  const lengthOf = (symbol: Symbol): number => {
    const known = ends.get(symbol);
    if (known !== undefined) return known;
    const { time, length } = source.daily(symbol);
    const visible = lowerBound(time.subarray(0, length), end);
    ends.set(symbol, visible);
    return visible;
  };
  return {
    ...passedOn(source),
    symbols: source.symbols.filter((symbol) => lengthOf(symbol) > 0),
    daily: (symbol) => sliceColumns(source.daily(symbol), 0, lengthOf(symbol)),
    session: (symbol, date) => (date > cut ? null : source.session(symbol, date)),
    actions: (symbol) => source.actions(symbol).filter(({ exDate }) => exDate <= cut),
  };
}

/**
 * The source with another future after a session: prices and volumes changed at random, a third of the bars missing,
 * every fifth symbol gone, actions gone, and as many symbols added that have bars after it only.
 */
export function scrambledAfter(source: BarSource, cut: SessionDate, seed: number): BarSource {
  const columns = new Map<Symbol, BarColumns>();
  const origin = new Map<Symbol, Symbol>();
  const added = source.symbols.filter((_, i) => i % 5 === 0);
  for (const symbol of added) origin.set(`Z${symbol}`.slice(0, 10) as Symbol, symbol);
  for (const symbol of source.symbols) origin.delete(symbol);
  const draw = (symbol: Symbol, at: number, which: number): number =>
    uniformAt(streamKey(seed, symbol, STREAM + which), Math.round(at / MINUTE_MS));
  const changed = (symbol: Symbol, bars: BarColumns, kept: number): BarColumns =>
    columnsFromBars([
      ...Array.from({ length: kept }, (_, i) => barAt(bars, i)),
      ...Array.from({ length: bars.length - kept }, (_, i) => barAt(bars, kept + i)).flatMap(
        (bar) =>
          draw(symbol, bar.time, 0) < 1 / 3 ? [] : [changedBar(bar, draw(symbol, bar.time, 1))],
      ),
    ]);
  const dailyOf = (symbol: Symbol): BarColumns => {
    const real = origin.get(symbol);
    const bars = source.daily(real ?? symbol);
    const end = lowerBound(bars.time.subarray(0, bars.length), dateToUtcMs(cut) + 1);
    if (real !== undefined) return changed(symbol, sliceColumns(bars, end, bars.length), 0);
    // Every fifth symbol leaves the market.
    const isGone = draw(symbol, 0, 2) < 1 / 5;
    return isGone ? sliceColumns(bars, 0, end) : changed(symbol, bars, end);
  };
  return {
    ...passedOn(source),
    symbols: [...source.symbols, ...origin.keys()].sort(),
    sectorOf: (symbol) => source.sectorOf(origin.get(symbol) ?? symbol),
    daily: (symbol) => {
      const known = columns.get(symbol) ?? dailyOf(symbol);
      columns.set(symbol, known);
      return known;
    },
    session: (symbol, date) => {
      const bars = source.session(origin.get(symbol) ?? symbol, date);
      if (date <= cut) return origin.has(symbol) ? null : bars;
      return bars === null ? null : changed(symbol, bars, 0);
    },
    actions: (symbol) =>
      origin.has(symbol) ? [] : source.actions(symbol).filter(({ exDate }) => exDate <= cut),
  };
}

/** Apart from the streams of the synthetic market. */
const STREAM = 978;

/** Half to twice the price, and up to ten times the volume. */
function changedBar(bar: Bar, u: number): Bar {
  const factor = Math.round((0.5 + 1.5 * u) * 1e6) / 1e6;
  const cents = (price: number): number => Math.max(0.01, Math.round(price * factor * 100) / 100);
  return {
    time: bar.time,
    open: cents(bar.open),
    high: cents(bar.high),
    low: cents(bar.low),
    close: cents(bar.close),
    volume: Math.round(bar.volume * (0.1 + 9.9 * u)),
  };
}

/** What a source with other bars takes from the one below it. */
const passedOn = (source: BarSource): BarSource => ({
  label: source.label,
  synthetic: source.synthetic,
  adjustment: source.adjustment,
  intraday: source.intraday,
  symbols: source.symbols,
  badBars: source.badBars,
  warnings: source.warnings,
  sectorOf: (symbol) => source.sectorOf(symbol),
  prepare: (upTo, wanted) => source.prepare(upTo, wanted),
  daily: (symbol) => source.daily(symbol),
  session: (symbol, date) => source.session(symbol, date),
  actions: (symbol) => source.actions(symbol),
});
