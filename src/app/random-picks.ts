import { streamKey, uniformAt } from '../adapters/sim/synthetic-random.ts';
import { percentile } from '../ledger/metrics-series.ts';
import { StrategyDesk } from '../pipeline/desk.ts';
import type { RandomPicks } from '../reporting/backtest-comparison.ts';
import type { StrategyDefinition, StrategyOpinion } from '../strategy/strategy.ts';
import { type BacktestRequest, runBacktest, sharedBars } from './backtest.ts';
import type { ReadStrategy } from './load-strategy.ts';

/** How many random runs a strategy is held against. */
export const RANDOM_SEEDS = 200;

/**
 * Plays the same slots so many times with picks at random among the rows that the strategy finds eligible: same
 * signals, sizes, exits and costs, only the ranking is chance. `endEquity` is what the strategy itself came to.
 */
export async function randomPicks(
  request: BacktestRequest,
  strategy: ReadStrategy,
  endEquity: number,
  { seeds, onSeed }: { readonly seeds: number; readonly onSeed?: (done: number) => void },
): Promise<RandomPicks> {
  const { runDir: _folder, onEvents: _ear, observer: _eye, onSession: _clock, ...plain } = request;
  // Book and broker of a simulation agree: comparing them changes no decision.
  const schedule = request.loaded.config.schedule.filter(({ job }) => job === 'scan');
  const loaded = { ...request.loaded, config: { ...request.loaded.config, schedule } };
  const shared = await sharedBars(request);
  const ends: number[] = [];
  let trades = 0;
  for (let seed = 1; seed <= seeds && request.interrupt?.aborted !== true; seed += 1) {
    const desk = new StrategyDesk(pickingAtRandom(strategy.definition, seed), strategy.params);
    const result = await runBacktest({ ...plain, ...shared, loaded, strategy: desk });
    ends.push(result.equity.at(-1)?.equity ?? 0);
    trades += result.trades.length;
    onSeed?.(seed);
  }
  ends.sort((a, b) => a - b);
  const at = (share: number): number => percentile(ends, share) ?? Number.NaN;
  return {
    seeds: ends.length,
    ends,
    p5: at(0.05),
    median: at(0.5),
    p95: at(0.95),
    percentile: ends.filter((end) => end < endEquity).length / Math.max(1, ends.length),
    meanTrades: trades / Math.max(1, ends.length),
  };
}

/** The strategy with chance in the place of its features: what it would enter it still enters, in any order. */
export function pickingAtRandom(definition: StrategyDefinition, seed: number): StrategyDefinition {
  return {
    ...definition,
    name: `${definition.name}-random-${seed}`.slice(0, 32),
    features: () => [{ name: 'draw', weight: 1, lo: 0, hi: 1, inverted: false }],
    evaluate: (view): StrategyOpinion => {
      const opinion = definition.evaluate(view);
      if (opinion.direction === 'none') return opinion;
      // A row whose features are not all known has no score, and is no more eligible here.
      const known = opinion.features.every((value) => !Number.isNaN(value));
      return {
        ...opinion,
        features: [known ? drawOf(seed, view.symbol, view.bars()) : Number.NaN],
      };
    },
  };
}

/** A number in [0, 1) of its own for every seed, symbol and count of bars. */
const drawOf = (seed: number, symbol: string, bars: number): number =>
  uniformAt(streamKey(seed, symbol, STREAM), bars);

/** Apart from the streams of the synthetic market. */
const STREAM = 977;
