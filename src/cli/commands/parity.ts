import { resolve } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import type { CommandSpec } from '../command.ts';
import { csvOption, textOption } from '../options.ts';

/** `trade-labs parity`: two runs, two backtests, or a session and its backtest, side by side. */
export const parity: CommandSpec = {
  path: 'parity',
  group: 'Run',
  summary: 'Compare two runs, two backtests, or a session with its backtest',
  examples: [
    {
      line: 'trade-labs parity 2026-03-05 data/backtests/ID',
      does: 'a session against its backtest',
    },
    {
      line: 'trade-labs parity data/backtests/ONE data/backtests/TWO',
      does: 'two backtests',
    },
    { line: 'trade-labs parity RUN RUN', does: 'two runs of this home' },
    {
      line: 'trade-labs parity ONE TWO --csv - > parity.csv',
      does: 'every row, for a spreadsheet',
    },
  ],
  configure: (command) => {
    command
      .argument('<a>', 'a run id, a session as YYYY-MM-DD, a run folder, or a home')
      .argument('<b>', 'what it is compared with')
      .option('--data <dir>', 'bars that a backtest saw, where they are not the configured ones')
      .option('--csv <->', 'CSV on standard output')
      .addHelpText('after', '\nEnds with exit code 20 where anything differs.');
  },
  run: async (context, [a, b], options) => {
    if (a === undefined || b === undefined) {
      throw new Failure('USAGE', 'parity compares two', { hint: 'trade-labs parity A B' });
    }
    const csv = csvOption(options.csv);
    const data = textOption(options.data);
    const { compareParity } = await import('../../app/parity.ts');
    const report = await compareParity({
      home: context.home,
      cwd: context.cwd,
      loaded: await context.config(),
      a,
      b,
      ...(data === undefined ? {} : { dataDir: resolve(context.cwd, data) }),
    });
    const { parityOutcome } = await import('../show-parity.ts');
    return parityOutcome(context, report, csv);
  },
};
