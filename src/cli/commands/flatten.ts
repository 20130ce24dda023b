import type { CommandSpec } from '../command.ts';
import { textOption } from '../options.ts';
import { confirmAccount } from '../prompt.ts';

/** `trade-labs flatten`: sells everything that is ours. */
export const flatten: CommandSpec = {
  path: 'flatten',
  group: 'Control',
  summary: 'Sell every position at the market; outside hours at the next open',
  examples: [
    { line: 'trade-labs flatten', does: 'asks for the account by name, then sells everything' },
    { line: 'trade-labs flatten --confirm SIM-1', does: 'without asking; also while it runs' },
    { line: 'trade-labs flatten --dry-run', does: 'shows what would be sold' },
  ],
  configure: (command) => {
    command
      .option('--confirm <account>', 'the account, instead of typing it')
      .option('--wait <seconds>', 'how long to wait for the sale (default: 75; 0: not at all)')
      .option('-n, --dry-run', 'show what would be sold, sell nothing');
  },
  run: async (context, _args, options) => {
    const given = textOption(options.confirm);
    const { leavePositionsCommand, waitOption } = await import('../leave-positions.ts');
    return leavePositionsCommand(context, {
      command: 'flatten',
      symbols: [],
      dryRun: options.dryRun === true,
      waitMs: waitOption(options.wait),
      confirm: (account) => confirmAccount(context, account, given, 'sell everything'),
    });
  },
};
