import { relative, resolve } from 'node:path';
import { plural } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';

/** `trade-labs config validate`: is it right, and if not, everything that is wrong with it. */
export const configValidateCommand: CommandSpec = {
  path: 'config validate',
  group: 'Get started',
  summary: 'Check the configuration; lists every problem',
  examples: [
    { line: 'trade-labs config validate', does: 'the file, .env and environment of this home' },
    { line: 'trade-labs config validate draft.yaml', does: 'one file by itself' },
  ],
  configure: (command) => {
    command.argument('[file]', 'a file to check by itself, without .env and environment');
  },
  run: async (context, [file]) => {
    const { loadConfig } = await import('../../config/load.ts');
    const loaded =
      file === undefined
        ? await context.config()
        : await loadConfig({
            ...context.configSource,
            configFile: resolve(context.cwd, file),
            fileAlone: true,
          });
    const { hash, warnings } = loaded;
    const { mode, broker, schedule } = loaded.config;
    const name =
      loaded.file === undefined
        ? 'The default configuration'
        : relative(context.cwd, loaded.file) || loaded.file;
    return {
      data: { file: loaded.file ?? null, hash, mode, broker },
      text: `${name} is valid: mode ${mode}, broker ${broker}, ${plural(schedule.length, 'slot')} scheduled.`,
      warnings,
    };
  },
};
