import { assert } from '../../domain/result.ts';
import type { FileStat, FileSystem, OpenFile } from '../../ports/file-system.ts';

/** Of the end of a file, so much may wait in memory. */
const TAIL_BYTES = 8 << 20;

/**
 * A file system for making large files that nobody uses yet: what is written waits in memory, the end of a file up
 * to a size, a file of which `whole` is true all of it, until the file is synced. From then on writes pass through.
 */
export function bulkFiles(
  files: FileSystem,
  whole: (path: string) => boolean,
  tailBytes = TAIL_BYTES,
): FileSystem {
  const waiting = new Map<string, WaitingFile>();
  return {
    open: (path, mode) => {
      const limit = whole(path) ? Number.POSITIVE_INFINITY : tailBytes;
      const file = new WaitingFile(files.open(path, mode), limit);
      waiting.set(path, file);
      return file;
    },
    stat: (path) => waiting.get(path)?.stat() ?? files.stat(path),
    list: (folder) => files.list(folder),
    makeFolder: (folder) => files.makeFolder(folder),
    rename: (from, to) => {
      assert(waiting.get(from)?.passes !== false, 'a file is synced before it gets its name');
      for (const path of [from, to]) waiting.delete(path);
      files.rename(from, to);
    },
    remove: (path) => {
      waiting.delete(path);
      files.remove(path);
    },
    syncFolder: (folder) => files.syncFolder(folder),
  };
}

/** A file whose bytes from `#start` on are in memory only. */
class WaitingFile implements OpenFile {
  readonly #file: OpenFile;
  readonly #limit: number;
  /** As it was opened: while it waits nobody else has the file, so that only its size changes, which we know. */
  readonly #opened: FileStat;
  #start: number;
  #end: number;
  #memory: Buffer = Buffer.alloc(1 << 16);
  /** True once the file holds everything and is written directly. */
  passes = false;

  constructor(file: OpenFile, limit: number) {
    this.#file = file;
    this.#limit = limit;
    this.#opened = file.stat();
    this.#start = this.#opened.size;
    this.#end = this.#start;
  }

  read(into: Uint8Array, position: number): number {
    if (this.passes) return this.#file.read(into, position);
    const before = Math.min(into.length, Math.max(0, this.#start - position));
    if (before > 0 && this.#file.read(into.subarray(0, before), position) < before) return 0;
    const from = position + before - this.#start;
    const count = Math.max(0, Math.min(into.length - before, this.#end - this.#start - from));
    into.set(this.#memory.subarray(from, from + count), before);
    return before + count;
  }

  append(bytes: Uint8Array): void {
    this.write(bytes, this.#end);
  }

  write(bytes: Uint8Array, position: number): void {
    if (this.passes) {
      this.#file.write(bytes, position);
      return;
    }
    const before = Math.min(bytes.length, Math.max(0, this.#start - position));
    if (before > 0) this.#file.write(bytes.subarray(0, before), position);
    const rest = bytes.subarray(before);
    if (rest.length === 0) return;
    const from = position + before - this.#start;
    this.#reserve(from + rest.length);
    this.#memory.set(rest, from);
    this.#end = Math.max(this.#end, this.#start + from + rest.length);
    if (this.#end - this.#start > this.#limit) this.#writeHalf();
  }

  #reserve(size: number): void {
    if (size <= this.#memory.length) return;
    const larger = Buffer.alloc(Math.max(size, this.#memory.length * 2));
    this.#memory.copy(larger);
    this.#memory = larger;
  }

  /** Keeps the newer half: that is where changes are likely. */
  #writeHalf(): void {
    const count = (this.#end - this.#start) >>> 1;
    this.#file.write(this.#memory.subarray(0, count), this.#start);
    this.#memory.copyWithin(0, count, this.#end - this.#start);
    this.#start += count;
    this.#memory.fill(0, this.#end - this.#start);
  }

  truncate(size: number): void {
    this.#pass();
    this.#file.truncate(size);
  }

  sync(): void {
    this.#pass();
    this.#file.sync();
  }

  #pass(): void {
    if (this.passes) return;
    const rest = this.#memory.subarray(0, this.#end - this.#start);
    if (rest.length > 0) this.#file.write(rest, this.#start);
    this.#memory = Buffer.alloc(0);
    this.passes = true;
  }

  stat(): FileStat {
    return this.passes ? this.#file.stat() : { ...this.#opened, size: this.#end, modifiedMs: 0 };
  }

  close(): void {
    this.#file.close();
  }
}
