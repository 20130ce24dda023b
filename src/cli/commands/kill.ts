import { Failure } from '../../domain/failure.ts';
import type { CommandSpec } from '../command.ts';
import { countOption, textOption } from '../options.ts';

/** `trade-labs kill`: nothing is entered any more until a person clears it. */
export const kill: CommandSpec = {
  path: 'kill',
  group: 'Control',
  summary: 'Stop trading: withdraw entries, keep or sell positions; sticky until cleared',
  examples: [
    { line: 'trade-labs kill', does: 'asks for the account, withdraws entries, keeps positions' },
    { line: 'trade-labs kill --flatten --confirm SIM-1', does: 'sells every position as well' },
    { line: 'trade-labs resume --clear-kill', does: 'lets trading go on afterwards' },
  ],
  configure: (command) => {
    command
      .option('--flatten', 'sell every position')
      .option('--keep', 'keep positions with their stops (the default)')
      .option('--reason <text>', 'why; kept in the journal')
      .option('--timeout <seconds>', 'how long a running daemon may take to answer (10)')
      .option('--confirm <account>', 'the account, instead of typing it')
      .option('-n, --dry-run', 'show what would be done, do nothing');
  },
  run: async (context, _args, options) => {
    if (options.flatten === true && options.keep === true) {
      throw new Failure('USAGE', '--flatten and --keep are both given', { hint: 'give one' });
    }
    const { killCommand } = await import('../control-commands.ts');
    return killCommand(context, {
      positions: options.flatten === true ? 'flatten' : 'keep',
      cause: textOption(options.reason)?.trim() || 'asked for by hand',
      timeoutMs: (countOption('--timeout', options.timeout) ?? 10) * 1000,
      confirm: textOption(options.confirm),
      dryRun: options.dryRun === true,
    });
  },
};
