import { closeSync, openSync, writeSync } from 'node:fs';
import { type ParquetColumn, writeParquet } from '../adapters/file/record-parquet.ts';
import { Failure } from '../domain/failure.ts';
import { NO_COUNTS, type RunCounts, type RunRecord } from '../domain/run.ts';
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
 * were. A file is new and its owner's alone. Throws CANNOT_WRITE where it exists already.
 */
export async function exportRecords(wanted: RecordExport): Promise<number> {
  const counted = { rows: 0 };
  try {
    if (wanted.format === 'parquet') await toParquet(wanted, counted);
    else await toText(wanted, counted);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    throw new Failure('CANNOT_WRITE', `${wanted.file} exists already`, {
      hint: 'name another file, or remove that one first',
    });
  }
  return counted.rows;
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

async function toText(wanted: RecordExport, counted: { rows: number }): Promise<void> {
  const columns = columnsFor(wanted);
  const fd = wanted.file === null ? null : openSync(wanted.file, 'wx', 0o600);
  const write = (text: string) => {
    if (fd === null) wanted.write(text);
    else writeSync(fd, text);
  };
  try {
    if (wanted.format === 'csv') write(renderCsv(columns, []));
    for await (const batch of batches(recordsFor(wanted))) {
      counted.rows += batch.length;
      write(
        wanted.format === 'csv'
          ? withoutHeader(renderCsv(columns, batch))
          : batch.map((record) => `${JSON.stringify(record)}\n`).join(''),
      );
    }
  } finally {
    if (fd !== null) closeSync(fd);
  }
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

async function toParquet(wanted: RecordExport, counted: { rows: number }): Promise<void> {
  if (wanted.file === null) {
    throw new Failure('USAGE', 'a Parquet file cannot be written to standard output', {
      hint: 'name a file: --parquet trades.parquet',
    });
  }
  const columns = columnsFor(wanted);
  const types = columns.map(
    ({ name }): ParquetColumn => ({ name, type: NUMBERS.has(name) ? 'DOUBLE' : 'STRING' }),
  );
  async function* rows() {
    for await (const record of recordsFor(wanted)) {
      counted.rows += 1;
      const cells = columns.map(({ name, value }) => [name, cell(value(record))]);
      yield Object.fromEntries(cells) as Readonly<Record<string, unknown>>;
    }
  }
  await writeParquet(wanted.file, types, rows());
}

const cell = (value: CsvValue): string | number | null =>
  typeof value === 'boolean' ? String(value) : (value ?? null);
