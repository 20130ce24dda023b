import { relative } from 'node:path';
import type { CommandSpec } from '../command.ts';
import { confirm } from '../prompt.ts';

/** `trade-labs config restore`: an earlier configuration in the place of the present one. */
export const configRestore: CommandSpec = {
  path: 'config restore',
  group: 'Get started',
  summary: 'Put an earlier configuration back, checked first',
  examples: [
    { line: 'trade-labs config restore 3f2a91', does: 'shows the keys that change, and asks' },
    { line: 'trade-labs config restore 3f2a91 --dry-run', does: 'only shows them' },
  ],
  configure: (command) => {
    command
      .argument('<hash>', 'its hash, or the beginning of it')
      .option('-y, --yes', 'without asking')
      .option('-n, --dry-run', 'show what would change, change nothing');
  },
  run: async (context, [asked = ''], options) => {
    const { restorable, restoreConfig } = await import('../../app/config-history.ts');
    const restored = await restorable(context.configSource, asked);
    const { hash, keys, file } = restored;
    const name = relative(context.cwd, file) || file;
    const data = { hash, keys, file, restored: false };
    if (keys.length === 0) return { data, text: `${name} says the same already.` };
    const plan = `${name} -> configuration ${hash.slice(0, 8)}; changes: ${keys.join(', ')}`;
    if (options.dryRun === true) return { data, text: `DRY RUN\n${plan}` };
    context.stderr(`${plan}\n`);
    if (options.yes !== true && !(await confirm(context, 'Put it back?'))) {
      return { data, text: 'Nothing was changed.' };
    }
    await restoreConfig(context.configSource, restored);
    const warnings =
      restored.loaded.hash === hash
        ? []
        : ['the environment changes some of its values: it is not in force as it was'];
    return {
      data: { ...data, restored: true },
      text: `${name} is configuration ${hash.slice(0, 8)} again. A running daemon takes it on SIGHUP, else with its next start.`,
      warnings,
    };
  },
};
