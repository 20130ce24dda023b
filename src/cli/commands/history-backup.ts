import { resolve } from 'node:path';
import { plural } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { careFor } from '../history-care.ts';
import { countOption, textOption } from '../options.ts';

/** `trade-labs history backup`: one verified file; may run while the daemon does. */
export const historyBackup: CommandSpec = {
  path: 'history backup',
  group: 'Data',
  summary: 'Put the journal into one verified file',
  examples: [
    { line: 'trade-labs history backup', does: 'into data/backups, kept 14 days' },
    { line: 'trade-labs history backup --out /mnt/usb', does: 'somewhere else' },
  ],
  configure: (command) => {
    command
      .option('--out <dir>', 'folder for the file (default: data/backups)')
      .option('--keep-days <days>', 'remove older backups there, never the newest (default: 14)');
  },
  run: async (context, _args, options) => {
    const { backupHome } = await import('../../app/history-care.ts');
    const out = textOption(options.out);
    const keepDays = countOption('--keep-days', options.keepDays);
    const { backup, removed } = await backupHome(careFor(context, []), {
      ...(out === undefined ? {} : { folder: resolve(context.cwd, out) }),
      ...(keepDays === undefined ? {} : { keepDays }),
    });
    const { path, bytes, manifest } = backup;
    const went = removed.length === 0 ? '' : `\nRemoved ${plural(removed.length, 'older backup')}.`;
    return {
      data: { path, bytes, ...manifest, removed },
      text: context.quiet
        ? path
        : `${path}\nVerified: events up to ${manifest.head.seq}, ${bytes} bytes.${went}`,
    };
  },
};
