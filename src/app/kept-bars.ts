import { join } from 'node:path';
import { BarStoreFolder } from '../adapters/file/bar-store-folder.ts';
import { keptBarSource } from '../adapters/file/kept-bar-source.ts';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import type { BarSource } from '../ports/bar-source.ts';
import { sectorsOf, withSectors } from './sector-file.ts';

/** Where a home keeps the daily bars that its broker told it. */
export const keptBarsOf = (home: string): BarStoreFolder =>
  new BarStoreFolder(join(home, 'data', 'state', 'ib-bars'));

/** The daily bars that the broker told a home, without asking it. Throws DATA_UNAVAILABLE where there are none. */
export function keptSource({
  home,
  loaded,
}: {
  readonly home: string;
  readonly loaded: LoadedConfig;
}): BarSource {
  const source = keptBarSource(keptBarsOf(home), 'bars of Interactive Brokers kept in this home');
  if (source.symbols.length > 0) return withSectors(source, sectorsOf(loaded, home));
  throw new Failure('DATA_UNAVAILABLE', 'no bars of Interactive Brokers are kept in this home', {
    details: [`mode ${loaded.config.mode} keeps the daily bars that its scans asked for`],
    hint: 'let the daemon run a scan first, or import bars: trade-labs data import',
  });
}
