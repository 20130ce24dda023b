import { resolve } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { type EpochMs, parseInstant, parseSessionDate } from '../../domain/time.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { symbolsOption, textOption } from '../options.ts';

/** `trade-labs pipeline`: scan, score, size, guard, execute once, now or at an instant of the past. */
export const pipeline: CommandSpec = {
  path: 'pipeline',
  group: 'Run',
  summary: 'Scan, score, size, guard and execute once',
  examples: [
    { line: 'trade-labs pipeline --dry-run', does: 'what would be traded now; nothing is sent' },
    {
      line: 'trade-labs pipeline --data data/bars --as-of 2015-08-24',
      does: 'the open of a past session, in a run folder of its own',
    },
    { line: 'trade-labs pipeline --review', does: 'asks before each order' },
  ],
  configure: (command) => {
    command
      .option('--candidates <n>', 'candidates passed to sizing', '5')
      .option('--symbols <list>', 'only these symbols, separated by commas')
      .option('-n, --dry-run', 'decide and record, send nothing')
      .option(
        '--review',
        'show each sized order with its verdict and ask; denies without a terminal',
      )
      .option('--as-of <instant>', 'a past instant (2015-08-24T13:30:00Z), or a date: its open')
      .option('--data <dir>', 'bars folder; only with --as-of')
      .option('--state <run>', 'begin with the account of this run folder; only with --as-of');
  },
  run: async (context, _args, options) => {
    const asOf = await asOfOption(textOption(options.asOf));
    refuseWithoutAsOf(asOf, options);
    const { runPipelineCommand } = await import('../run-pipeline-command.ts');
    return runPipelineCommand(context, {
      asOf,
      dataDir: pathOption(context, options.data),
      stateDir: pathOption(context, options.state),
      candidates: countOption(textOption(options.candidates) ?? ''),
      symbols: symbolsOption(options.symbols),
      dryRun: options.dryRun === true,
      review: options.review === true,
    });
  },
};

const pathOption = (context: CommandContext, value: unknown): string | undefined =>
  typeof value === 'string' ? resolve(context.cwd, value) : undefined;

/** An instant with its zone, or a date, which means the open of its session. */
async function asOfOption(text: string | undefined): Promise<EpochMs | undefined> {
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  if (instant !== null) return instant;
  const date = parseSessionDate(text);
  if (date === null) {
    throw new Failure('USAGE', `--as-of takes an instant with its zone or a date, was ${text}`, {
      hint: 'write 2015-08-24T13:30:00Z, 2015-08-24T09:30:00-04:00 or 2015-08-24',
    });
  }
  const { instantOf, sessionOf } = await import('../../calendar/nyse.ts');
  // A day without a session is refused where the run begins, with its reason.
  return sessionOf(date)?.openAt ?? instantOf(date, NOON);
}

const NOON = 12 * 60;

function refuseWithoutAsOf(
  asOf: EpochMs | undefined,
  options: Readonly<Record<string, unknown>>,
): void {
  const only = ['data', 'state'].find((name) => asOf === undefined && options[name] !== undefined);
  if (only === undefined) return;
  throw new Failure('USAGE', `--${only} goes with --as-of`, {
    hint: 'recorded bars answer about the past: add --as-of 2015-08-24; for now, set data in the config',
  });
}

function countOption(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count;
  throw new Failure('USAGE', `--candidates takes a number from 1 to 100, was ${text}`, {
    hint: 'trade-labs pipeline --candidates 5',
  });
}
