import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { barFileName, parseBarFileName } from '../../bars/file-name.ts';
import type { BarColumns, Symbol } from '../../domain/market.ts';
import type { BarStore } from '../../ports/bar-store.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { readWhole, writeAtomic } from './atomic-file.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { barsFrom, seriesBytes } from './recording-bars.ts';

const HASH_BYTES = 32;
const COUNT_BYTES = 4;
const ENDING = '.columns';

/**
 * Daily bars in a folder, a file for each symbol: SHA-256 of the rest, the count of bars, and the columns. A file that
 * does not hash to what it says is as good as none.
 */
export class BarStoreFolder implements BarStore {
  readonly #dir: string;
  readonly #files: FileSystem;

  constructor(dir: string, files: FileSystem = nodeFileSystem) {
    this.#dir = dir;
    this.#files = files;
  }

  read(symbol: Symbol): BarColumns | null {
    try {
      const content = readWhole(this.#files, this.#pathOf(symbol));
      if (content === null || content.length < HASH_BYTES + COUNT_BYTES) return null;
      const rest = content.subarray(HASH_BYTES);
      if (!digestOf(rest).equals(content.subarray(0, HASH_BYTES))) return null;
      return barsFrom(rest, COUNT_BYTES, rest.readUInt32LE(0));
    } catch {
      return null;
    }
  }

  write(symbol: Symbol, columns: BarColumns): boolean {
    const count = Buffer.alloc(COUNT_BYTES);
    count.writeUInt32LE(columns.length);
    const rest = Buffer.concat([count, seriesBytes({ columns, visible: columns.length })]);
    try {
      this.#files.makeFolder(this.#dir);
      writeAtomic(this.#files, this.#pathOf(symbol), Buffer.concat([digestOf(rest), rest]));
      return true;
    } catch {
      return false;
    }
  }

  /** What something is kept of, ascending. */
  symbols(): readonly Symbol[] {
    const names = this.#files.list(this.#dir) ?? [];
    const found = names.flatMap((name) => {
      if (!name.endsWith(ENDING)) return [];
      return parseBarFileName(`${name.slice(0, -ENDING.length)}.csv`)?.symbol ?? [];
    });
    return found.sort();
  }

  #pathOf(symbol: Symbol): string {
    const name = barFileName({ symbol, timeframe: '1d', format: 'csv' });
    return join(this.#dir, name.replace(/\.csv$/, ENDING));
  }
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
