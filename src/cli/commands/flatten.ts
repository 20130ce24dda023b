import { Failure } from '../../domain/failure.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { textOption } from '../options.ts';

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
      .option('-n, --dry-run', 'show what would be sold, sell nothing');
  },
  run: async (context, _args, options) => {
    const given = textOption(options.confirm);
    const { leavePositionsCommand } = await import('../leave-positions.ts');
    return leavePositionsCommand(context, {
      command: 'flatten',
      symbols: [],
      dryRun: options.dryRun === true,
      confirm: (account) => namesAccount(context, account, given),
    });
  },
};

/** True where the account was named rightly; a wrong name is refused rather than asked for again. */
async function namesAccount(
  context: CommandContext,
  account: string,
  given: string | undefined,
): Promise<boolean> {
  if (given === undefined && !context.interactive) {
    throw new Failure('USAGE', 'cannot ask for the account: there is no terminal to answer', {
      hint: `answer beforehand with --confirm ${account}`,
    });
  }
  const typed = given ?? (await context.ask(`Type ${account} to sell everything: `))?.trim();
  if (typed === account) return true;
  if (given === undefined) return false;
  throw new Failure('USAGE', `--confirm ${given} is not the account of this home`, {
    hint: `it is ${account}`,
  });
}
