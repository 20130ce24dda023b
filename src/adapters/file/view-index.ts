import type { FileSystem, OpenFile } from '../../ports/file-system.ts';

const ENTRY_BYTES = 16;
const FIRST_TABLE_ENTRIES = 4096;
/** Of a table's entries, so many are used before the next table, twice as large, is begun. */
const FIRST_TABLE_RECORDS = 2458;
/** Entries read at once; a chain of collisions is rarely longer. */
const PROBE_ENTRIES = 16;

const tableEntries = (table: number): number => FIRST_TABLE_ENTRIES * 2 ** table;
const tableOffset = (table: number): number => ENTRY_BYTES * FIRST_TABLE_ENTRIES * (2 ** table - 1);
const recordsUpTo = (table: number): number => FIRST_TABLE_RECORDS * (2 ** (table + 1) - 1);

/** The table that the record with this ordinal (from 0) belongs to. */
function tableOf(ordinal: number): number {
  let table = 0;
  while (ordinal >= recordsUpTo(table)) table += 1;
  return table;
}

/**
 * Finds a record's line in a view by key without reading the view: hash tables in one file, each twice the one
 * before, so that nothing is ever moved. An entry is two 32-bit hashes of the key and the line's offset. Entries are
 * hints: whoever looks one up compares the key on the line itself, so entries left over from a crash do no harm.
 */
export class ViewIndex {
  readonly path: string;
  readonly #file: OpenFile;
  readonly #block = Buffer.alloc(PROBE_ENTRIES * ENTRY_BYTES);

  constructor(files: FileSystem, path: string) {
    this.path = path;
    this.#file = files.open(path, 'edit');
  }

  get inode(): number {
    return this.#file.stat().inode;
  }

  /** The offset among the entries of the key for which `holds` is true; null when there is none. */
  find(key: string, records: number, holds: (offset: number) => boolean): number | null {
    if (records === 0) return null;
    const hash = hashOf(key);
    for (let table = tableOf(records - 1); table >= 0; table -= 1) {
      for (const { entry, offset } of this.#probe(table, hash)) {
        if (entry === null) break;
        if (sameHash(entry, hash) && holds(offset)) return offset;
      }
    }
    return null;
  }

  /** Remembers where the record with this ordinal is. Doing it again changes nothing. */
  insert(key: string, offset: number, ordinal: number): void {
    const hash = hashOf(key);
    for (const { entry, offset: known, position } of this.#probe(tableOf(ordinal), hash)) {
      if (entry !== null) {
        if (sameHash(entry, hash) && known === offset) return;
        continue;
      }
      const bytes = Buffer.alloc(ENTRY_BYTES);
      bytes.writeUInt32LE(hash.low, 0);
      bytes.writeUInt32LE(hash.high, 4);
      bytes.writeDoubleLE(offset, 8);
      this.#file.write(bytes, position);
      assertWritten(this.#file, bytes, position, this.path);
      return;
    }
  }

  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }

  /** The entries of a hash's chain in one table, ended by the first empty one. */
  *#probe(table: number, hash: KeyHash): Generator<Probe> {
    const entries = tableEntries(table);
    const base = tableOffset(table);
    for (let step = 0; step < entries; ) {
      const from = (hash.low + step) % entries;
      const count = Math.min(PROBE_ENTRIES, entries - from);
      const block = this.#block.subarray(0, count * ENTRY_BYTES);
      const filled = this.#file.read(block, base + from * ENTRY_BYTES);
      block.fill(0, filled);
      const copy = Buffer.from(block);
      for (let i = 0; i < count; i += 1) {
        const at = i * ENTRY_BYTES;
        const offset = copy.readDoubleLE(at + 8);
        const position = base + (from + i) * ENTRY_BYTES;
        if (offset === 0) {
          yield { entry: null, offset, position };
          return;
        }
        const entry = { low: copy.readUInt32LE(at), high: copy.readUInt32LE(at + 4) };
        yield { entry, offset, position };
      }
      step += count;
    }
  }
}

/** Throws where the file does not hold these bytes here. */
export function assertWritten(
  file: OpenFile,
  bytes: Uint8Array,
  position: number,
  path: string,
): void {
  const found = Buffer.allocUnsafe(bytes.length);
  if (file.read(found, position) === bytes.length && found.equals(bytes)) return;
  throw new Error(`${path} does not hold what was written to it`);
}

interface Probe {
  /** Null for an empty entry. */
  readonly entry: KeyHash | null;
  readonly offset: number;
  readonly position: number;
}

interface KeyHash {
  readonly low: number;
  readonly high: number;
}

const sameHash = (a: KeyHash, b: KeyHash): boolean => a.low === b.low && a.high === b.high;

/** Two 32-bit FNV-1a hashes of the text with different offsets (draft-eastlake-fnv). */
function hashOf(key: string): KeyHash {
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (let i = 0; i < key.length; i += 1) {
    const unit = key.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit ^ (i << 8), 0x01000193);
  }
  return { low: low >>> 0, high: high >>> 0 };
}
