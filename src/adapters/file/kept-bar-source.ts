import { emptyColumns, type Symbol } from '../../domain/market.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type { BarStoreFolder } from './bar-store-folder.ts';

const NO_BARS = emptyColumns(0);

/**
 * The daily bars of a broker that are kept in a folder, as a source that asks nobody: what was not kept is not there.
 * They are adjusted for splits as of when they were asked for.
 */
export function keptBarSource(store: BarStoreFolder, label: string): BarSource {
  const kept = new Map(
    store.symbols().flatMap((symbol) => {
      const columns = store.read(symbol);
      return columns === null ? [] : [[symbol, columns] as const];
    }),
  );
  return {
    label,
    synthetic: false,
    adjustment: 'split',
    intraday: null,
    symbols: [...kept.keys()],
    badBars: [],
    warnings: [],
    sectorOf: () => 'UNKNOWN',
    prepare: () => Promise.resolve(),
    daily: (symbol: Symbol) => kept.get(symbol) ?? NO_BARS,
    session: () => null,
    actions: () => [],
  };
}
