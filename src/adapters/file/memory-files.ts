import { assert, assertExists } from '../../domain/result.ts';
import type { FileStat, FileSystem, OpenFile } from '../../ports/file-system.ts';

/** Files grow by such pieces: nothing is copied when they do. */
const CHUNK_BYTES = 1 << 20;

/**
 * A file system without folders that is in memory only, for files that are made to be compared: nothing of it reaches a
 * disk. It holds what is written, whatever the size, until the file is removed.
 */
export function memoryFiles(): FileSystem {
  const files = new Map<string, MemoryFile>();
  let inodes = 0;
  return {
    open: (path, mode) => {
      const known = files.get(path);
      assert(mode !== 'create' || known === undefined, `${path} is there already`);
      if (known !== undefined) return known;
      assert(mode !== 'read', `${path} is not there`);
      inodes += 1;
      const file = new MemoryFile(inodes);
      files.set(path, file);
      return file;
    },
    stat: (path) => files.get(path)?.stat() ?? null,
    list: () => null,
    makeFolder: () => undefined,
    rename: (from, to) => {
      files.set(to, assertExists(files.get(from), `${from} is not there`));
      files.delete(from);
    },
    remove: (path) => {
      files.delete(path);
    },
    syncFolder: () => undefined,
  };
}

/** One file; everybody who opens it has the same. */
class MemoryFile implements OpenFile {
  readonly #inode: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(inode: number) {
    this.#inode = inode;
  }

  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.#size - position));
    this.#pieces(position, count, (piece, done) => {
      into.set(piece, done);
    });
    return count;
  }

  append(bytes: Uint8Array): void {
    this.write(bytes, this.#size);
  }

  write(bytes: Uint8Array, position: number): void {
    this.#resize(Math.max(this.#size, position + bytes.length));
    this.#pieces(position, bytes.length, (piece, done) => {
      piece.set(bytes.subarray(done, done + piece.length));
    });
  }

  truncate(size: number): void {
    this.#resize(size);
  }

  #resize(size: number): void {
    const cut = this.#size - size;
    // What a longer file would show again has to read as zeros.
    if (cut > 0) this.#pieces(size, cut, (piece) => piece.fill(0));
    const chunks = Math.ceil(size / CHUNK_BYTES);
    this.#chunks.length = Math.min(this.#chunks.length, chunks);
    while (this.#chunks.length < chunks) this.#chunks.push(Buffer.alloc(CHUNK_BYTES));
    this.#size = size;
  }

  /** Calls `each` for the parts of the chunks that hold these bytes, with how many came before. */
  #pieces(position: number, count: number, each: (piece: Buffer, done: number) => void): void {
    for (let done = 0; done < count; ) {
      const at = position + done;
      const chunk = this.#chunks[Math.floor(at / CHUNK_BYTES)] as Buffer;
      const start = at % CHUNK_BYTES;
      const piece = chunk.subarray(start, start + count - done);
      each(piece, done);
      done += piece.length;
    }
  }

  sync(): void {}

  stat(): FileStat {
    return {
      size: this.#size,
      inode: this.#inode,
      device: 0,
      modifiedMs: 0,
      mode: 0o600,
      kind: 'file',
    };
  }

  close(): void {}
}
