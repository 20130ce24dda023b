import { RANKING_METRICS } from '../../ledger/trials.ts';
import type { CommandSpec } from '../command.ts';
import { gather } from '../settings-option.ts';

/** `trade-labs sweep`: many backtests over one set of bars, ranked, with what luck would have shown beside them. */
export const sweep: CommandSpec = {
  path: 'sweep',
  group: 'Run',
  summary: 'Backtest many settings, rank them, and say what of it may be luck',
  examples: [
    {
      line: 'trade-labs sweep --from -900d --to -1d --grid sizing.stop.multiple=2..4:5',
      does: 'five stops; the last 30 % of the sessions judge the choice',
    },
    {
      line: 'trade-labs sweep --from 2013-02-08 --to 2018-02-07 --grid scan.rows=25,50',
      does: 'two widths; with --walk-forward 252:63 chosen each quarter anew',
    },
    { line: 'trade-labs sweep --resume data/backtests/sweep-1', does: 'goes on after a stop' },
  ],
  stopsItself: true,
  configure: (command) => {
    command
      .option('--data <dir>', 'bars folder; by default the data of the configuration')
      .option('--from <date>', 'first date; earlier bars are history')
      .option('--to <date>', 'last date')
      .option('--symbols <list>', 'only these symbols, separated by commas')
      .option('--strategy <name|file>', 'a strategy in place of the configured one')
      .option('--set <key=value>', 'a setting of every trial; may be given again', gather)
      .option(
        '--grid <key=values>',
        'what is tried: key=a,b,c or key=low..high:n or, with --random, key=low..high; again for more keys',
        gather,
      )
      .option('--random <n>', 'draw so many combinations instead of trying all')
      .option('--seed <n>', 'seed of the draws (default: 1)')
      .option('--walk-forward <train:test>', 'sessions to choose on and to be judged by')
      .option('--split <date>', 'first session set aside; off: none (default: the last 30 %)')
      .option('--metric <name>', `what ranks: ${RANKING_METRICS.join(', ')} (default: sharpe)`)
      .option('--workers <n>', 'threads (default: one for each processor)')
      .option('--out <dir>', 'folder of the sweep (default: data/backtests/sweep-ID)')
      .option('--resume <dir>', 'go on with the sweep of this folder')
      .addHelpText('after', '\nHow to read what it prints: docs/SWEEP.md');
  },
  run: async (context, _args, options) => {
    const { runSweepCommand } = await import('../run-sweep-command.ts');
    return runSweepCommand(context, options);
  },
};
