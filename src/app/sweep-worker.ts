import { parentPort, workerData } from 'node:worker_threads';
import { type SharedBars, sharedBarSource } from '../adapters/memory/shared-bars.ts';
import { assertExists } from '../domain/result.ts';
import type { TrialResult } from '../ledger/trials.ts';
import { runTrial, TrialBars, type TrialSetting, type TrialTask } from './sweep-trial.ts';
import { syntheticSourceOf } from './synthetic.ts';

/** What a thread is begun with. */
export interface WorkerSetting {
  readonly setting: TrialSetting;
  readonly shared: SharedBars;
  /** The market whose minutes are made in the thread; null where the bars were copied. */
  readonly market: { readonly seed: number; readonly symbols: number } | null;
}

/** What a thread says of a task: its result, or an error that no trial may make. */
export type WorkerAnswer =
  | { readonly result: TrialResult }
  | { readonly error: { readonly message: string; readonly stack: string | undefined } };

/** Takes one task after the other, as long as the thread lives. */
function serve(): void {
  const { setting, shared, market } = workerData as WorkerSetting;
  const port = assertExists(parentPort, 'this file is the entry of a thread');
  const source = sharedBarSource(shared, market === null ? null : syntheticSourceOf(market));
  const bars = new TrialBars(source, setting.last);
  port.on('message', (task: TrialTask) => {
    void answerTo(task).then((answer) => port.postMessage(answer));
  });

  async function answerTo(task: TrialTask): Promise<WorkerAnswer> {
    try {
      return { result: await runTrial(task, setting, bars) };
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      return { error: { message, stack } };
    }
  }
}

serve();
