import type { CommandSpec } from '../command.ts';
import { durationOption, textOption } from '../options.ts';

/** `trade-labs pause`: no entries until a person resumes, or for a while. */
export const pause: CommandSpec = {
  path: 'pause',
  group: 'Control',
  summary: 'Stop entries until resumed, or for a while; positions keep their stops',
  examples: [
    { line: "trade-labs pause --reason 'on holiday'", does: 'until trade-labs resume' },
    { line: 'trade-labs pause --for 2h', does: 'goes on by itself in two hours' },
  ],
  configure: (command) => {
    command
      .option('--for <duration>', 'how long: 30m, 2h, 3d; until resumed where absent')
      .option('--reason <text>', 'why; kept in the journal')
      .option('-n, --dry-run', 'show what would be done, do nothing');
  },
  run: async (context, _args, options) => {
    const { pauseCommand } = await import('../control-commands.ts');
    return pauseCommand(context, {
      forMs: durationOption('--for', options.for),
      cause: textOption(options.reason)?.trim() || 'asked for by hand',
      dryRun: options.dryRun === true,
    });
  },
};
