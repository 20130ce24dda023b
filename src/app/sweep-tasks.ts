import type { SweepQuestion } from '../adapters/file/sweep-file.ts';
import type { TrialFile } from '../adapters/file/trial-file.ts';
import { assertExists } from '../domain/result.ts';
import type { SessionDate } from '../domain/time.ts';
import { type RankingMetric, rankTrials, type TrialResult } from '../ledger/trials.ts';
import type { SweptTrial, SweptWindow } from '../reporting/sweep-report.ts';
import type { WalkWindow } from './sweep-plan.ts';
import type { PreparedSweep, PreparedTrial } from './sweep-prepare.ts';
import type { TrialTask } from './sweep-trial.ts';

function taskOf(
  trial: PreparedTrial,
  name: string,
  { from, to }: { readonly from: SessionDate; readonly to: SessionDate },
  more: Pick<TrialTask, 'split' | 'keepReturns'>,
): TrialTask[] {
  if (!('value' in trial.config)) return [];
  const { value: config, hash: configHash } = trial.config;
  return [{ name, config, configHash, from, to, ...more }];
}

/** One backtest over the whole range for each trial that can be run. */
export function rangeTasks({ trials, sessions, split }: PreparedSweep): TrialTask[] {
  const [first, last] = [sessions[0], sessions.at(-1)];
  const range = {
    from: assertExists(first, 'a range has sessions').date,
    to: assertExists(last, 'a range has sessions').date,
  };
  return trials.flatMap((trial) =>
    taskOf(trial, String(trial.number), range, { split, keepReturns: false }),
  );
}

const trainName = (window: WalkWindow): string => `w${window.number}/`;

/** The same over what a window chooses on. */
export function trainTasks({ trials }: PreparedSweep, window: WalkWindow): TrialTask[] {
  return trials.flatMap((trial) =>
    taskOf(trial, `${trainName(window)}${trial.number}`, window.train, {
      split: null,
      keepReturns: false,
    }),
  );
}

/** The trials with what is known of them, under names with a prefix; refused ones are known from the start. */
export function swept({ trials }: PreparedSweep, file: TrialFile, prefix: string): SweptTrial[] {
  return trials.flatMap(({ number, values, config }): SweptTrial[] => {
    if ('refused' in config) {
      return [{ number, values, result: { outcome: 'refused', reason: config.refused } }];
    }
    const result = file.results.get(`${prefix}${number}`) as TrialResult | undefined;
    return result === undefined ? [] : [{ number, values, result }];
  });
}

/** The best of a window, once all of its trials have a result. */
function chosenIn(
  { metric }: SweepQuestion,
  prepared: PreparedSweep,
  file: TrialFile,
  window: WalkWindow,
): number | null {
  const trials = swept(prepared, file, trainName(window));
  if (trials.length < prepared.trials.length) return null;
  const best = rankTrials(trials, metric as RankingMetric).trials[0];
  return best === undefined || best.rank === null ? null : best.trial.number;
}

const testName = (window: WalkWindow, chosen: number): string =>
  `${trainName(window)}test/${chosen}`;

/** The backtest that judges the choice of a window; none as long as there is no choice. */
export function testTask(
  question: SweepQuestion,
  prepared: PreparedSweep,
  file: TrialFile,
  window: WalkWindow,
): TrialTask | undefined {
  const chosen = chosenIn(question, prepared, file, window);
  const trial = prepared.trials.find(({ number }) => number === chosen);
  if (chosen === null || trial === undefined) return undefined;
  const more = { split: null, keepReturns: true };
  return taskOf(trial, testName(window, chosen), window.test, more)[0];
}

/** A window with what is known of it. */
export function sweptWindow(
  question: SweepQuestion,
  prepared: PreparedSweep,
  file: TrialFile,
  window: WalkWindow,
): SweptWindow {
  const { train, test, number } = window;
  const chosen = chosenIn(question, prepared, file, window);
  const judged = chosen === null ? undefined : file.results.get(testName(window, chosen));
  const dates = prepared.sessions.map(({ date }) => date);
  return {
    number,
    train,
    test: dates.filter((date) => date >= test.from && date <= test.to),
    trials: swept(prepared, file, trainName(window)),
    chosen,
    judged: (judged as TrialResult | undefined) ?? null,
  };
}
