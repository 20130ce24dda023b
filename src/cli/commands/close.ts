import { Failure } from '../../domain/failure.ts';
import type { CommandSpec } from '../command.ts';
import { symbolOption } from '../options.ts';
import { confirm } from '../prompt.ts';

/** `trade-labs close SYMBOL`: sells one position. */
export const close: CommandSpec = {
  path: 'close',
  group: 'Control',
  summary: 'Sell a position at the market, through the stop that covers it',
  examples: [
    { line: 'trade-labs close AAPL', does: 'asks, then sells all shares of AAPL that are ours' },
    { line: 'trade-labs close AAPL --yes', does: 'without asking; also while the daemon runs' },
    { line: 'trade-labs close AAPL --dry-run', does: 'shows what would be sold' },
  ],
  configure: (command) => {
    command
      .argument('<symbol>', 'the position, such as AAPL')
      .option('-y, --yes', 'do not ask')
      .option('--wait <seconds>', 'how long to wait for the sale (default: 75; 0: not at all)')
      .option('-n, --dry-run', 'show what would be sold, sell nothing');
  },
  run: async (context, [text], options) => {
    const symbol = symbolOption(text);
    if (symbol === undefined) throw new Failure('USAGE', 'which position?');
    const { leavePositionsCommand, waitOption } = await import('../leave-positions.ts');
    return leavePositionsCommand(context, {
      command: 'close',
      symbols: [symbol],
      dryRun: options.dryRun === true,
      waitMs: waitOption(options.wait),
      confirm: async (_account, what) =>
        options.yes === true || (await confirm(context, `Sell ${what}?`)),
    });
  },
};
