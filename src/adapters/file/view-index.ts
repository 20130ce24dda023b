import type { FileSystem, OpenFile } from '../../ports/file-system.ts';

const ENTRY_BYTES = 16;
const FIRST_TABLE_ENTRIES = 4096;
/** Of a table's entries, so many are used before the next table, eight times as large, is begun. */
const FIRST_TABLE_RECORDS = 2458;
const GROWTH = 8;
/** Entries read at once; a chain of collisions is rarely longer. */
const PROBE_ENTRIES = 16;

/** 1 + 8 + 64 + ...: how many first tables fit before this one. */
const tablesBefore = (table: number): number => (GROWTH ** table - 1) / (GROWTH - 1);
const tableEntries = (table: number): number => FIRST_TABLE_ENTRIES * GROWTH ** table;
const tableOffset = (table: number): number =>
  ENTRY_BYTES * FIRST_TABLE_ENTRIES * tablesBefore(table);

/** The table that the record with this ordinal (from 0) belongs to. */
function tableOf(ordinal: number): number {
  let table = 0;
  while (ordinal >= FIRST_TABLE_RECORDS * tablesBefore(table + 1)) table += 1;
  return table;
}

/** Where a key may be entered, as the last search for it found. */
interface Vacancy {
  readonly key: string;
  readonly position: number;
}

/**
 * Finds a record's line in a view by key without reading the view: hash tables in one sparse file, each eight times
 * the one before, so that nothing is ever moved. An entry is two 32-bit hashes of the key and the line's offset.
 * Entries are hints: whoever looks one up compares the key on the line itself, and one that points behind the end
 * of the view is left over from a crash and may be used again.
 */
export class ViewIndex {
  readonly path: string;
  readonly #file: OpenFile;
  readonly #block = Buffer.alloc(PROBE_ENTRIES * ENTRY_BYTES);
  #vacancy: Vacancy | null = null;

  constructor(files: FileSystem, path: string) {
    this.path = path;
    this.#file = files.open(path, 'edit');
  }

  get inode(): number {
    return this.#file.stat().inode;
  }

  /**
   * The offset of the key's line, for which `holds` is true; null when there is none. `records` is how many the view
   * has and `end` where the next one would begin.
   */
  find(
    key: string,
    records: number,
    end: number,
    holds: (offset: number) => boolean,
  ): number | null {
    const hash = hashOf(key);
    const newest = tableOf(records);
    this.#vacancy = null;
    for (let table = newest; table >= 0; table -= 1) {
      const { offset, vacancy } = this.#probe(table, hash, end, holds);
      if (offset !== null) return offset;
      if (table === newest) this.#vacancy = { key, position: vacancy };
    }
    return null;
  }

  /** Remembers where the record is. The key was searched for just before and not found. */
  insert(key: string, offset: number): void {
    if (this.#vacancy?.key !== key) throw new Error(`${key} was not looked for`);
    const { position } = this.#vacancy;
    const hash = hashOf(key);
    const bytes = Buffer.allocUnsafe(ENTRY_BYTES);
    bytes.writeUInt32LE(hash.low, 0);
    bytes.writeUInt32LE(hash.high, 4);
    bytes.writeDoubleLE(offset, 8);
    this.#file.write(bytes, position);
    assertWritten(this.#file, bytes, position, this.path);
    this.#vacancy = null;
  }

  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }

  /** Follows a hash's chain in one table up to the first empty entry. */
  #probe(
    table: number,
    hash: KeyHash,
    end: number,
    holds: (offset: number) => boolean,
  ): { offset: number | null; vacancy: number } {
    const entries = tableEntries(table);
    const base = tableOffset(table);
    let stale = -1;
    for (let step = 0; step < entries; ) {
      const from = (hash.low + step) % entries;
      const count = Math.min(PROBE_ENTRIES, entries - from);
      const block = this.#block.subarray(0, count * ENTRY_BYTES);
      const filled = this.#file.read(block, base + from * ENTRY_BYTES);
      if (filled < block.length) block.fill(0, filled);
      for (let at = 0; at < block.length; at += ENTRY_BYTES) {
        const offset = block.readDoubleLE(at + 8);
        const position = base + from * ENTRY_BYTES + at;
        if (offset === 0) return { offset: null, vacancy: stale < 0 ? position : stale };
        if (block.readUInt32LE(at) !== hash.low || block.readUInt32LE(at + 4) !== hash.high)
          continue;
        if (offset >= end) stale = stale < 0 ? position : stale;
        else if (holds(offset)) return { offset, vacancy: -1 };
      }
      step += count;
    }
    throw new Error(`${this.path} is full`);
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

interface KeyHash {
  readonly low: number;
  readonly high: number;
}

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
