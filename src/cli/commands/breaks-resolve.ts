import { Failure } from '../../domain/failure.ts';
import { plural } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';
import { textOption } from '../options.ts';
import { packageVersion } from '../package-version.ts';

/** `trade-labs breaks resolve`: takes note of a difference, so that entries go on while it stays as it is. */
export const breaksResolve: CommandSpec = {
  path: 'breaks resolve',
  group: 'Inspect',
  summary: 'Take note of a difference; entries go on while its numbers stay',
  examples: [
    {
      line: "trade-labs breaks resolve 'quantity AAPL' --note 'transfer under way'",
      does: 'the book stays as it is',
    },
    { line: "trade-labs breaks resolve all --note 'checked by phone'", does: 'every open one' },
  ],
  configure: (command) => {
    command
      .argument('<key>', 'the break as `breaks` names it, or all')
      .option('--note <text>', 'why it may stay; kept in the journal');
  },
  run: async (context, [key = ''], options) => {
    const note = textOption(options.note)?.trim() ?? '';
    if (note === '') {
      throw new Failure('USAGE', 'why may it stay? --note is empty', {
        hint: "write --note 'checked by phone'",
      });
    }
    const loaded = await context.config();
    const { askToResolve } = await import('../../app/ask-to-reconcile.ts');
    const { home } = context;
    const asker = { home, loaded, version: packageVersion(), now: context.now() };
    const resolved = await askToResolve(asker, { key, note });
    return {
      data: { resolved: resolved.map((one) => one.key) },
      text: `${plural(resolved.length, 'break')} resolved: ${resolved.map((one) => visible(one.key)).join(', ')}`,
    };
  },
};
