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
  /** What is missing of them, and why. */
  readonly warnings: readonly string[];
}

/**
 * Plays what was asked for besides a backtest that came to its end. An interruption leaves out what it cut off, but for
 * random picks, of which those that were played stand for fewer.
 */
export async function playBesides(
  job: BacktestJob,
  request: BacktestRequest,
  result: BacktestResult,
): Promise<Besides> {
  const warnings: string[] = [];
  const isWhole = result.end.kind === 'completed' || result.end.kind === 'halted';
  const isCutOff = (): boolean => job.interrupt?.aborted === true;
  /** Null where it is cut off, which is said. */
  const unlessCutOff = <T>(what: string, found: T | null): T | null => {
    if (!isCutOff() || found === null) return found;
    warnings.push(`interrupted: ${what} left out`);
    return null;
  };
  const picks = job.baseline && isWhole ? await picksOf(job, request, result, warnings) : null;
  const sensitivity =
    job.sensitivity && isWhole
      ? await sensitivityOf(request, result, job.reload, (done, total) =>
          job.onProgress?.('sensitivity', done, total),
        )
      : null;
  const steps = unlessCutOff('the steps to either side are', sensitivity);
  const lookAhead =
    job.checkLookAhead && isWhole && !isCutOff()
      ? await checkLookAhead(request, {
          onRun: (done, total) => job.onProgress?.('look-ahead', done, total),
        })
      : null;
  const checked = unlessCutOff('the look-ahead check is', lookAhead);
  return { randomPicks: picks, sensitivity: steps, lookAhead: checked, warnings };
}

async function picksOf(
  job: BacktestJob,
  request: BacktestRequest,
  { equity, range }: BacktestResult,
  warnings: string[],
): Promise<RandomPicks | null> {
  const end = equity.at(-1)?.equity ?? 0;
  const outcome = await randomPicks({ ...request, range }, end, {
    seeds: RANDOM_SEEDS,
    workers: job.workers ?? 1,
    onSeed: (done) => job.onProgress?.('random picks', done, RANDOM_SEEDS),
  });
  if (outcome.picks === null) {
    warnings.push(`there are no random picks to compare with: ${outcome.reason}`);
  } else if (!outcome.complete) {
    const { seeds } = outcome.picks;
    warnings.push(`interrupted: ${seeds} of ${RANDOM_SEEDS} runs with random picks were played`);
  }
  return outcome.picks;
}
