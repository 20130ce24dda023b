import { parentPort, workerData } from 'node:worker_threads';
import { type SharedBars, sharedBarSource } from '../adapters/memory/shared-bars.ts';
import { assertExists } from '../domain/result.ts';
import { Picker, type PickSetting, type PickTask } from './pick-run.ts';
import { runTrial, TrialBars, type TrialSetting, type TrialTask } from './sweep-trial.ts';
import { syntheticSourceOf } from './synthetic.ts';

/** The bars that a thread looks at. */
export interface WorkerBars {
  readonly shared: SharedBars;
  /** The market whose minutes are made in the thread; null where the bars were copied. */
  readonly market: { readonly seed: number; readonly symbols: number } | null;
}

/** Trials of a sweep. */
export interface TrialWork extends WorkerBars {
  readonly work: 'trial';
  readonly setting: TrialSetting;
}

/** Runs with picks at random. */
export interface PickWork extends WorkerBars {
  readonly work: 'random pick';
  readonly setting: PickSetting;
}

/** What a thread is begun with. */
export type WorkerSetting = TrialWork | PickWork;

/** What a thread says of a task: its result, or an error that no task may make. */
export type WorkerAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly message: string; readonly stack: string | undefined } };

/** Takes one task after the other, as long as the thread lives. */
function serve(): void {
  const begun = workerData as WorkerSetting;
  const port = assertExists(parentPort, 'this file is the entry of a thread');
  const { shared, market } = begun;
  const source = sharedBarSource(shared, market === null ? null : syntheticSourceOf(market));
  const run = doing(begun);
  port.on('message', (task: TrialTask & PickTask) => {
    void answerTo(task).then((answer) => port.postMessage(answer));
  });

  function doing(setting: WorkerSetting): (task: TrialTask & PickTask) => Promise<unknown> {
    if (setting.work === 'random pick') {
      const picker = new Picker(setting.setting, source);
      return (task) => picker.run(task);
    }
    const bars = new TrialBars(source, setting.setting.last);
    return (task) => runTrial(task, setting.setting, bars);
  }

  async function answerTo(task: TrialTask & PickTask): Promise<WorkerAnswer> {
    try {
      return { result: await run(task) };
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      return { error: { message, stack } };
    }
  }
}

serve();
