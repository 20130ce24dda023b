import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { type ParquetColumn, writeParquet } from '../adapters/file/record-parquet.ts';
import { Failure } from '../domain/failure.ts';
import { NO_COUNTS, type RunCounts, type RunRecord } from '../domain/run.ts';
import { withDetail } from '../domain/system-failure.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { RecordQuery } from '../ports/history.ts';
import { type CsvColumn, type CsvValue, renderCsv } from '../reporting/csv.ts';
import { snakeCase, TRADE_COLUMNS } from '../reporting/csv-files.ts';
import { recordsOf } from './records.ts';

export type ExportFormat = 'csv' | 'ndjson' | 'parquet';
export type ExportView = 'trades' | 'runs';

export interface RecordExport {
  readonly home: string;
  readonly view: ExportView;
  readonly format: ExportFormat;
  readonly query: RecordQuery;
  /** Absolute; null for text that goes to `write`. */
  readonly file: string | null;
  readonly write: (text: string) => void;
}

/** Records turned into text at once. */
const BATCH_ROWS = 2_000;

/**
 * Writes the records that match in another form, never holding more than a batch of them; returns how many there
 * were. A file is new, its owner's alone, and there whole or not at all. Throws CANNOT_WRITE where it exists already.
 */
export async function exportRecords(wanted: RecordExport): Promise<number> {
  const { format, file } = wanted;
  if (file === null) {
    if (format !== 'parquet') return toText(wanted, wanted.write);
    throw new Failure('USAGE', 'a Parquet file cannot be written to standard output', {
      hint: 'name a file: --parquet trades.parquet',
    });
  }
  const fd = newFile(file);
  try {
    const rows =
      format === 'parquet'
        ? await toParquet(wanted, file)
        : await toText(wanted, (text) => writeFileSync(fd, text));
    fsyncSync(fd);
    return rows;
  } catch (error) {
    // A part of the records would pass for all of them.
    rmSync(file, { force: true });
    throw withDetail(error, `${file} was taken away again: it was not whole`);
  } finally {
    closeSync(fd);
  }
}

function newFile(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    throw new Failure('CANNOT_WRITE', `${file} exists already`, {
      hint: 'name another file, or remove that one first',
    });
  }
}

const plain = (name: Exclude<keyof RunRecord, 'counts' | 'denials'>): CsvColumn<RunRecord> => ({
  name: snakeCase(name),
  value: (run) => run[name],
});

/** The run record in one row: its counts as columns of their own, its denials as one text. */
const RUN_COLUMNS: readonly CsvColumn<RunRecord>[] = [
  ...(
    ['runId', 'job', 'slot', 'mode', 'account', 'session', 'startedAt', 'finishedAt'] as const
  ).map(plain),
  ...(['status', 'identity'] as const).map(plain),
  ...(Object.keys(NO_COUNTS) as (keyof RunCounts)[]).map((name) => ({
    name,
    value: ({ counts }: RunRecord) => counts[name],
  })),
  {
    name: 'denials',
    value: ({ denials }) =>
      Object.entries(denials)
        .map(([code, n]) => `${code}=${n}`)
        .join(';'),
  },
  ...(['signalHash', 'decisionHash', 'configHash', 'version', 'error'] as const).map(plain),
];

type AnyRecord = TradeRecord | RunRecord;

const recordsFor = ({ home, view, query }: RecordExport): AsyncIterable<AnyRecord> =>
  view === 'trades' ? recordsOf(home).trades(query) : recordsOf(home).runs(query);

const columnsFor = ({ view }: RecordExport): readonly CsvColumn<AnyRecord>[] =>
  (view === 'trades' ? TRADE_COLUMNS : RUN_COLUMNS) as unknown as readonly CsvColumn<AnyRecord>[];

async function toText(wanted: RecordExport, write: (text: string) => void): Promise<number> {
  const columns = columnsFor(wanted);
  let rows = 0;
  if (wanted.format === 'csv') write(renderCsv(columns, []));
  for await (const batch of batches(recordsFor(wanted))) {
    rows += batch.length;
    write(
      wanted.format === 'csv'
        ? withoutHeader(renderCsv(columns, batch))
        : batch.map((record) => `${JSON.stringify(record)}\n`).join(''),
    );
  }
  return rows;
}

const withoutHeader = (csv: string): string => csv.slice(csv.indexOf('\r\n') + 2);

async function* batches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Members that are numbers wherever they are known; a Parquet column has one type for all rows. */
const NUMBERS = new Set(
  [
    'quantity entry_price initial_stop stop target exit_price gross_pnl commission net_pnl',
    'r_multiple mae mfe mae_r mfe_r score strength',
    'found scored selected sized denied approved submitted filled',
  ].flatMap((names) => names.split(' ')),
);

async function toParquet(wanted: RecordExport, file: string): Promise<number> {
  const columns = columnsFor(wanted);
  const types = columns.map(
    ({ name }): ParquetColumn => ({ name, type: NUMBERS.has(name) ? 'DOUBLE' : 'STRING' }),
  );
  let count = 0;
  async function* rows() {
    for await (const record of recordsFor(wanted)) {
      count += 1;
      const cells = columns.map(({ name, value }) => [name, cell(value(record))]);
      yield Object.fromEntries(cells) as Readonly<Record<string, unknown>>;
    }
  }
  await writeParquet(file, types, rows());
  return count;
}

const cell = (value: CsvValue): string | number | null =>
  typeof value === 'boolean' ? String(value) : (value ?? null);
