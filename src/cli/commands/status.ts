import type { CommandSpec } from '../command.ts';

/** `trade-labs status`: how this home is, in about twelve lines. */
export const status: CommandSpec = {
  path: 'status',
  group: 'Inspect',
  summary: 'Say how it is: daemon, market, account, positions, next jobs, alerts',
  examples: [
    { line: 'trade-labs status', does: 'also when the daemon is down: from its history' },
    { line: 'trade-labs status --watch', does: 'again every two seconds, until Ctrl-C' },
    { line: 'trade-labs status --json', does: 'for programs' },
  ],
  stopsItself: true,
  configure: (command) => {
    command.option('--watch', 'show it again every two seconds, with what waits and works');
  },
  run: async (context, _args, options) => {
    const { showStatus, watchStatus } = await import('../show-status.ts');
    return options.watch === true ? watchStatus(context) : showStatus(context);
  },
};
