import { isoUtc } from '../../domain/time.ts';
import { plural } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { renderTable } from '../table.ts';

/** `trade-labs history info`: whose history it is, how far it goes, and what backups there are. */
export const historyInfo: CommandSpec = {
  path: 'history info',
  group: 'Data',
  summary: 'Show whose history this is, its size and its backups',
  examples: [
    { line: 'trade-labs history info', does: 'months, records, backups, who writes it' },
    { line: 'trade-labs history info --schema', does: 'the JSON Schema of every event' },
  ],
  configure: (command) => {
    command.option('--schema', 'print the JSON Schema of the journal instead');
  },
  run: async (context, _args, options) => {
    if (options.schema === true) {
      const { eventJsonSchema } = await import('../../app/history-care.ts');
      const schema = eventJsonSchema();
      return { data: schema, text: JSON.stringify(schema, null, 2) };
    }
    const { infoOf } = await import('../../app/history-care.ts');
    const info = infoOf(context.home);
    const { months, backups, head, records } = info;
    const lines = [
      `${info.mode} account ${info.account} in ${info.folder}`,
      head === null ? 'not written down yet' : `event ${head.seq} has hash ${head.hash}`,
      ...(records === null
        ? []
        : [`${plural(records.runs, 'run')}, ${plural(records.trades, 'trade')}`]),
      info.heldBy === null ? 'nobody writes it now' : `written by ${info.heldBy}`,
    ];
    const sizes = renderTable(
      [{ title: 'month' }, { title: 'bytes', align: 'right' }],
      months.map(({ file, bytes }) => [file, String(bytes)]),
      { columns: context.columns },
    );
    const kept = renderTable(
      [{ title: 'backup' }, { title: 'taken', priority: 1 }, { title: 'bytes', align: 'right' }],
      backups.map(({ name, at, bytes }) => [name, isoUtc(at), String(bytes)]),
      { columns: context.columns },
    );
    const last = backups.length === 0 ? 'No backup yet: trade-labs history backup' : kept;
    return { data: info, text: [lines.join('\n'), sizes, last].join('\n\n') };
  },
};
