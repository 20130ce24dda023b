/**
 * The reader of `SYMBOL_TIMEFRAME.parquet`: the six columns of the CSV form by name, in any order, others ignored.
 * Prices and volume may be any numeric type. `time` may be a timestamp, a date, text as in the CSV form, or a plain
 * integer of epoch milliseconds; for daily bars it must come to a midnight UTC.
 */
import type { DecodedArray, FileMetaData } from 'hyparquet';
import type { FileFault, FileProblem } from '../../bars/bar-file.ts';
import { BAR_HEADER, type BarFile, type BarReadOptions } from '../../bars/bar-file.ts';
import { parseBarTime } from '../../bars/bar-time.ts';
import { BadRows, printable, rowFault, TimeRules } from '../../bars/rules.ts';
import { emptyColumns, sliceColumns, type Timeframe } from '../../domain/market.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { DAY_MS } from '../../domain/time.ts';
import { messageOf, readWhole } from './bar-bytes.ts';

/** More rows than 38 years of minutes hold, and more unpacked bytes than such a file needs, are refused unread. */
const MAX_ROWS = 10_000_000;
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;

const NAMES = BAR_HEADER.split(',');
type Cells = Readonly<Record<string, readonly unknown[]>>;

/** Reads a Parquet bar file whole. Row numbers in `badRows` count from 1, there is no header line. */
export async function readBarParquet(
  path: string,
  options: BarReadOptions,
): Promise<Result<BarFile, FileProblem>> {
  const bytes = readWhole(path, options.file);
  if (!bytes.ok) return bytes;
  const problem = (fault: FileFault, message: string) =>
    err({ file: options.file, fault, message: printable(message) });
  if (bytes.value.length === 0) return problem('empty', 'the file is empty');
  try {
    const { parquetMetadataAsync } = await import('hyparquet');
    const file = asyncBuffer(bytes.value);
    const metadata = await parquetMetadataAsync(file);
    const present = new Set(metadata.schema.map(({ name }) => name));
    const absent = NAMES.filter((name) => !present.has(name));
    if (absent.length > 0) return problem('wrong_columns', `no column ${absent.join(', ')}`);
    if (isTooLarge(metadata))
      return problem('too_large', `over ${MAX_ROWS} rows or 1 GiB unpacked`);
    return ok(judgeRows(await readCells(file, metadata), Number(metadata.num_rows), options));
  } catch (error) {
    return problem('unreadable', `not a readable Parquet file: ${messageOf(error)}`);
  }
}

type AsyncBytes = ReturnType<typeof asyncBuffer>;

const asyncBuffer = (bytes: Buffer) => ({
  byteLength: bytes.length,
  slice: (start: number, end?: number): ArrayBuffer =>
    new Uint8Array(bytes.subarray(start, end)).buffer,
});

function isTooLarge(metadata: FileMetaData): boolean {
  const unpacked = metadata.row_groups.reduce(
    (sum, group) => sum + Number(group.total_byte_size),
    0,
  );
  return Number(metadata.num_rows) > MAX_ROWS || unpacked > MAX_UNPACKED_BYTES;
}

/**
 * The values of each column. Chunks come in any order and a throw inside the callback would be lost, so it only stores.
 */
async function readCells(file: AsyncBytes, metadata: FileMetaData): Promise<Cells> {
  const { parquetRead } = await import('hyparquet');
  const chunks: { name: string; start: number; data: DecodedArray }[] = [];
  await parquetRead({
    file,
    metadata,
    columns: NAMES,
    onChunk: ({ columnName, columnData, rowStart }) =>
      void chunks.push({ name: columnName, start: rowStart, data: columnData }),
  });
  const cells = Object.fromEntries(NAMES.map((name) => [name, [] as unknown[]]));
  for (const { name, start, data } of chunks) {
    const column = cells[name] as unknown[];
    for (let i = 0; i < data.length; i++) column[start + i] = data[i];
  }
  return cells;
}

function judgeRows(cells: Cells, rows: number, options: BarReadOptions): BarFile {
  const columns = emptyColumns(rows);
  const bad = new BadRows(options.file);
  const times = new TimeRules(options.grid, options.timeframe);
  const cell = (name: string, row: number): unknown => cells[name]?.[row];
  let length = 0;
  for (let row = 0; row < rows; row++) {
    const time = timeOf(cell('time', row), options.timeframe);
    columns.time[length] = time;
    columns.open[length] = numberOf(cell('open', row));
    columns.high[length] = numberOf(cell('high', row));
    columns.low[length] = numberOf(cell('low', row));
    columns.close[length] = numberOf(cell('close', row));
    columns.volume[length] = numberOf(cell('volume', row));
    const values = rowFault(columns, length, times);
    const fault = Number.isNaN(time) ? 'not_a_time' : values;
    if (fault === null) length += 1;
    else bad.add(row + 1, fault, NAMES.map((name) => textOf(cell(name, row))).join(','), time);
  }
  return {
    columns: sliceColumns(columns, 0, length),
    badRows: bad.rows,
    badRowCount: bad.count,
  };
}

function timeOf(cell: unknown, timeframe: Timeframe): number {
  if (typeof cell === 'string') return parseBarTime(cell, timeframe);
  const time = cell instanceof Date ? cell.getTime() : numberOf(cell);
  const sound = Number.isSafeInteger(time) && (timeframe !== '1d' || time % DAY_MS === 0);
  return sound ? time : Number.NaN;
}

const numberOf = (cell: unknown): number =>
  typeof cell === 'number' || typeof cell === 'bigint' ? Number(cell) : Number.NaN;

function textOf(cell: unknown): string {
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? 'invalid' : cell.toISOString();
  if (typeof cell === 'string') return cell.slice(0, 121);
  return typeof cell === 'number' || typeof cell === 'bigint' ? String(cell) : '';
}
