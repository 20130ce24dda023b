import { isAscii } from 'node:buffer';
import { Failure } from '../../domain/failure.ts';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';
import type { RecordQuery } from '../../ports/history.ts';
import { linesFrom, type PlacedLine } from './journal-lines.ts';
import { linesBackwards } from './lines-backwards.ts';
import type { ViewState } from './view-file.ts';
import { recordOfLine, VIEW_COMMA, VIEW_HEAD, type ViewSpec } from './view-layout.ts';

type AnyRecord = Readonly<Record<string, unknown>>;

/** Bytes that are looked through before other work gets its turn. */
const BYTES_AT_ONCE = 1 << 20;
/** Bytes of records that are parsed together. */
const BLOCK_BYTES = 1 << 17;
/** A line that is being written just now is read again; it takes the writer microseconds. */
const ATTEMPTS = 5;

/** What a line must contain to be worth parsing, and what the record must then be. */
interface Filter {
  readonly needles: readonly string[];
  readonly accepts: (record: AnyRecord) => boolean;
}

function filterOf(spec: ViewSpec, query: RecordQuery): Filter {
  const { symbol, status, strategy, runId, since, until } = query;
  const equal = Object.entries({ symbol, status, strategy, runId }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    needles: equal.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`),
    accepts: (record) => {
      const date = record[spec.dateName] as string;
      return (
        equal.every(([name, value]) => record[name] === value) &&
        (since === undefined || date >= since) &&
        (until === undefined || date <= until)
      );
    },
  };
}

/**
 * The records of a view that match, oldest first, while another process may be writing it. Throws HISTORY_DAMAGED where
 * the view is shorter than the saved state says, or missing: a part of the records would pass for all of them.
 */
export async function* queryView(
  files: FileSystem,
  path: string,
  spec: ViewSpec,
  state: ViewState | null,
  query: RecordQuery,
): AsyncGenerator<AnyRecord> {
  if (files.stat(path) === null) {
    if (state !== null) throw incomplete(path, 'is missing');
    return;
  }
  const file = files.open(path, 'read');
  try {
    const { inode, size: sizeNow } = file.stat();
    if (inode === state?.inode && sizeNow < state.size) throw incomplete(path, 'was cut short');
    const filter = filterOf(spec, query);
    if (query.last !== undefined) {
      yield* lastOf(file, path, filter, query);
      return;
    }
    // Records that are added while we read belong to the next look.
    const size = file.stat().size;
    const zones = state !== null && state.inode === file.stat().inode ? state : null;
    for (const [from, to] of rangesOf(zones, query)) {
      yield* forward(file, path, filter, from, Math.min(to, size));
    }
  } finally {
    file.close();
  }
}

/** The stretches of the file that may hold a date of the query: all that the saved zones do not rule out. */
function rangesOf(state: ViewState | null, { since, until }: RecordQuery): [number, number][] {
  const all: [number, number][] = [[VIEW_HEAD.length, Number.POSITIVE_INFINITY]];
  if (state === null || (since === undefined && until === undefined)) return all;
  const ranges: [number, number][] = [];
  const { zones } = state;
  // Records may have been added to the last zone since, with any date.
  zones.forEach(({ offset, first, last }, i) => {
    const end = zones[i + 1]?.offset ?? Number.POSITIVE_INFINITY;
    const inRange =
      (since === undefined || last >= since) && (until === undefined || first <= until);
    if (!inRange && i < zones.length - 1) return;
    const before = ranges.at(-1);
    if (before?.[1] === offset) before[1] = end;
    else ranges.push([offset, end]);
  });
  return zones.length === 0 ? all : ranges;
}

/**
 * The records between two offsets. Where a line must contain something, only lines that do are parsed; otherwise
 * whole stretches at once.
 */
async function* forward(
  file: OpenFile,
  path: string,
  filter: Filter,
  from: number,
  to: number,
): AsyncGenerator<AnyRecord> {
  const [needle] = filter.needles;
  const sought = needle === undefined ? null : Buffer.from(needle);
  let pauseAt = from + BYTES_AT_ONCE;
  for (const block of blocksFrom(file, from, to)) {
    const records = sought === null ? recordsOf(block.bytes) : null;
    if (records !== null) {
      for (const record of records) if (filter.accepts(record)) yield record;
    } else {
      for (const line of linesWith(block, sought)) {
        const match = matching(file, path, line, filter);
        const record = match instanceof Promise ? await match : match;
        if (record !== null) yield record;
      }
    }
    if (block.end < pauseAt) continue;
    pauseAt = block.end + BYTES_AT_ONCE;
    await new Promise((resume) => setImmediate(resume));
  }
}

/** The lines of a block that contain something, or all of them. */
function* linesWith({ bytes, offset }: Block, sought: Buffer | null): Generator<Line> {
  for (let at = 0; at < bytes.length; ) {
    const hit = sought === null ? at : bytes.indexOf(sought, at);
    if (hit < 0) return;
    const start = hit === at ? at : Math.max(at, bytes.lastIndexOf(NEWLINE, hit) + 1);
    const newline = bytes.indexOf(NEWLINE, hit);
    const end = newline < 0 ? bytes.length : newline;
    // Where a comma begins the line, a blank is as good to whoever parses it.
    if (bytes[start] === VIEW_COMMA) bytes[start] = BLANK;
    yield { text: bytes.toString('utf8', start, end), offset: offset + start };
    at = end + 1;
  }
}

const BLANK = 0x20;
const NEWLINE = 0x0a;
const OPENING = 0x5b;
const CLOSING = 0x5d;

/** Whole lines of a view, as bytes that are good until the next ones are asked for. */
interface Block {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly end: number;
}

function* blocksFrom(file: OpenFile, from: number, to: number): Generator<Block> {
  let buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  let offset = from;
  while (offset < to) {
    const count = file.read(buffer.subarray(0, Math.min(buffer.length, to - offset)), offset);
    if (count === 0) return;
    const whole = buffer.lastIndexOf(NEWLINE, count - 1) + 1;
    if (whole === 0 && count === buffer.length) {
      buffer = Buffer.allocUnsafe(buffer.length * 2);
      continue;
    }
    // A last line without its end is being written just now: it is left to whoever reads line by line.
    const size = whole === 0 ? count : whole;
    yield { bytes: buffer.subarray(0, size), offset, end: offset + size };
    offset += size;
  }
}

/**
 * The records of whole lines: with a bracket in the place of the first comma and of the last newline they are an
 * array. Null where they are not, because a line is being written just now or is damaged.
 */
function recordsOf(bytes: Buffer): readonly AnyRecord[] | null {
  const closed = bytes.length >= 2 && bytes.at(-2) === CLOSING;
  // The line that closes the view is no record: braces end every other line, or blanks.
  const end =
    closed && (bytes.length === 2 || bytes.at(-3) === NEWLINE) ? bytes.length - 2 : bytes.length;
  if (end === 0) return [];
  if (bytes[end - 1] !== NEWLINE) return null;
  const first = bytes[0] as number;
  bytes[0] = OPENING;
  bytes[end - 1] = CLOSING;
  try {
    // Plain ASCII, which records are but for notes, needs no decoding.
    const encoding = isAscii(bytes.subarray(0, end)) ? 'latin1' : 'utf8';
    return JSON.parse(bytes.toString(encoding, 0, end)) as readonly AnyRecord[];
  } catch {
    bytes[0] = first;
    bytes[end - 1] = NEWLINE;
    return null;
  }
}

async function* lastOf(
  file: OpenFile,
  path: string,
  filter: Filter,
  query: RecordQuery,
): AsyncGenerator<AnyRecord> {
  const wanted = query.last ?? 0;
  const found: AnyRecord[] = [];
  for (const line of linesBackwards(file)) {
    if (found.length >= wanted) break;
    const record = await matching(file, path, line, filter);
    if (record !== null) found.push(record);
  }
  yield* found.reverse();
}

type Line = Pick<PlacedLine, 'text' | 'offset'>;

/** The record of a line where it matches, else null. Waits only for a line that is being written just now. */
function matching(
  file: OpenFile,
  path: string,
  line: Line,
  filter: Filter,
): AnyRecord | null | Promise<AnyRecord | null> {
  try {
    return matchOf(line.text, filter);
  } catch {
    return matchingLater(file, path, line, filter);
  }
}

function matchOf(text: string, { needles, accepts }: Filter): AnyRecord | null {
  for (const needle of needles) if (!text.includes(needle)) return null;
  const record = recordOfLine(text);
  return record !== null && accepts(record) ? record : null;
}

async function matchingLater(
  file: OpenFile,
  path: string,
  { offset }: Line,
  filter: Filter,
): Promise<AnyRecord | null> {
  for (let attempt = 1; ; attempt += 1) {
    await new Promise((resume) => setImmediate(resume));
    try {
      return matchOf(lineAt(file, offset), filter);
    } catch (error) {
      if (attempt === ATTEMPTS) throw unreadable(path, offset, error);
    }
  }
}

function lineAt(file: OpenFile, offset: number): string {
  for (const { text, terminated } of linesFrom(file, { file: '', offset, line: 1 })) {
    return terminated ? text : '';
  }
  return '';
}

const REBUILD_HINT = 'write it anew from the journal: trade-labs history rebuild';

const incomplete = (path: string, how: string): Failure =>
  new Failure('HISTORY_DAMAGED', `${path} ${how}`, { hint: REBUILD_HINT });

const unreadable = (path: string, offset: number, cause: unknown): Failure =>
  new Failure('HISTORY_DAMAGED', `cannot read the record at byte ${offset} of ${path}`, {
    cause,
    hint: REBUILD_HINT,
  });
