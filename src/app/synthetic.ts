import { readFileSync } from 'node:fs';
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

/** config/universe.csv lies two folders above the source, three above its compiled form in dist/src/app. */
function universeFile(): URL {
  const up = import.meta.url.endsWith('.ts') ? '../..' : '../../..';
  return new URL(`${up}/config/universe.csv`, import.meta.url);
}
