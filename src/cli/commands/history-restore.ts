import { resolve } from 'node:path';
import type { BackupSummary } from '../../app/history-care.ts';
import type { CommandSpec } from '../command.ts';
import { careFor } from '../history-care.ts';
import { confirm } from '../prompt.ts';

/** `trade-labs history restore FILE`: a backup in the place of the history. */
export const historyRestore: CommandSpec = {
  path: 'history restore',
  group: 'Data',
  summary: 'Put a backup in the place of the history',
  examples: [
    {
      line: 'trade-labs history restore FILE --verify',
      does: 'read the backup through; change nothing',
    },
    {
      line: 'trade-labs history restore FILE',
      does: 'restore it; what stood there is moved aside',
    },
  ],
  configure: (command) => {
    command
      .argument('<file>', 'a file that `history backup` made')
      .option('--verify', 'check the file and change nothing')
      .option('-n, --dry-run', 'the same as --verify')
      .option('-y, --yes', 'do not ask');
  },
  run: async (context, [name = ''], options) => {
    const { verifyBackupFile, restoreHome } = await import('../../app/history-care.ts');
    const file = resolve(context.cwd, name);
    const manifest = await verifyBackupFile(file);
    const what = describe(manifest);
    if (options.verify === true || options.dryRun === true) {
      return { data: { file, ...manifest, restored: false }, text: `${file} is sound: ${what}` };
    }
    const question = `Put ${what} in the place of the history in ${context.home}?`;
    if (options.yes !== true && !(await confirm(context, question))) {
      return { data: { file, ...manifest, restored: false }, text: 'Nothing was changed.' };
    }
    const warnings: string[] = [];
    const { lost, replaced, simAccount } = await restoreHome(careFor(context, warnings), file);
    return {
      data: { file, ...manifest, restored: true, lost, replaced, simAccount },
      text: [
        `Restored ${what}`,
        ...(lost === null
          ? []
          : [`Events ${lost.fromSeq} to ${lost.toSeq} are not in it; the journal says so.`]),
        ...(replaced === null ? [] : [`What stood there is in ${replaced}`]),
        ...(simAccount === 'restored' ? ['The simulated account is restored with it.'] : []),
        ...(simAccount === 'kept'
          ? ['The simulated account here was kept as it is, as a broker would keep its own.']
          : []),
        'Next: trade-labs history verify, then trade-labs reconcile',
      ].join('\n'),
      warnings,
    };
  },
};

const describe = ({ mode, account, createdAt, head }: BackupSummary): string =>
  `the history of ${mode} account ${account} up to event ${head.seq}, backed up ${createdAt}`;
