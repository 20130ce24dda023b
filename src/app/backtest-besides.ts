import type { RandomPicks } from '../reporting/backtest-comparison.ts';
import type { LookAheadCheck, SensitivityRow } from '../reporting/backtest-input.ts';
import type { BacktestRequest, BacktestResult } from './backtest.ts';
import type { BacktestJob } from './backtest-folder.ts';
import { checkLookAhead } from './check-look-ahead.ts';
import { RANDOM_SEEDS, randomPicks } from './random-picks.ts';
import { sensitivityOf } from './sensitivity.ts';

/** What was played besides a backtest: null where it was not asked for, or came to nothing that says anything. */
export interface Besides {
  readonly randomPicks: RandomPicks | null;
  readonly sensitivity: readonly SensitivityRow[] | null;
  readonly lookAhead: LookAheadCheck | null;
  /** True where something of it failed by itself. */
  readonly failed: boolean;
  /** What is missing of them, and why. */
  readonly warnings: readonly string[];
}

/** Something to be played, by the name that a warning gives it. */
interface Part<T> {
  readonly name: string;
  readonly asked: boolean;
  readonly play: () => Promise<T | null>;
  /** True where what was played before an interruption says something. */
  readonly standsCutOff?: boolean;
}

/**
 * Plays what was asked for besides a backtest that came to its end. Whatever becomes of it, the backtest stands: a part
 * that is interrupted or fails is left out, and a warning says so. Of random picks those that were played stand.
 */
export async function playBesides(
  job: BacktestJob,
  request: BacktestRequest,
  result: BacktestResult,
): Promise<Besides> {
  const warnings: string[] = [];
  let failed = false;
  const isWhole = result.end.kind === 'completed' || result.end.kind === 'halted';
  const isCutOff = (): boolean => job.interrupt?.aborted === true;
  const played = async <T>(part: Part<T>): Promise<T | null> => {
    if (!part.asked || !isWhole) return null;
    try {
      const found = isCutOff() ? null : await part.play();
      if (!isCutOff() || part.standsCutOff === true) return found;
      warnings.push(`interrupted: ${part.name} left out`);
    } catch (error) {
      failed = true;
      const reason = error instanceof Error ? error.message : String(error);
      warnings.push(`${part.name} left out: ${reason}`);
    }
    return null;
  };
  return {
    randomPicks: await played({
      name: 'the random picks are',
      asked: job.baseline,
      play: () => picksOf(job, request, result, warnings),
      standsCutOff: true,
    }),
    sensitivity: await played({
      name: 'the steps to either side are',
      asked: job.sensitivity,
      play: () =>
        sensitivityOf(request, result, job.reload, (done, total) =>
          job.onProgress?.('sensitivity', done, total),
        ),
    }),
    lookAhead: await played({
      name: 'the look-ahead check is',
      asked: job.checkLookAhead,
      play: () =>
        checkLookAhead(request, {
          onRun: (done, total) => job.onProgress?.('look-ahead', done, total),
        }),
    }),
    failed,
    warnings,
  };
}

async function picksOf(
  job: BacktestJob,
  request: BacktestRequest,
  { equity, range }: BacktestResult,
  warnings: string[],
): Promise<RandomPicks | null> {
  const end = equity.at(-1)?.equity ?? 0;
  const { picks, complete } = await randomPicks({ ...request, range }, end, {
    seeds: RANDOM_SEEDS,
    workers: job.workers ?? 1,
    onSeed: (done) => job.onProgress?.('random picks', done, RANDOM_SEEDS),
  });
  if (!complete) {
    const played = picks?.seeds ?? 0;
    warnings.push(`interrupted: ${played} of ${RANDOM_SEEDS} runs with random picks were played`);
  }
  return picks;
}
