/**
 * The reader of `SYMBOL_TIMEFRAME.csv`. It goes over the bytes once and makes no text of a row in the common
 * notation; any other row is read again as text, under the same rules, so speed never decides what is good.
 */
import {
  BAR_HEADER,
  type BarFile,
  type BarReadOptions,
  type FileFault,
  type FileProblem,
  MAX_LINE_BYTES,
} from '../../bars/bar-file.ts';
import { type BadRowReason, BadRows, priceFault, printable, TimeRules } from '../../bars/rules.ts';
import { type BarColumns, emptyColumns, sliceColumns } from '../../domain/market.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { readWhole } from './bar-bytes.ts';
import { MIN_ROW_BYTES, RowReader } from './bar-csv-row.ts';

const LF = 10;
const CR = 13;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** Reads a bar file whole. Files over MAX_FILE_BYTES are refused before a byte of them is read. */
export function readBarCsv(path: string, options: BarReadOptions): Result<BarFile, FileProblem> {
  const bytes = readWhole(path, options.file);
  return bytes.ok ? parseBarCsv(bytes.value, options) : bytes;
}

/**
 * The bars in the bytes of a file. A byte order mark, CRLF line ends, a missing last newline and blank lines at the
 * end are accepted; everything else must be as BAR_HEADER says.
 */
export function parseBarCsv(
  bytes: Uint8Array,
  options: BarReadOptions,
): Result<BarFile, FileProblem> {
  const data = endedByNewline(bytes);
  const start = afterHeader(data, options.file);
  return start.ok ? ok(readRows(data, start.value, options)) : start;
}

function readRows(data: Buffer, start: number, options: BarReadOptions): BarFile {
  const { file, timeframe, grid } = options;
  const rows = new RowReader(data, timeframe);
  const times = new TimeRules(grid, timeframe);
  const bad = new BadRows(file);
  const columns = emptyColumns(rowCapacity(data, start));
  let length = 0;
  let line = 1;
  for (let at = start; at < data.length; ) {
    line += 1;
    let fault: BadRowReason | null = null;
    let next = rows.read(at);
    if (next < 0) {
      next = data.indexOf(LF, at) + 1;
      if (isBlankFrom(data, at)) break;
      fault = readLineAsText(rows, data, at, next);
    }
    // The time is judged even beside another fault: it is the row before of the next one.
    const timeFault = Number.isNaN(rows.time) ? null : times.faultOf(rows.time);
    fault ??= priceFault(rows.open, rows.high, rows.low, rows.close, rows.volume) ?? timeFault;
    if (fault === null) length = append(columns, length, rows);
    else bad.add(line, fault, lineText(data, at, next), rows.time);
    at = next;
  }
  const kept = length === columns.length ? columns : sliceColumns(columns, 0, length);
  return { columns: kept, badRows: bad.rows, badRowCount: bad.count };
}

function append(columns: BarColumns, index: number, row: RowReader): number {
  columns.time[index] = row.time;
  columns.open[index] = row.open;
  columns.high[index] = row.high;
  columns.low[index] = row.low;
  columns.close[index] = row.close;
  columns.volume[index] = row.volume;
  return index + 1;
}

function readLineAsText(
  rows: RowReader,
  data: Buffer,
  start: number,
  next: number,
): BadRowReason | null {
  if (next - start > MAX_LINE_BYTES) {
    rows.readText('');
    return 'line_too_long';
  }
  const end = data[next - 2] === CR ? next - 2 : next - 1;
  return rows.readText(data.toString('utf8', start, Math.max(start, end)));
}

/** As much of a line as a message may show; cut before it becomes text. */
const lineText = (data: Buffer, start: number, next: number): string =>
  data.toString('utf8', start, Math.min(next - 1, start + 4 * 121)).replace(/\r$/, '');

/** Room for every row: the lines there are, but never more than the bytes could hold. */
function rowCapacity(data: Buffer, start: number): number {
  const most = Math.ceil((data.length - start) / MIN_ROW_BYTES);
  let lines = 0;
  for (let at = start; at < data.length && lines < most; at++) if (data[at] === LF) lines += 1;
  return lines;
}

function isBlankFrom(data: Buffer, start: number): boolean {
  let at = start;
  while (at < data.length && (data[at] === LF || data[at] === CR)) at += 1;
  return at === data.length;
}

/** Where the first row starts, or why this is no bar file. */
function afterHeader(data: Buffer, file: string): Result<number, FileProblem> {
  const problem = (fault: FileFault, message: string) => err({ file, fault, message });
  if (isBlankFrom(data, 0)) return problem('empty', 'the file is empty');
  if ((data[0] === 0xff && data[1] === 0xfe) || (data[0] === 0xfe && data[1] === 0xff))
    return problem('wrong_encoding', 'the file is UTF-16; save it as UTF-8');
  const start = data.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  const newline = data.subarray(0, MAX_LINE_BYTES).indexOf(LF);
  if (newline < 0)
    return problem('no_lines', `the first line is longer than ${MAX_LINE_BYTES} bytes`);
  const end = data[newline - 1] === CR ? newline - 1 : newline;
  const header = data.toString('utf8', start, end);
  if (header === BAR_HEADER) return ok(newline + 1);
  const found = `the header must be "${BAR_HEADER}", was "${printable(header)}"`;
  return problem('wrong_header', found);
}

function endedByNewline(bytes: Uint8Array): Buffer {
  if (bytes.at(-1) === LF) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const copy = Buffer.allocUnsafe(bytes.byteLength + 1);
  copy.set(bytes);
  copy[bytes.byteLength] = LF;
  return copy;
}
