import { Worker } from 'node:worker_threads';
import type { TrialResult } from '../ledger/trials.ts';
import type { TrialTask } from './sweep-trial.ts';
import type { WorkerAnswer, WorkerSetting } from './sweep-worker.ts';

/** Runs one trial at a time. */
export interface TrialRunner {
  readonly run: (task: TrialTask) => Promise<TrialResult>;
  /** Ends it, in the middle of a trial too. */
  readonly close: () => Promise<void>;
}

/** A thread of its own, over bars that it shares with the others. */
export function threadRunner(setting: WorkerSetting): TrialRunner {
  const worker = new Worker(new URL('./sweep-worker.js', import.meta.url), {
    workerData: setting,
    stdout: true,
    stderr: true,
  });
  // What a strategy prints is no result, and has no place among the results of this program.
  worker.stdout.resume();
  worker.stderr.resume();
  let settle: ((answer: WorkerAnswer) => void) | null = null;
  let broken: Error | null = null;
  const fail = (error: Error): void => {
    broken ??= error;
    settle?.({ error: { message: broken.message, stack: broken.stack } });
  };
  worker.on('message', (answer: WorkerAnswer) => settle?.(answer));
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`a thread of the sweep ended with ${code}`)));
  return {
    run: async (task) => {
      if (broken !== null) throw broken;
      const answer = await new Promise<WorkerAnswer>((resolve) => {
        settle = resolve;
        worker.postMessage(task);
      });
      if ('result' in answer) return answer.result;
      const error = new Error(`trial ${task.name}: ${answer.error.message}`);
      if (answer.error.stack !== undefined) error.stack = answer.error.stack;
      throw error;
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/**
 * Gives each runner the next task as soon as it is free, until all are done or the signal is aborted. Throws what a
 * runner throws; results told by then stand. Does not close the runners.
 */
export async function runTasks(
  tasks: readonly TrialTask[],
  runners: readonly TrialRunner[],
  onResult: (task: TrialTask, result: TrialResult) => void,
  interrupt: AbortSignal,
): Promise<void> {
  let next = 0;
  const stopped = new Promise<null>((resolve) => {
    if (interrupt.aborted) resolve(null);
    interrupt.addEventListener('abort', () => resolve(null), { once: true });
  });
  const serve = async (runner: TrialRunner): Promise<void> => {
    for (;;) {
      const task = interrupt.aborted ? undefined : tasks[next++];
      if (task === undefined) return;
      const result = await Promise.race([runner.run(task), stopped]);
      if (result === null) return;
      onResult(task, result);
    }
  };
  await Promise.all(runners.map(serve));
}
