import type { CommandSpec } from '../command.ts';
import { alertsOption } from '../options.ts';

/** `trade-labs alerts`: what calls for a person, and taking note of it. */
export const alerts: CommandSpec = {
  path: 'alerts',
  group: 'Inspect',
  summary: 'List open alerts, and take note of them with --ack',
  examples: [
    { line: 'trade-labs alerts', does: 'what nobody took note of yet' },
    { line: 'trade-labs alerts --ack 312', does: 'takes note of one, by its number' },
    { line: 'trade-labs alerts --ack all', does: 'of all of them' },
  ],
  configure: (command) => {
    command.option('--ack <numbers>', 'numbers between commas, or all');
  },
  run: async (context, _args, options) => {
    const { alertsCommand } = await import('../control-commands.ts');
    return alertsCommand(context, alertsOption(options.ack));
  },
};
