import type { CommandSpec } from '../command.ts';

/** `trade-labs risk`: how much of each limit is used, and what restricts trading. */
export const risk: CommandSpec = {
  path: 'risk',
  group: 'Inspect',
  summary: 'Show each limit with what is used of it, the trading state and the intensity',
  examples: [
    { line: 'trade-labs risk', does: 'also while a daemon runs' },
    { line: 'trade-labs risk --json', does: 'the same for programs' },
  ],
  run: async (context) => {
    const { showRisk } = await import('../show-risk.ts');
    return showRisk(context);
  },
};
