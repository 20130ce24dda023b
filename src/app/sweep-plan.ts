import { streamKey, uniformAt } from '../adapters/sim/synthetic-random.ts';
import { Failure } from '../domain/failure.ts';
import type { SessionDate } from '../domain/time.ts';
import { type Axis, levelAt, levelsOf, valueAt } from './sweep-axes.ts';

/** One combination of values. */
export interface Trial {
  /** From 1 on, in the order of the plan. */
  readonly number: number;
  /** Text by key, in the order of the axes. */
  readonly values: Readonly<Record<string, string>>;
}

/** More backtests than this are refused: nobody waits for them, and nothing is learnt from the best of so many. */
export const MOST_RUNS = 10_000;

const grouped = (count: bigint): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** Every combination, the last axis changing fastest. Throws USAGE with the count where there are too many. */
export function gridTrials(axes: readonly Axis[]): Trial[] {
  const levels = axes.map((axis) => {
    const count = levelsOf(axis);
    if (count !== null) return count;
    throw new Failure('USAGE', `--grid ${axis.key} names a range without a number of values`, {
      hint: `write ${axis.key}=low..high:5 for a grid, or add --random 100`,
    });
  });
  const count = levels.reduce((product, level) => product * BigInt(level), 1n);
  if (count > MOST_RUNS) throw tooMany('the grid has', count, 'combinations');
  return Array.from({ length: Number(count) }, (_, i) => {
    let rest = i;
    const chosen = new Map<string, string>();
    for (let a = axes.length - 1; a >= 0; a -= 1) {
      const level = levels[a] as number;
      chosen.set((axes[a] as Axis).key, levelAt(axes[a] as LevelAxis, rest % level));
      rest = Math.floor(rest / level);
    }
    return trialOf(i, axes, chosen);
  });
}

type LevelAxis = Exclude<Axis, { kind: 'between' }>;

const trialOf = (
  index: number,
  axes: readonly Axis[],
  chosen: ReadonlyMap<string, string>,
): Trial => ({
  number: index + 1,
  values: Object.fromEntries(axes.map(({ key }) => [key, chosen.get(key) ?? ''])),
});

function tooMany(subject: string, count: bigint, things: string): Failure {
  const details = [`more than ${grouped(BigInt(MOST_RUNS))} are not run`];
  return new Failure('USAGE', `${subject} ${grouped(count)} ${things}`, {
    details,
    hint: 'take fewer values, or draw some of them: --random 500 --seed 1',
  });
}

/** Draws that may repeat an earlier one before the values are taken to be exhausted, for each trial wanted. */
const PATIENCE = 50;

/**
 * So many different combinations, drawn evenly from the axes by a seed: the same seed draws the same, and more trials
 * begin with the same ones. All combinations where there are no more than that. Throws USAGE for too many.
 */
export function randomTrials(axes: readonly Axis[], wanted: number, seed: number): Trial[] {
  if (wanted > MOST_RUNS) throw tooMany('--random asks for', BigInt(wanted), 'trials');
  const levels = axes.map(levelsOf);
  if (levels.every((level) => level !== null)) {
    const count = levels.reduce((product, level) => product * BigInt(level), 1n);
    if (count <= wanted) return gridTrials(axes);
  }
  const streams = axes.map(({ key }) => streamKey(seed, `sweep ${key}`, 0));
  const seen = new Set<string>();
  const trials: Trial[] = [];
  for (let draw = 0; trials.length < wanted && draw < wanted * PATIENCE; draw += 1) {
    const chosen = new Map(
      axes.map((axis, a) => [axis.key, valueAt(axis, uniformAt(streams[a] as number, draw))]),
    );
    const name = JSON.stringify([...chosen.values()]);
    if (seen.has(name)) continue;
    seen.add(name);
    trials.push(trialOf(trials.length, axes, chosen));
  }
  return trials;
}

/** A stretch to choose on and the one after it to be judged by. Dates of sessions, both included. */
export interface WalkWindow {
  /** From 1 on. */
  readonly number: number;
  readonly train: { readonly from: SessionDate; readonly to: SessionDate };
  readonly test: { readonly from: SessionDate; readonly to: SessionDate };
  /** Sessions of the test; the last one may be short. */
  readonly testSessions: number;
}

/** How long the stretches are, in sessions. */
export interface WalkForward {
  readonly train: number;
  readonly test: number;
}

/** "252:63" as sessions to choose on and to be judged by. Throws USAGE. */
export function parseWalkForward(text: string): WalkForward {
  const match = /^(\d{1,5}):(\d{1,5})$/.exec(text);
  const [train, test] = [Number(match?.[1]), Number(match?.[2])];
  if (train >= 1 && test >= 1) return { train, test };
  throw new Failure(
    'USAGE',
    `--walk-forward takes TRAIN:TEST in sessions, was ${JSON.stringify(text)}`,
    {
      hint: 'write --walk-forward 252:63 to choose on a year and judge on the quarter after it',
    },
  );
}

/**
 * The stretches that a range of sessions has: each test follows its train, and the tests follow one another without a
 * gap or an overlap, so that together they are one record of what choosing like this would have earned. Throws USAGE
 * where the range has no session after the first train.
 */
export function walkWindows(
  sessions: readonly SessionDate[],
  { train, test }: WalkForward,
): WalkWindow[] {
  if (sessions.length <= train) {
    throw new Failure('USAGE', `the range has ${sessions.length} sessions, none left to judge on`, {
      details: [`--walk-forward chooses on ${train} and judges on the ${test} after them`],
      hint: 'take a longer range or a shorter train',
    });
  }
  const at = (i: number): SessionDate => sessions[i] as SessionDate;
  const windows: WalkWindow[] = [];
  for (let begin = 0; begin + train < sessions.length; begin += test) {
    const judged = begin + train;
    const end = Math.min(judged + test, sessions.length);
    windows.push({
      number: windows.length + 1,
      train: { from: at(begin), to: at(judged - 1) },
      test: { from: at(judged), to: at(end - 1) },
      testSessions: end - judged,
    });
  }
  return windows;
}

/** Refuses more backtests than anybody waits for, with their count. */
export function refuseTooManyRuns(trials: number, windows: number): void {
  const runs = BigInt(trials + 1) * BigInt(windows);
  if (runs > MOST_RUNS)
    throw tooMany(`${trials} trials in ${windows} windows are`, runs, 'backtests');
}
