import { resolve } from 'node:path';
import type { ExportFormat, ExportView, RecordExport } from '../../app/export-records.ts';
import { Failure } from '../../domain/failure.ts';
import { plural } from '../../reporting/format.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { assertSpan, choiceOption, dateOption, symbolOption, textOption } from '../options.ts';

type Query = RecordExport['query'];

const FORMATS: readonly ExportFormat[] = ['csv', 'ndjson', 'parquet'];

/** `trade-labs history export`: the records in a form that other programs read. */
export const historyExport: CommandSpec = {
  path: 'history export',
  group: 'Data',
  summary: 'Write trades or runs as CSV, NDJSON or Parquet',
  examples: [
    {
      line: 'trade-labs history export trades --csv trades.csv',
      does: 'every trade, for a spreadsheet',
    },
    { line: 'trade-labs history export runs --parquet runs.parquet', does: 'for pandas or DuckDB' },
    {
      line: 'trade-labs history export trades --ndjson - | head',
      does: 'one record a line, as a stream',
    },
  ],
  configure: (command) => {
    command
      .argument('[what]', 'trades or runs', 'trades')
      .option('--csv <file>', 'CSV; - for standard output')
      .option('--ndjson <file>', 'one JSON record a line; - for standard output')
      .option('--parquet <file>', 'Parquet')
      .option('--symbol <symbol>', 'trades of one symbol')
      .option('--status <status>', 'records of one status')
      .option('--since <date>', 'from this session on: YYYY-MM-DD, today, -5d')
      .option('--until <date>', 'up to this session');
  },
  run: async (context, [what], options) => {
    const view = choiceOption('what to export', what, ['trades', 'runs'] as const) ?? 'trades';
    const { format, target } = formatOf(options);
    if (target === '-' && context.json) {
      throw new Failure('USAGE', '--json has standard output to itself', {
        hint: `name a file: --${format} ${view}.${format}`,
      });
    }
    const file = target === '-' ? null : resolve(context.cwd, target);
    const rows = await exported(context, { view, format, file, query: queryOf(context, options) });
    const text = file === null ? '' : context.quiet ? file : `${file}: ${plural(rows, 'row')}`;
    return { data: { view, format, file, rows }, text };
  },
};

/** The one format that was asked for, and where it goes. */
function formatOf(options: Readonly<Record<string, unknown>>): {
  format: ExportFormat;
  target: string;
} {
  const asked = FORMATS.flatMap((format) => {
    const target = textOption(options[format]);
    return target === undefined ? [] : [{ format, target }];
  });
  const [first] = asked;
  if (first !== undefined && asked.length === 1) return first;
  throw new Failure('USAGE', 'an export has one format', {
    hint: 'give one of --csv FILE, --ndjson FILE, --parquet FILE',
  });
}

function queryOf(context: CommandContext, options: Readonly<Record<string, unknown>>): Query {
  const symbol = symbolOption(options.symbol);
  const status = textOption(options.status);
  const since = dateOption(context, '--since', options.since);
  const until = dateOption(context, '--until', options.until);
  assertSpan(since, until);
  return {
    ...(symbol === undefined ? {} : { symbol }),
    ...(status === undefined ? {} : { status }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

async function exported(
  context: CommandContext,
  wanted: { view: ExportView; format: ExportFormat; file: string | null; query: Query },
): Promise<number> {
  const { exportRecords } = await import('../../app/export-records.ts');
  return exportRecords({ home: context.home, ...wanted, write: (text) => context.stdout(text) });
}
