import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type ArraySymbol, dailyBar } from '../../src/adapters/sim/array-bar-source.ts';
import { createSyntheticMarket } from '../../src/adapters/sim/synthetic-market.ts';
import { syntheticSource } from '../../src/adapters/sim/synthetic-source.ts';
import { readUniverse, takeUniverse } from '../../src/adapters/sim/synthetic-universe.ts';
import { type BacktestRequest, type BacktestResult, playBacktest } from '../../src/app/backtest.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { configReader, type LoadedConfig } from '../../src/config/load.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import {
  defineStrategy,
  type StrategyDefinition,
  type StrategyView,
} from '../../src/strategy/strategy.ts';

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

/** A strategy that does what it is told of every symbol with a bar. */
export const always = (
  evaluate: (view: StrategyView<unknown, string>) => 'long' | 'none' | 'exit' | 'nan',
): StrategyDesk =>
  new StrategyDesk(
    defineStrategy({
      name: 'told',
      description: 'does as it is told',
      params: z.strictObject({}),
      relative: false,
      warmupBars: () => 20,
      inputs: () => ({}),
      features: () => [{ name: 'one', weight: 1, lo: 0, hi: 1, inverted: false }],
      evaluate: (view) => {
        const told = evaluate(view);
        if (told === 'none') return { direction: 'none', reason: 'no_signal' };
        if (told === 'exit') return { direction: 'none', reason: 'no_signal', exit: true };
        return { direction: 'long', reason: 'told', features: [told === 'nan' ? Number.NaN : 1] };
      },
    }) as StrategyDefinition,
    {},
  );

/** A symbol whose price goes by the given closes, day by day; open at the close before. */
export function priced(from: string, closes: readonly number[]): ArraySymbol {
  const sessions = sessionsBetween(sessionDate(from), sessionDate('2020-12-31'));
  return {
    daily: closes.map((close, i) => {
      const open = closes[i - 1] ?? close;
      const [high, low] = [Math.max(open, close) * 1.002, Math.min(open, close) * 0.998];
      const date = sessions[i]?.date ?? sessionDate('2020-12-31');
      return dailyBar([date, open, high, low, close, 5_000_000]);
    }),
  };
}

export const flat = (n: number, price = 50): number[] =>
  Array.from({ length: n }, (_, i) => price * (1 + (i % 2) * 0.002));
