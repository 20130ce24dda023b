import { shareBars } from '../adapters/memory/shared-bars.ts';
import { Failure } from '../domain/failure.ts';
import { assertExists } from '../domain/result.ts';
import { percentile } from '../ledger/metrics-series.ts';
import type { RandomPicks } from '../reporting/backtest-comparison.ts';
import { type BacktestRequest, sharedBars } from './backtest.ts';
import { Picker, type PickResult, type PickTask } from './pick-run.ts';
import type { PickWork } from './worker.ts';
import { runTasks, type TaskRunner, threadRunner } from './worker-pool.ts';

/** How many random runs a strategy is held against. */
export const RANDOM_SEEDS = 200;

/** Sessions of all runs together up to which they are over sooner than a thread is begun. */
const FEW_SESSIONS = 4_000;

/** Plays one run at a time. */
export type PickRunner = TaskRunner<PickTask, PickResult>;

export interface RandomPicksOptions {
  readonly seeds: number;
  /** Threads; their number changes nothing but the time. */
  readonly workers: number;
  readonly onSeed?: (done: number) => void;
  /** How runs are played: in threads of their own where they are many, unless said. */
  readonly openRunner?: (work: PickWork) => PickRunner;
}

/** What the picks came to, of as many runs as were played; null where none was. */
export interface PicksOutcome {
  readonly picks: RandomPicks | null;
  readonly complete: boolean;
}

/**
 * Plays the same slots so many times with picks at random among the rows that the strategy finds eligible: same
 * signals, sizes, exits and costs, only the ranking is chance. `endEquity` is what the strategy itself came to. An
 * interrupted one has what was played by then. Throws STRATEGY_FAILED where a run fails: the others would not be a fair
 * draw.
 */
export async function randomPicks(
  request: BacktestRequest,
  endEquity: number,
  options: RandomPicksOptions,
): Promise<PicksOutcome> {
  const { seeds, onSeed } = options;
  const tasks = Array.from({ length: seeds }, (_, i) => ({ name: String(i + 1), seed: i + 1 }));
  const runners = await openRunners(request, options);
  const ends: number[] = [];
  let trades = 0;
  let reason: string | null = null;
  const stop = new AbortController();
  const interrupt = AbortSignal.any([stop.signal, request.interrupt ?? stop.signal]);
  const onResult = (_task: PickTask, result: PickResult): void => {
    if (result.outcome === 'failed') {
      reason ??= result.reason;
      stop.abort();
      return;
    }
    ends.push(result.endEquity);
    trades += result.trades;
    onSeed?.(ends.length);
  };
  try {
    await runTasks(tasks, runners, onResult, interrupt);
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
  if (reason !== null) throw new Failure('STRATEGY_FAILED', reason);
  const picks = ends.length === 0 ? null : comparedWith(ends, trades, endEquity);
  return { picks, complete: ends.length === seeds };
}

function comparedWith(unsorted: readonly number[], trades: number, endEquity: number): RandomPicks {
  const ends = unsorted.toSorted((a, b) => a - b);
  const at = (part: number): number => percentile(ends, part) ?? Number.NaN;
  return {
    seeds: ends.length,
    ends,
    p5: at(0.05),
    median: at(0.5),
    p95: at(0.95),
    percentile: ends.filter((end) => end < endEquity).length / ends.length,
    meanTrades: trades / ends.length,
  };
}

async function openRunners(
  request: BacktestRequest,
  { seeds, workers, openRunner }: RandomPicksOptions,
): Promise<PickRunner[]> {
  const { source, loaded, home, version, from, to, symbols, closeAtEnd } = request;
  const { range } = await sharedBars(request);
  const last = assertExists(range.sessions.at(-1), 'a range has sessions');
  // Book and broker of a simulation agree: comparing them changes no decision.
  const schedule = loaded.config.schedule.filter(({ job }) => job === 'scan');
  const setting = {
    home,
    version,
    config: { ...loaded.config, schedule },
    configHash: loaded.hash,
    symbols: symbols ?? null,
    from,
    to,
    last,
    closeAtEnd: closeAtEnd === true,
  };
  if (openRunner === undefined && seeds * range.sessions.length <= FEW_SESSIONS) {
    const picker = new Picker(setting, source);
    return [{ run: (task) => picker.run(task), close: async () => {} }];
  }
  const work: PickWork = {
    work: 'random pick',
    setting,
    shared: shareBars(source, last),
    market: source.synthetic ? loaded.config.data.synthetic : null,
  };
  const open = openRunner ?? ((begun: PickWork): PickRunner => threadRunner(begun));
  return Array.from({ length: Math.min(workers, seeds) }, () => open(work));
}
