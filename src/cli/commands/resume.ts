import type { CommandSpec } from '../command.ts';
import { textOption } from '../options.ts';

/** `trade-labs resume`: lifts what a person may lift. */
export const resume: CommandSpec = {
  path: 'resume',
  group: 'Control',
  summary: 'Let entries go on: lift a pause and breakers, clear a kill, forgive a drawdown',
  examples: [
    { line: 'trade-labs resume', does: 'asks, then lifts a pause and tripped breakers' },
    { line: 'trade-labs resume --clear-kill', does: 'asks for the account, then clears the kill' },
    {
      line: 'trade-labs resume --rebase-peak --confirm SIM-1',
      does: 'the drawdown limit counts from the last close on',
    },
  ],
  configure: (command) => {
    command
      .option('--clear-kill', 'clear the kill switch, also that of the kill file')
      .option('--rebase-peak', 'let the drawdown limit count from the last close on')
      .option('--reason <text>', 'why; kept in the journal')
      .option('-y, --yes', 'without asking')
      .option('--confirm <account>', 'the account, instead of typing it')
      .option('-n, --dry-run', 'show what would be done, do nothing');
  },
  run: async (context, _args, options) => {
    const { resumeCommand } = await import('../control-commands.ts');
    return resumeCommand(context, {
      clearKill: options.clearKill === true,
      rebasePeak: options.rebasePeak === true,
      cause: textOption(options.reason)?.trim() || 'asked for by hand',
      yes: options.yes === true,
      confirm: textOption(options.confirm),
      dryRun: options.dryRun === true,
    });
  },
};
