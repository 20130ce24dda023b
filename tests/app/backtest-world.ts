import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSyntheticMarket } from '../../src/adapters/sim/synthetic-market.ts';
import { syntheticSource } from '../../src/adapters/sim/synthetic-source.ts';
import { readUniverse, takeUniverse } from '../../src/adapters/sim/synthetic-universe.ts';
import { type BacktestRequest, type BacktestResult, playBacktest } from '../../src/app/backtest.ts';
import { configReader, type LoadedConfig } from '../../src/config/load.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';

const UNIVERSE = readFileSync(new URL('../../config/universe.csv', import.meta.url), 'utf8');

/** Daily bars of the synthetic market, as a folder of daily files would have them. */
export function dailyMarket(seed: number, symbols: number, driftless = false): BarSource {
  const rows = readUniverse(UNIVERSE);
  if (!rows.ok) throw new Error('the shipped universe is valid');
  const universe = takeUniverse(rows.value, symbols);
  const market = createSyntheticMarket({ seed, universe, driftless });
  return { ...syntheticSource(market, seed), intraday: null };
}

export type Flags = Readonly<Record<string, string>>;

/** The shipped configuration with values set, from no file. */
export const configWith = (flags: Flags = {}): LoadedConfig =>
  configReader({ home: tmpdir(), cwd: tmpdir(), env: {}, fileAlone: true })(flags);

/** A small market whose candidates are many enough. */
export const EASY: Flags = { 'scan.minActivityUsd': '1000000' };

type More = Partial<Omit<BacktestRequest, 'from' | 'to' | 'source' | 'loaded'>>;

/** A backtest in memory from one date to another, however it ends. */
export const backtest = (
  source: BarSource,
  [from, to]: readonly [string, string],
  flags: Flags = EASY,
  more: More = {},
): Promise<BacktestResult> =>
  playBacktest({
    home: tmpdir(),
    loaded: configWith(flags),
    version: '0',
    source,
    from: sessionDate(from),
    to: sessionDate(to),
    ...more,
  });

/** A folder of its own for one test, gone afterwards. */
export async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'trade-labs-backtest-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Every file below a folder with its content. */
export function filesOf(dir: string): ReadonlyMap<string, string> {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(names.map((path) => [path.slice(dir.length + 1), readFileSync(path, 'utf8')]));
}
