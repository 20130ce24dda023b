import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lockHome } from '../adapters/file/home-lock.ts';
import {
  readSweepPlan,
  SWEEP_FILE,
  type SweepPlan,
  type SweepQuestion,
  TRIALS_FILE,
  writeSweepPlan,
} from '../adapters/file/sweep-file.ts';
import { openTrialFile, type TrialFile } from '../adapters/file/trial-file.ts';
import { type SharedBars, shareBars } from '../adapters/memory/shared-bars.ts';
import { previousSession } from '../calendar/nyse.ts';
import type { ConfigSource } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import { assertExists } from '../domain/result.ts';
import type { EpochMs } from '../domain/time.ts';
import type { RankingMetric, TrialResult } from '../ledger/trials.ts';
import { plural } from '../reporting/format.ts';
import { type SweepReport, type SweptWindow, sweepReport } from '../reporting/sweep-report.ts';
import { writeReportFiles } from './report-files.ts';
import { type Axis, levelAt, levelsOf } from './sweep-axes.ts';
import { sweepFiles } from './sweep-files.ts';
import { type PreparedSweep, prepareSweep } from './sweep-prepare.ts';
import { rangeTasks, swept, sweptWindow, testTask, trainTasks } from './sweep-tasks.ts';
import type { TrialSetting, TrialTask } from './sweep-trial.ts';
import type { TrialWork } from './worker.ts';
import { runTasks, type TaskRunner, threadRunner } from './worker-pool.ts';

export type { SweepQuestion };

/** Runs one trial at a time. */
export type TrialRunner = TaskRunner<TrialTask, TrialResult>;

/** A sweep to be begun, or to be gone on with. */
export interface SweepRequest {
  /** Its folder. Absolute. */
  readonly dir: string;
  /** What is asked; null goes on with what the folder holds. */
  readonly question: SweepQuestion | null;
  readonly configSource: ConfigSource;
  readonly version: string;
  /** What the program is, see codeHash: results of another one are not of the same sweep. */
  readonly code: string;
  readonly workers: number;
  readonly now: EpochMs;
  /** Stops it; what is done by then stays, and can be gone on with. */
  readonly interrupt: AbortSignal;
  /** Told after each backtest; `total` may grow when windows have chosen. */
  readonly onProgress?: (done: number, total: number) => void;
  /** How a trial is run: in a thread of its own unless said. */
  readonly openRunner?: (work: TrialWork) => TrialRunner;
}

/** What a sweep comes to. */
export interface SweepOutcome {
  readonly report: SweepReport;
  readonly question: SweepQuestion;
  readonly hashes: SweepPlan['hashes'];
  readonly interrupted: boolean;
  /** Backtests of this process, and those that an earlier one had done. */
  readonly run: number;
  readonly reused: number;
  /** Names of the files in the folder that hold it. */
  readonly files: readonly string[];
}

/**
 * Runs every trial of a sweep that has no result yet, each result on the disk before the next is begun, then ranks them
 * all. However often it was interrupted, and in however many threads: the same question gives the same files. Throws
 * INPUT_MISSING and INPUT_INVALID for a folder that cannot be gone on with, DATA_REFUSED where configuration, data or
 * program are not those it was begun with.
 */
export async function runSweep(request: SweepRequest): Promise<SweepOutcome> {
  const { dir, configSource } = request;
  const before = readSweepPlan(dir);
  const question = questionOf(request, before);
  const prepared = await prepareSweep(question, configSource);
  const hashes = { ...prepared.hashes, code: request.code };
  if (before !== null) refuseOther(dir, before.hashes, hashes);
  const lock = await lockHome({ home: dir, role: 'sweep', now: request.now });
  try {
    if (before === null) {
      // Whoever held it until now may have begun one.
      refuseBegun(dir);
      writeSweepPlan(dir, { version: 1, program: request.version, question, hashes });
    }
    const file = openTrialFile(join(dir, TRIALS_FILE));
    try {
      const done = await runAll(request, question, prepared, file);
      const found = done.windows ?? { kind: 'range' as const, trials: swept(prepared, file, '') };
      const report = reportOf(question, prepared, found, done.missing);
      const files = await sweepFiles(report);
      writeReportFiles(dir, files);
      return {
        report: { ...report, warnings: [...damageOf(file), ...report.warnings] },
        question,
        hashes,
        interrupted: done.missing > 0,
        run: done.run,
        reused: done.reused,
        files: [SWEEP_FILE, TRIALS_FILE, ...files.map(({ name }) => name)],
      };
    } finally {
      file.close();
    }
  } finally {
    await lock.release();
  }
}

function questionOf({ dir, question }: SweepRequest, before: SweepPlan | null): SweepQuestion {
  if (question === null) {
    if (before !== null) return before.question;
    throw new Failure('INPUT_MISSING', `there is no sweep in ${dir}`, {
      hint: 'begin one: trade-labs sweep --data DIR --from D --to D --grid KEY=VALUES --out DIR',
    });
  }
  refuseBegun(dir);
  return question;
}

/** A sweep begins in a folder that has none. */
function refuseBegun(dir: string): void {
  const begun = [SWEEP_FILE, TRIALS_FILE].some((name) => existsSync(join(dir, name)));
  if (!begun) return;
  throw new Failure('CANNOT_WRITE', `${dir} holds a sweep already`, {
    hint: `go on with it: trade-labs sweep --resume ${dir}; or begin in another folder: --out DIR`,
  });
}

const MEANINGS: Readonly<Record<keyof SweepPlan['hashes'], string>> = {
  config: 'the configuration, or a file that it names',
  data: 'the bars',
  code: 'the program',
};

/** Results of different programs, data or settings cannot be ranked among each other. */
function refuseOther(dir: string, was: SweepPlan['hashes'], is: SweepPlan['hashes']): void {
  const changed = (['config', 'data', 'code'] as const).filter((name) => was[name] !== is[name]);
  if (changed.length === 0) return;
  throw new Failure('DATA_REFUSED', `the sweep in ${dir} cannot be gone on with`, {
    details: changed.map(
      (name) =>
        `${MEANINGS[name]} changed since it was begun: ${was[name].slice(0, 16)} then, ${is[name].slice(0, 16)} now`,
    ),
    hint: 'put back what changed, or begin anew in another folder: --out DIR',
  });
}

const damageOf = ({ damagedLines }: TrialFile): string[] =>
  damagedLines.length === 0
    ? []
    : [
        `${TRIALS_FILE} has ${plural(damagedLines.length, 'damaged line')}: what was lost was run again`,
      ];

/** What was found, and how much of it by this process. */
interface Done {
  readonly windows: { readonly kind: 'windows'; readonly windows: readonly SweptWindow[] } | null;
  readonly missing: number;
  readonly run: number;
  readonly reused: number;
}

async function runAll(
  request: SweepRequest,
  question: SweepQuestion,
  prepared: PreparedSweep,
  file: TrialFile,
): Promise<Done> {
  const { windows } = prepared;
  const tasks =
    windows === null ? rangeTasks(prepared) : windows.flatMap((one) => trainTasks(prepared, one));
  const total = tasks.length + (windows?.length ?? 0);
  const pending = tasks.filter(({ name }) => !file.results.has(name));
  let run = 0;
  const progress = () => request.onProgress?.(file.results.size, total);
  const onResult = ({ name }: TrialTask, result: TrialResult): void => {
    keep(file, request.dir, name, result);
    run += 1;
    progress();
  };
  progress();
  const runners = openRunners(request, question, prepared, pending.length + (windows?.length ?? 0));
  try {
    await runTasks(pending, runners, onResult, request.interrupt);
    if (windows === null) {
      return {
        windows: null,
        missing: missingOf(tasks, file),
        run,
        reused: tasks.length - pending.length,
      };
    }
    const tests = windows.flatMap((one) => testTask(question, prepared, file, one) ?? []);
    const left = tests.filter(({ name }) => !file.results.has(name));
    await runTasks(left, runners, onResult, request.interrupt);
    return {
      windows: {
        kind: 'windows',
        windows: windows.map((one) => sweptWindow(question, prepared, file, one)),
      },
      missing: missingOf([...tasks, ...tests], file),
      run,
      reused: tasks.length - pending.length + tests.length - left.length,
    };
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
}

const missingOf = (tasks: readonly TrialTask[], file: TrialFile): number =>
  tasks.filter(({ name }) => !file.results.has(name)).length;

function keep(file: TrialFile, dir: string, name: string, result: TrialResult): void {
  try {
    file.add(name, result);
  } catch (cause) {
    throw new Failure('CANNOT_WRITE', `a result could not be written into ${dir}`, {
      details: [cause instanceof Error ? cause.message : String(cause)],
      hint: `make room, then go on: trade-labs sweep --resume ${dir}`,
      cause,
    });
  }
}

function openRunners(
  { workers, version, configSource, openRunner = threadRunner }: SweepRequest,
  question: SweepQuestion,
  { source, base, sessions }: PreparedSweep,
  tasks: number,
): TrialRunner[] {
  const last = assertExists(sessions.at(-1), 'a range has sessions');
  const { symbols } = question;
  const setting: TrialSetting = { home: configSource.home, version, symbols, last };
  const shared: SharedBars = shareBars(source, last);
  const market = source.synthetic ? base.config.data.synthetic : null;
  return Array.from({ length: Math.min(workers, tasks) }, () =>
    openRunner({ work: 'trial', setting, shared, market }),
  );
}

function reportOf(
  question: SweepQuestion,
  { axes, sessions, split, source, warnings }: PreparedSweep,
  found: Parameters<typeof sweepReport>[0]['found'],
  missing: number,
): SweepReport {
  const first = assertExists(sessions[0], 'a range has sessions').date;
  return sweepReport({
    metric: question.metric as RankingMetric,
    keys: axes.map((axis) => ({ key: axis.key, values: listed(axis) })),
    from: first,
    to: assertExists(sessions.at(-1), 'a range has sessions').date,
    sessions: sessions.length,
    split,
    before: previousSession(first).date,
    dataLabel: source.label,
    synthetic: source.synthetic,
    found,
    missing,
    warnings,
  });
}

/** More values than these are no list that anybody looks at. */
const MOST_LISTED = 1_000;

function listed(axis: Axis): string[] | null {
  const count = levelsOf(axis);
  if (axis.kind === 'between' || count === null || count > MOST_LISTED) return null;
  return Array.from({ length: count }, (_, level) => levelAt(axis, level));
}
