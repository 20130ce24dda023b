import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { parseSymbol, type Symbol } from '../../domain/market.ts';
import { parseSessionDate, type SessionDate } from '../../domain/time.ts';
import { readWhole, writeAtomic } from './atomic-file.ts';
import { nodeFileSystem } from './node-file-system.ts';

/** The file of a sweep's folder that says what is swept. */
export const SWEEP_FILE = 'sweep.json';
/** The file of a sweep's folder that every finished trial has its line in. */
export const TRIALS_FILE = 'trials.jsonl';

const date = z.string().transform((text, issues): SessionDate => {
  const parsed = parseSessionDate(text);
  if (parsed !== null) return parsed;
  issues.addIssue({ code: 'custom', message: 'is not a date' });
  return z.NEVER;
});
const symbol = z.string().transform((text, issues): Symbol => {
  const parsed = parseSymbol(text);
  if (parsed !== null) return parsed;
  issues.addIssue({ code: 'custom', message: 'is not a symbol' });
  return z.NEVER;
});
const texts = z.record(z.string(), z.string());

const question = z.strictObject({
  /** Absolute; null for the data of the configuration. */
  dataDir: z.string().nullable(),
  symbols: z.array(symbol).nullable(),
  from: date,
  to: date,
  /** What holds in every trial: dotted key to text. */
  set: texts,
  /** As they were typed. */
  grid: z.array(z.string()).min(1),
  /** Trials to draw; null for all combinations. */
  random: z.int().min(1).nullable(),
  seed: z.int(),
  walkForward: z.strictObject({ train: z.int().min(1), test: z.int().min(1) }).nullable(),
  /** The first session set aside; `auto` for the last part of the range, `off` for none. */
  split: z.union([z.literal(['auto', 'off']), date]),
  metric: z.string(),
});

const plan = z.strictObject({
  version: z.literal(1),
  /** Of the program that began it. */
  program: z.string(),
  question,
  /** What must be the same for results to be of one sweep. */
  hashes: z.strictObject({ config: z.string(), data: z.string(), code: z.string() }),
});

/** What is asked of a sweep: enough to ask it again. */
export type SweepQuestion = Readonly<z.output<typeof question>>;
/** What a sweep's folder says of itself. */
export type SweepPlan = Readonly<z.output<typeof plan>>;

/** What the folder sweeps; null where it holds no sweep. Throws INPUT_INVALID where its file cannot be read as one. */
export function readSweepPlan(dir: string): SweepPlan | null {
  const path = join(dir, SWEEP_FILE);
  const content = readWhole(nodeFileSystem, path);
  if (content === null) return null;
  try {
    return plan.parse(JSON.parse(content.toString('utf8')));
  } catch (cause) {
    throw new Failure('INPUT_INVALID', `${path} is not the plan of a sweep`, {
      details: [cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause)],
      hint: 'begin the sweep anew in another folder: --out DIR',
      cause,
    });
  }
}

/** Writes what the folder sweeps, making the folder. */
export function writeSweepPlan(dir: string, written: SweepPlan): void {
  nodeFileSystem.makeFolder(dir);
  writeAtomic(nodeFileSystem, join(dir, SWEEP_FILE), `${JSON.stringify(written, null, 2)}\n`);
}
