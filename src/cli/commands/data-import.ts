import { resolve } from 'node:path';
import type { ImportReport, RefusedImport, WrittenBars } from '../../app/import-bars.ts';
import { LAYOUTS, type Layout } from '../../bars/layouts.ts';
import { EXIT, Failure } from '../../domain/failure.ts';
import { type Adjustment, parseSymbol, type Symbol, TIMEFRAMES } from '../../domain/market.ts';
import { type EpochMs, isoUtc, utcMsToDate } from '../../domain/time.ts';
import { plural } from '../../reporting/format.ts';
import type { CommandOutcome, CommandSpec } from '../command.ts';
import { renderTable } from '../table.ts';

const ADJUSTMENTS: readonly Adjustment[] = ['none', 'split', 'total'];

/** `trade-labs data import FILE|DIR --out DIR`: foreign bar files into ours, each whole or not at all. */
export const dataImport: CommandSpec = {
  path: 'data import',
  group: 'Data',
  summary: 'Import bar files of common layouts, strictly',
  examples: [
    {
      line: 'trade-labs data import AAPL.csv --out data/bars',
      does: 'a file from Yahoo or Stooq, named after its symbol',
    },
    {
      line: 'trade-labs data import all_stocks.csv --out data/bars --adjustment split',
      does: 'one file for all symbols, adjusted for splits',
    },
    { line: 'trade-labs data import downloads --out data/bars -n', does: 'what would be written' },
  ],
  configure: (command) => {
    command
      .argument('<path>', 'a CSV file, or a folder of them')
      .option('-o, --out <dir>', 'bars folder to write to; made where it is missing')
      .option('--layout <name>', `auto, ${LAYOUTS.join(', ')}`, 'auto')
      .option('--timeframe <timeframe>', `${TIMEFRAMES.join(', ')} (default: 1d, or by file name)`)
      .option('--symbol <symbol>', 'symbol of a single file (default: its name)')
      .option('--adjustment <kind>', `how the prices are adjusted: ${ADJUSTMENTS.join(', ')}`)
      .option('--force', 'overwrite bar files that exist')
      .option('-n, --dry-run', 'read and judge everything, write nothing');
  },
  run: async (context, [path = ''], options) => {
    const { importBars } = await import('../../app/import-bars.ts');
    const dryRun = options.dryRun === true;
    const report = await importBars(
      {
        input: resolve(context.cwd, path),
        out: resolve(context.cwd, outOption(options.out)),
        layout: choice<Layout | 'auto'>('--layout', options.layout ?? 'auto', ['auto', ...LAYOUTS]),
        timeframe: optional('--timeframe', options.timeframe, TIMEFRAMES),
        symbol: symbolOption(options.symbol),
        adjustment: optional('--adjustment', options.adjustment, ADJUSTMENTS),
        force: options.force === true,
        dryRun,
      },
      (done, total) => {
        const isStep = total > 50 && done % 100 === 0 && done < total;
        if (isStep && !context.quiet) context.stderr(`read ${done} of ${total} files\n`);
      },
    );
    return outcomeOf(report, dryRun, context.columns);
  },
};

function choice<T extends string>(flag: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((known) => known === value);
  if (found !== undefined) return found;
  throw new Failure('USAGE', `${flag} is not known: ${JSON.stringify(value)}`, {
    hint: `write ${flag} with one of: ${choices.join(', ')}`,
  });
}

function outOption(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Failure('USAGE', 'the folder to write to is missing', {
    hint: 'trade-labs data import PATH --out data/bars',
  });
}

const optional = <T extends string>(
  flag: string,
  value: unknown,
  choices: readonly T[],
): T | undefined => (value === undefined ? undefined : choice(flag, value, choices));

function symbolOption(value: unknown): Symbol | undefined {
  if (value === undefined) return undefined;
  const symbol = typeof value === 'string' ? parseSymbol(value) : null;
  if (symbol !== null) return symbol;
  throw new Failure('SYMBOL_INVALID', `--symbol is not a symbol: ${JSON.stringify(value)}`, {
    hint: 'a symbol is upper case, such as AAPL or BRK.B',
  });
}

function outcomeOf(report: ImportReport, dryRun: boolean, columns: number): CommandOutcome {
  const { out, written, refused, warnings } = report;
  const bars = written.reduce((total, file) => total + file.bars, 0);
  const verb = dryRun ? 'would write' : 'wrote';
  const counts = `${verb} ${files(written.length)} with ${plural(bars, 'bar')} to ${out}`;
  const end = refused.length === 0 ? counts : `${counts}; refused ${files(refused.length)}`;
  const text = [
    dryRun ? 'DRY RUN: nothing is written' : '',
    writtenTable(written, columns),
    ...refused.map(refusedText),
    end,
  ];
  return {
    data: {
      out,
      dryRun,
      written: written.map((file) => ({
        ...file,
        first: stamp(file.first, file),
        last: stamp(file.last, file),
      })),
      refused,
    },
    text: text.filter((part) => part !== '').join('\n\n'),
    warnings,
    exit: refused.length > 0 ? EXIT.FINDINGS : EXIT.OK,
  };
}

const files = (count: number): string => plural(count, 'file');

const stamp = (time: number, { timeframe }: WrittenBars): string =>
  timeframe === '1d' ? utcMsToDate(time) : isoUtc(time as EpochMs);

function writtenTable(written: readonly WrittenBars[], columns: number): string {
  if (written.length === 0) return '';
  const rows = written.map((file) => [
    file.name,
    String(file.bars),
    stamp(file.first, file),
    stamp(file.last, file),
    file.layout,
    file.from,
  ]);
  return renderTable(
    [
      { title: 'file' },
      { title: 'bars', align: 'right' },
      { title: 'first', priority: 3 },
      { title: 'last', priority: 4 },
      { title: 'layout', priority: 1 },
      { title: 'from', priority: 2 },
    ],
    rows,
    { columns },
  );
}

const SHOWN_ROWS = 50;

function refusedText({ file, message, badRows, badRowCount }: RefusedImport): string {
  const rows = badRows
    .slice(0, SHOWN_ROWS)
    .map((row) => `  ${row.file}:${row.line}  ${row.reason}  ${row.text}`);
  const more = badRowCount - rows.length;
  if (more > 0 && rows.length > 0) rows.push(`  and ${more} more (all with --json)`);
  return [`refused ${file}: ${message}; nothing of it was written`, ...rows].join('\n');
}
