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
import { BadRows, printable, TimeRules } from '../../bars/rules.ts';
import { type BarColumns, emptyColumns, sliceColumns } from '../../domain/market.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { readWhole } from './bar-bytes.ts';
import { MIN_ROW_BYTES, RowReader } from './bar-csv-row.ts';

const LF = 10;
const CR = 13;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** Most bar files are smaller than this; they are read into one buffer that is used again for the next file. */
const SCRATCH_BYTES = 512 * 1024;
let scratchBytes: Buffer | undefined;

function bufferFor(size: number): Buffer {
  if (size > SCRATCH_BYTES) return Buffer.allocUnsafe(size);
  scratchBytes ??= Buffer.allocUnsafe(SCRATCH_BYTES);
  return scratchBytes;
}

/** Reads a bar file whole. Files over MAX_FILE_BYTES are refused before a byte of them is read. */
export function readBarCsv(path: string, options: BarReadOptions): Result<BarFile, FileProblem> {
  const bytes = readWhole(path, options.file, bufferFor);
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
  const data = withoutBlankEnd(bytes);
  const start = afterHeader(data, options.file);
  return start.ok ? ok(readRows(data, start.value, options)) : start;
}

let reader: RowReader | undefined;

function readRows(data: Buffer, start: number, options: BarReadOptions): BarFile {
  const { file, timeframe, grid } = options;
  const columns = roomFor(data, start);
  const bad = new BadRows(file);
  const times = new TimeRules(grid, timeframe);
  reader ??= new RowReader(times, bad);
  const count = reader.readFile(data, start, columns, { times, bad, timeframe });
  return {
    columns: sliceColumns(columns, 0, count),
    badRows: bad.rows,
    badRowCount: bad.count,
  };
}

/** Files of up to this many possible rows are read into one place that is used again for the next file. */
const SCRATCH_ROWS = 16_384;
let scratch: BarColumns | undefined;

/** Columns with room for every line, and for one more that is dropped; never more than the bytes could hold as rows. */
function roomFor(data: Buffer, start: number): BarColumns {
  const most = Math.ceil((data.length - start) / MIN_ROW_BYTES) + 1;
  if (most <= SCRATCH_ROWS) {
    scratch ??= emptyColumns(SCRATCH_ROWS);
    return scratch;
  }
  let lines = 0;
  for (let at = start; at < data.length && lines < most; at++) if (data[at] === LF) lines += 1;
  return emptyColumns(lines);
}

const HEADER_LINE = Buffer.from(`${BAR_HEADER}\n`);

function startsWith(data: Buffer, start: Buffer): boolean {
  for (let i = 0; i < start.length; i++) if (data[i] !== start[i]) return false;
  return true;
}

/** Where the first row starts, or why this is no bar file. */
function afterHeader(data: Buffer, file: string): Result<number, FileProblem> {
  const problem = (fault: FileFault, message: string) => err({ file, fault, message });
  if (startsWith(data, HEADER_LINE)) return ok(HEADER_LINE.length);
  if (data.length === 1) return problem('empty', 'the file is empty');
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

/** The bytes with one newline at the end, whatever blank lines or none stood there. */
function withoutBlankEnd(bytes: Uint8Array): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === LF || bytes[end - 1] === CR)) end -= 1;
  if (bytes[end] === LF) return Buffer.from(bytes.buffer, bytes.byteOffset, end + 1);
  const copy = Buffer.allocUnsafe(end + 1);
  copy.set(bytes.subarray(0, end));
  copy[end] = LF;
  return copy;
}
