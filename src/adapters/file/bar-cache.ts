/**
 * Daily bars as they were read, kept as they stand in memory, so that text is judged once. A file is taken from it
 * while its size, its time and its inode are those of when it was read, and while what is kept hashes to what was
 * written down beside it; anything else is read again. Files with bad rows are never kept: each is told each time.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { HORIZON, ordinalAtOrBefore } from '../../calendar/nyse.ts';
import { type BarColumns, columnsOf } from '../../domain/market.ts';
import { sha256 } from '../../events/fingerprint.ts';
import { writeAtomic } from './atomic-file.ts';
import { nodeFileSystem } from './node-file-system.ts';

/** Raised when rows are judged by other rules, so that what was judged before is judged again. */
const RULES = 1;
/** A file changed as late as this before the cache was written may have changed again without another time. */
const UNSETTLED_MS = 2_000;
const HASH_BYTES = 32;
const LENGTH_BYTES = 8;
const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
const BYTES_PER_ROW = COLUMNS.length * Float64Array.BYTES_PER_ELEMENT;

const HeadSchema = z.strictObject({
  judgedBy: z.string(),
  dir: z.string(),
  files: z.array(
    z.strictObject({
      file: z.string(),
      size: z.int().min(0),
      modifiedMs: z.number(),
      inode: z.int().min(0),
      rows: z.int().min(0),
    }),
  ),
});
type Head = z.infer<typeof HeadSchema>;
type Known = Head['files'][number];

/** The rules of this program and the sessions of its calendar. */
const judgedBy = (): string =>
  `rules ${RULES}, calendar ${HORIZON.from}..${HORIZON.to} of ${ordinalAtOrBefore(HORIZON.to) + 1}`;

interface Held {
  readonly known: Known;
  readonly columns: BarColumns;
}

/** The daily bars of one folder, kept in a file elsewhere. */
export class BarCache {
  readonly #path: string;
  readonly #dir: string;
  #held: Map<string, Held> | null = null;
  #isNews = false;

  /** `path` is the file of the cache, `dir` the folder of the bars. Neither is touched before it is asked for. */
  constructor(path: string, dir: string) {
    this.#path = path;
    this.#dir = dir;
  }

  /** The columns of a file as it is now; null where they are not kept. They are shared and must not be written to. */
  get(file: string): BarColumns | null {
    this.#held ??= load(this.#path, this.#dir);
    const held = this.#held.get(file);
    if (held === undefined) return null;
    return isSame(held.known, stateOf(this.#dir, file)) ? held.columns : null;
  }

  /** What tells a file from another; to be asked before it is read. */
  stateOf(file: string): FileState | null {
    return stateOf(this.#dir, file);
  }

  /** Keeps what was read of a file, where it is still as it was before. */
  add(file: string, before: FileState | null, columns: BarColumns): void {
    this.#held ??= load(this.#path, this.#dir);
    if (before === null || !isSame(before, stateOf(this.#dir, file))) return;
    this.#held.set(file, { known: { file, ...before, rows: columns.length }, columns });
    this.#isNews = true;
  }

  /** Writes the cache where it has news. False where it cannot be written, which costs time and nothing else. */
  save(): boolean {
    if (!this.#isNews || this.#held === null) return true;
    try {
      const content = contentOf(this.#dir, [...this.#held.values()]);
      nodeFileSystem.makeFolder(dirname(this.#path));
      writeAtomic(nodeFileSystem, this.#path, content);
      this.#isNews = false;
      return true;
    } catch {
      return false;
    }
  }
}

type FileState = Pick<Known, 'size' | 'modifiedMs' | 'inode'>;

const isSame = (a: FileState, b: FileState | null): boolean =>
  a.size === b?.size && a.modifiedMs === b.modifiedMs && a.inode === b.inode;

function stateOf(dir: string, file: string): FileState | null {
  try {
    const stat = lstatSync(join(dir, file));
    // A link may lead elsewhere tomorrow.
    return stat.isFile() ? { size: stat.size, modifiedMs: stat.mtimeMs, inode: stat.ino } : null;
  } catch {
    return null;
  }
}

/**
 * SHA-256 of the rest; length of the head; head as JSON, filled up with blanks to eight bytes; columns of each file.
 */
function contentOf(dir: string, held: readonly Held[]): Buffer {
  const head: Head = { judgedBy: judgedBy(), dir, files: held.map(({ known }) => known) };
  const json = JSON.stringify(head);
  const text = Buffer.from(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  const parts: Uint8Array[] = [length, text];
  for (const { columns } of held) {
    for (const name of COLUMNS) {
      const column = columns[name].subarray(0, columns.length);
      parts.push(Buffer.from(column.buffer, column.byteOffset, column.byteLength));
    }
  }
  const rest = Buffer.concat(parts);
  return Buffer.concat([createHash('sha256').update(rest).digest(), rest]);
}

/** What a cache holds; nothing where it is missing, of another program or folder, or damaged. */
function load(path: string, dir: string): Map<string, Held> {
  const held = new Map<string, Held>();
  try {
    const content = readFileSync(path);
    const writtenMs = lstatSync(path).mtimeMs;
    const rest = content.subarray(HASH_BYTES);
    if (content.toString('hex', 0, HASH_BYTES) !== sha256(rest)) return held;
    const start = LENGTH_BYTES + rest.readUInt32LE(0);
    const head = HeadSchema.parse(JSON.parse(rest.toString('utf8', LENGTH_BYTES, start)));
    if (head.judgedBy !== judgedBy() || head.dir !== dir) return held;
    // Copied where it does not begin at a whole number, as a small file does not.
    const numbers = aligned(rest.subarray(start));
    let at = 0;
    for (const known of head.files) {
      const columns = columnsAt(numbers, at, known.rows);
      at += (known.rows * BYTES_PER_ROW) / Float64Array.BYTES_PER_ELEMENT;
      if (known.modifiedMs < writtenMs - UNSETTLED_MS) held.set(known.file, { known, columns });
    }
    return at === numbers.length ? held : new Map();
  } catch {
    return new Map();
  }
}

function aligned(bytes: Buffer): Float64Array {
  const length = bytes.length / Float64Array.BYTES_PER_ELEMENT;
  if (bytes.byteOffset % Float64Array.BYTES_PER_ELEMENT === 0) {
    return new Float64Array(bytes.buffer, bytes.byteOffset, length);
  }
  return new Float64Array(new Uint8Array(bytes).buffer);
}

const columnsAt = (numbers: Float64Array, at: number, rows: number): BarColumns =>
  columnsOf(rows, (place) => numbers.subarray(at + place * rows, at + (place + 1) * rows));
