import { Worker } from 'node:worker_threads';
import type { WorkerAnswer, WorkerSetting } from './worker.ts';

/** A task by its name, for whoever reads of it. Plain data: it can be sent to a thread. */
interface Named {
  readonly name: string;
}

/** Runs one task at a time. */
export interface TaskRunner<Task, Result> {
  readonly run: (task: Task) => Promise<Result>;
  /** Ends it, in the middle of a task too. */
  readonly close: () => Promise<void>;
}

/** A thread of its own, over bars that it shares with the others. Its tasks are those of the setting's kind of work. */
export function threadRunner<Task extends Named, Result>(
  setting: WorkerSetting,
): TaskRunner<Task, Result> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
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
  worker.on('exit', (code) => fail(new Error(`a thread ended with ${code}`)));
  return {
    run: async (task) => {
      if (broken !== null) throw broken;
      const answer = await new Promise<WorkerAnswer>((resolve) => {
        settle = resolve;
        worker.postMessage(task);
      });
      if ('result' in answer) return answer.result as Result;
      const error = new Error(`${setting.work} ${task.name}: ${answer.error.message}`);
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
export async function runTasks<Task, Result>(
  tasks: readonly Task[],
  runners: readonly TaskRunner<Task, Result>[],
  onResult: (task: Task, result: Result) => void,
  interrupt: AbortSignal,
): Promise<void> {
  let next = 0;
  const stopped = new Promise<null>((resolve) => {
    if (interrupt.aborted) resolve(null);
    interrupt.addEventListener('abort', () => resolve(null), { once: true });
  });
  const serve = async (runner: TaskRunner<Task, Result>): Promise<void> => {
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
