import type { CommandSpec } from '../command.ts';
import { gather } from '../settings-option.ts';

/** `trade-labs backtest`: the daemon's own engine and schedule over the past. */
export const backtest: CommandSpec = {
  path: 'backtest',
  group: 'Run',
  summary: 'Play the schedule over recorded bars and write its tear sheet',
  examples: [
    {
      line: 'trade-labs backtest --data data/bars --from 2013-02-08 --to 2018-02-07',
      does: 'the configured desk over five years, with its tear sheet',
    },
    {
      line: 'trade-labs backtest --from -400d --to -1d --set risk.maxPositions=5',
      does: 'the configured market and another limit; --html draws charts',
    },
    {
      line: 'trade-labs backtest --from -900d --to -1d --check-lookahead',
      does: 'proves besides that no decision looks ahead',
    },
  ],
  stopsItself: true,
  configure: (command) => {
    command
      .option('--data <dir>', 'bars folder; by default the data of the configuration')
      .option('--from <date>', 'first date; earlier bars are history')
      .option('--to <date>', 'last date')
      .option('--symbols <list>', 'only these symbols, separated by commas')
      .option('--strategy <name|file>', 'a strategy in place of the configured one')
      .option('--set <key=value>', 'a setting of this run; may be given again', gather)
      .option('--out <dir>', 'the run folder (default: data/backtests/ID)')
      .option('--html', 'report.html with charts; plays the baseline')
      .option('--close-at-end', 'sell what is held at the last close')
      .option('--baseline', 'play 200 seeded runs that pick at random')
      .option('--no-baseline', 'leave them out of --html, which plays them too')
      .option('--check-lookahead', 'decide again on data without and with another future')
      .option('--split <date>', 'first date out of sample')
      .option('--monte-carlo', 'draw the trades again 1,000 times')
      .option('--sensitivity', 'play one step to either side of each parameter')
      .addHelpText(
        'after',
        '\nExit 20 when --check-lookahead finds a decision that changes.\nWhat is assumed: docs/BACKTEST.md',
      );
  },
  run: async (context, _args, options) => {
    const { runBacktestCommand } = await import('../run-backtest-command.ts');
    return runBacktestCommand(context, options);
  },
};
