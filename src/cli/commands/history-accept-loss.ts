import { plural } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { careFor } from '../history-care.ts';
import { confirm } from '../prompt.ts';

/** `trade-labs history accept-loss`: go on without events that cannot be read, and write down which. */
export const historyAcceptLoss: CommandSpec = {
  path: 'history accept-loss',
  group: 'Data',
  summary: 'Go on without damaged events; the journal says which',
  examples: [
    { line: 'trade-labs history accept-loss --dry-run', does: 'what would be given up' },
    { line: 'trade-labs history accept-loss', does: 'only where no backup has the events' },
  ],
  configure: (command) => {
    command
      .option('-n, --dry-run', 'show what is lost; change nothing')
      .option('-y, --yes', 'do not ask');
    command.addHelpText(
      'after',
      '\nA backup loses less: trade-labs history restore FILE.\nNothing is removed from the journal.',
    );
  },
  run: async (context, _args, options) => {
    const { acceptLossesOf, lossesOf } = await import('../../app/history-care.ts');
    const warnings: string[] = [];
    const care = careFor(context, warnings);
    const found = lossesOf(care);
    const list = found.losses.map(({ cause }) => `  ${cause}`);
    if (found.losses.length === 0) {
      return { data: { ...found, accepted: false }, text: 'Nothing is lost.' };
    }
    const told = [`Lost: ${plural(found.losses.length, 'stretch', 'stretches')}`, ...list].join(
      '\n',
    );
    if (options.dryRun === true) {
      return { data: { ...found, accepted: false }, text: told, warnings: found.leftOut };
    }
    if (options.yes !== true) {
      context.stderr(`${told}\n`);
      if (!(await confirm(context, 'Go on without them?'))) {
        return { data: { ...found, accepted: false }, text: 'Nothing was changed.' };
      }
    }
    const accepted = await acceptLossesOf(care);
    return {
      data: { ...accepted, accepted: true },
      text: `${told}\nThe journal says so now. Compare with the broker: trade-labs reconcile`,
      warnings: [...warnings, ...accepted.leftOut],
    };
  },
};
