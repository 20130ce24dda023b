import { resolve } from 'node:path';
import type { SweepQuestion } from '../app/sweep.ts';
import { parseWalkForward } from '../app/sweep-plan.ts';
import { Failure } from '../domain/failure.ts';
import { parseSessionDate, type SessionDate } from '../domain/time.ts';
import { RANKING_METRICS } from '../ledger/trials.ts';
import type { CommandContext } from './command.ts';
import { choiceOption, countOption, dateOption, symbolsOption, textOption } from './options.ts';
import { listOf, settingsOf, strategyOf } from './settings-option.ts';

type Options = Readonly<Record<string, unknown>>;

/** What a sweep is asked on a command line. Throws USAGE and SYMBOL_INVALID. */
export function sweepQuestion(context: CommandContext, options: Options): SweepQuestion {
  const from = needed('--from', dateOption(context, '--from', options.from));
  const to = needed('--to', dateOption(context, '--to', options.to));
  const grid = listOf(options.grid);
  if (grid.length === 0) {
    throw new Failure('USAGE', 'sweep needs something to try: --grid KEY=VALUES', {
      hint: 'write, for example, --grid sizing.stop.multiple=2..4:5',
    });
  }
  const data = textOption(options.data);
  const walk = textOption(options.walkForward);
  return {
    dataDir: data === undefined ? null : resolve(context.cwd, data),
    symbols: symbolsOption(options.symbols) ?? null,
    from,
    to,
    set: { ...strategyOf(context, options), ...settingsOf(options.set) },
    grid: [...grid],
    random: countOption('--random', options.random) ?? null,
    seed: seedOption(options.seed),
    walkForward: walk === undefined ? null : parseWalkForward(walk),
    split: splitOption(options.split, walk),
    metric: choiceOption('--metric', options.metric, RANKING_METRICS) ?? 'sharpe',
  };
}

/** What a sweep asked is kept in its folder: nothing of it can be asked otherwise later. */
export function refuseBesideResume(options: Options): void {
  const asking = ['data', 'from', 'to', 'symbols', 'strategy', 'set', 'grid', 'random', 'seed'];
  const others = [...asking, 'walkForward', 'split', 'metric', 'out'];
  const given = others.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  const flag = given.replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`);
  throw new Failure('USAGE', `--${flag} does not go with --resume`, {
    hint: 'a sweep goes on as it was begun; with other settings begin another: --out DIR',
  });
}

function needed(name: string, date: SessionDate | undefined): SessionDate {
  if (date !== undefined) return date;
  throw new Failure('USAGE', `sweep needs ${name}`, {
    hint: 'write --from 2015-01-02 --to 2017-12-29',
  });
}

function seedOption(value: unknown): number {
  const text = textOption(value);
  if (text === undefined) return 1;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Failure('USAGE', `--seed takes a whole number, was ${JSON.stringify(text)}`, {
    hint: 'write --random 100 --seed 7',
  });
}

function splitOption(value: unknown, walk: string | undefined): SweepQuestion['split'] {
  const text = textOption(value);
  if (text === undefined) return 'auto';
  if (walk !== undefined) {
    throw new Failure('USAGE', '--split does not go with --walk-forward', {
      hint: 'each window of a walk forward sets its own sessions aside',
    });
  }
  const date = text === 'off' ? text : parseSessionDate(text);
  if (date !== null) return date;
  throw new Failure('USAGE', `--split is neither a date nor off: ${JSON.stringify(text)}`, {
    hint: 'write --split 2017-01-03 or --split off',
  });
}

/** More threads than this only wait for each other. */
const MOST_WORKERS = 64;

/** Threads to run in; undefined where that is not said. */
export function workersOption(value: unknown): number | undefined {
  const workers = countOption('--workers', value);
  if (workers === undefined || workers <= MOST_WORKERS) return workers;
  throw new Failure('USAGE', `--workers takes at most ${MOST_WORKERS}, was ${workers}`, {
    hint: 'leave it away for one thread a processor',
  });
}
