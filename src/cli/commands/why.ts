import type { CommandSpec } from '../command.ts';
import { dateOption } from '../options.ts';

/** `trade-labs why`: the whole story behind a run, a trade, or a symbol on a day. */
export const why: CommandSpec = {
  path: 'why',
  group: 'Inspect',
  summary: 'Explain a run, a trade or a symbol: why it did, or did not, trade',
  examples: [
    { line: 'trade-labs why AAPL', does: 'one symbol in the last session with a scan' },
    { line: 'trade-labs why AAPL 2026-03-05', does: 'one symbol in a session' },
    { line: 'trade-labs why RUN', does: 'every candidate of a run; trade-labs runs has its id' },
  ],
  configure: (command) => {
    command
      .argument('<subject>', 'a run, a trade, an order, or a symbol such as AAPL')
      .argument('[date]', 'the session of a symbol: YYYY-MM-DD, today, yesterday');
  },
  run: async (context, [subject = '', dateText]) => {
    const { explain } = await import('../../app/explain.ts');
    const { storyText } = await import('../why-text.ts');
    const date = dateOption(context, 'DATE', dateText);
    const story = await explain(context.home, subject, date, () => context.config());
    return { data: story, text: storyText(story, context.columns) };
  },
};
