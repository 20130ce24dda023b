import { existsSync, readFileSync } from 'node:fs';
import { createSyntheticMarket } from '../adapters/sim/synthetic-market.ts';
import { syntheticSource } from '../adapters/sim/synthetic-source.ts';
import { readUniverse, takeUniverse } from '../adapters/sim/synthetic-universe.ts';
import { assert } from '../domain/result.ts';
import type { BarSource } from '../ports/bar-source.ts';

/** The synthetic market of a seed over the first companies of the shipped universe. */
export function syntheticSourceOf(settings: {
  readonly seed: number;
  readonly symbols: number;
}): BarSource {
  const rows = readUniverse(readFileSync(universeFile(), 'utf8'));
  assert(rows.ok, 'the shipped universe is valid');
  const universe = takeUniverse(rows.value, settings.symbols);
  return syntheticSource(createSyntheticMarket({ seed: settings.seed, universe }), settings.seed);
}

/** config/universe.csv stands in a folder above this file, at another height in sources and build. */
function universeFile(): URL {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const file = new URL('config/universe.csv', folder);
    if (existsSync(file)) return file;
    assert(folder.pathname !== '/', 'the universe is shipped');
  }
}
