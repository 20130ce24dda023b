import { type BarColumns, emptyColumns, type Symbol } from '../../domain/market.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type { BarStoreFolder } from './bar-store-folder.ts';

const NO_BARS = emptyColumns(0);

/**
 * The daily bars of a broker that are kept in a folder, as a source that asks nobody: what was not kept is not there.
 * They are adjusted for splits as of when they were asked for.
 */
export function keptBarSource(store: BarStoreFolder, label: string): BarSource {
  const kept = new Map<Symbol, BarColumns>();
  const damaged: Symbol[] = [];
  for (const symbol of store.symbols()) {
    const columns = store.read(symbol);
    if (columns === null) damaged.push(symbol);
    else kept.set(symbol, columns);
  }
  return {
    label,
    synthetic: false,
    adjustment: 'split',
    intraday: null,
    symbols: [...kept.keys()],
    badBars: [],
    warnings: damaged.length === 0 ? [] : [leftOut(damaged)],
    sectorOf: () => 'UNKNOWN',
    prepare: () => Promise.resolve(),
    daily: (symbol: Symbol) => kept.get(symbol) ?? NO_BARS,
    session: () => null,
    actions: () => [],
  };
}

const leftOut = (symbols: readonly Symbol[]): string =>
  `kept bars are damaged and left out: ${symbols.join(', ')}; the next scan asks the broker for them again`;
