import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { currentFile, type LogFamily } from './log-files.ts';

/** How often a followed log is looked at; a person does not notice less. */
const POLL_MS = 250;
const CHUNK_BYTES = 1 << 16;

/** A log that is read as it grows. */
export interface FollowedLog {
  /**
   * Whole lines as they are added, until `stop` is aborted; goes on in the next file when one is put
   * aside.
   */
  lines(stop: AbortSignal): AsyncGenerator<string>;
  close(): void;
}

/**
 * Follows a log from its present end on; a log that does not exist yet, from its beginning. What is
 * added after this call is not missed, however late reading begins.
 */
export function followLog(family: LogFamily): FollowedLog {
  return new Tail(currentFile(family));
}

class Tail implements FollowedLog {
  readonly #path: string;
  #file: Place | null;

  constructor(path: string) {
    this.#path = path;
    this.#file = open(path);
    if (this.#file !== null) this.#file.position = fstatSync(this.#file.descriptor).size;
  }

  async *lines(stop: AbortSignal): AsyncGenerator<string> {
    try {
      while (!stop.aborted) {
        const wasPutAside = this.#isPutAside();
        yield* this.#added();
        if (wasPutAside) {
          // Its last lines are read: whoever put it aside writes to the next one already.
          this.close();
          this.#file = open(this.#path);
          if (this.#file !== null) continue;
        }
        await wait(POLL_MS, undefined, { signal: stop }).catch(() => undefined);
      }
    } finally {
      this.close();
    }
  }

  #isPutAside(): boolean {
    if (this.#file === null) return true;
    const there = statSync(this.#path, { throwIfNoEntry: false });
    return there?.ino !== this.#file.inode;
  }

  *#added(): Generator<string> {
    const file = this.#file;
    if (file === null) return;
    if (fstatSync(file.descriptor).size < file.position) file.position = 0;
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const count = readSync(file.descriptor, chunk, 0, chunk.length, file.position);
      if (count === 0) return;
      file.position += count;
      file.rest = Buffer.concat([file.rest, chunk.subarray(0, count)]);
      let from = 0;
      for (let end = file.rest.indexOf(10); end >= 0; end = file.rest.indexOf(10, from)) {
        if (end > from) yield file.rest.toString('utf8', from, end);
        from = end + 1;
      }
      file.rest = file.rest.subarray(from);
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file.descriptor);
    this.#file = null;
  }
}

interface Place {
  readonly descriptor: number;
  readonly inode: number;
  position: number;
  /** Bytes of a line whose end is not written yet. */
  rest: Buffer;
}

function open(path: string): Place | null {
  try {
    const descriptor = openSync(path, constants.O_RDONLY);
    const { ino } = fstatSync(descriptor);
    return { descriptor, inode: ino, position: 0, rest: Buffer.alloc(0) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
