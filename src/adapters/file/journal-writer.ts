import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { assertExists } from '../../domain/result.ts';
import { type ChainHead, sealStep } from '../../events/chain.ts';
import type { EventDraft, JournalEvent } from '../../events/event.ts';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';
import { journalFileOf } from './journal-lines.ts';
import type { JournalPosition } from './journal-walk.ts';

interface Current {
  readonly name: string;
  readonly file: OpenFile;
  readonly inode: number;
  size: number;
  lines: number;
}

/**
 * Appends steps to the journal. A step is one write and one sync, after which it is acknowledged. After an error
 * nothing more is written: what the disk holds is known again only by reading it, at the next start.
 */
export class JournalWriter {
  readonly #files: FileSystem;
  readonly #folder: string;
  #head: ChainHead;
  #current: Current | null = null;
  #failed: unknown = null;

  constructor(files: FileSystem, folder: string, end: JournalPosition) {
    this.#files = files;
    this.#folder = folder;
    this.#head = end.head;
    if (end.file !== '') this.#current = this.#open(end.file, end.line - 1);
  }

  get head(): ChainHead {
    return this.#head;
  }

  /** Where the next line goes, as long as the month does not change. */
  get position(): JournalPosition {
    const { name, size, lines } = assertExists(this.#current, 'a journal with an event has a file');
    return { file: name, offset: size, line: lines + 1, head: this.#head };
  }

  /** True where a step of this instant begins a new file. Files never go backwards, whatever the clock does. */
  startsFile(draft: EventDraft): boolean {
    return this.#current === null || journalFileOf(draft.at) > this.#current.name;
  }

  /** Makes the step durable and returns its events. Throws CANNOT_WRITE or HISTORY_DAMAGED, for good. */
  append(drafts: readonly EventDraft[]): readonly JournalEvent[] {
    if (this.#failed !== null) throw this.#failed;
    try {
      return this.#append(drafts);
    } catch (error) {
      this.#failed = error;
      throw error;
    }
  }

  /** Refuses every later step for this reason. */
  stop(reason: Failure): void {
    this.#failed ??= reason;
  }

  #append(drafts: readonly EventDraft[]): readonly JournalEvent[] {
    const step = sealStep(drafts, this.#head, { check: true });
    const first = assertExists(drafts[0], 'a step has an event');
    const bytes = Buffer.from(step.lines.join(''));
    const current = this.startsFile(first)
      ? this.#startFile(journalFileOf(first.at))
      : assertExists(this.#current, 'a journal that goes on has a file');
    this.#assertUntouched(current);
    this.#write(current, bytes);
    current.size += bytes.length;
    current.lines += step.lines.length;
    this.#head = step.head;
    return step.events;
  }

  #write(current: Current, bytes: Uint8Array): void {
    try {
      current.file.append(bytes);
    } catch (error) {
      this.#undo(current);
      throw cannotWrite(join(this.#folder, current.name), error);
    }
    try {
      current.file.sync();
    } catch (error) {
      // What reached the disk is unknown now, and a second sync would answer for the cache alone.
      throw cannotWrite(join(this.#folder, current.name), error);
    }
    const size = current.file.stat().size;
    if (size !== current.size + bytes.length) {
      throw damaged(
        join(this.#folder, current.name),
        `it has ${size} bytes after a write, and should have ${current.size + bytes.length}`,
      );
    }
  }

  /** Takes back a partial write, where the disk lets us; else the next start cuts it. */
  #undo(current: Current): void {
    try {
      current.file.truncate(current.size);
    } catch {
      // The error of the write itself is the one to report.
    }
  }

  /** Someone who edits, truncates, replaces or removes the file under us must not get a step appended to that. */
  #assertUntouched(current: Current): void {
    const path = join(this.#folder, current.name);
    const named = this.#files.stat(path);
    if (named === null) throw damaged(path, 'it was removed', this.#rescue(current));
    if (named.inode !== current.inode) {
      throw damaged(path, 'it was replaced by another file', this.#rescue(current));
    }
    if (named.size !== current.size) {
      throw damaged(path, `it has ${named.size} bytes, and should have ${current.size}`);
    }
  }

  /** The removed file still lives as long as it is open: its content goes into a new one. */
  #rescue(current: Current): string | null {
    const path = join(this.#folder, `${current.name}.rescued`);
    try {
      const copy = this.#files.open(path, 'create');
      const chunk = Buffer.allocUnsafe(1 << 20);
      for (let at = 0; at < current.size; ) {
        const count = current.file.read(chunk, at);
        if (count === 0) break;
        copy.write(chunk.subarray(0, count), at);
        at += count;
      }
      copy.sync();
      copy.close();
      this.#files.syncFolder(this.#folder);
      return path;
    } catch {
      return null;
    }
  }

  #startFile(name: string): Current {
    this.#current?.file.close();
    const created = this.#open(name, 0);
    this.#files.syncFolder(this.#folder);
    this.#current = created;
    return created;
  }

  #open(name: string, lines: number): Current {
    const file = this.#files.open(join(this.#folder, name), 'append');
    const { size, inode } = file.stat();
    return { name, file, inode, size, lines };
  }

  close(): void {
    this.#failed ??= new Failure('BUG', 'the history is closed');
    this.#current?.file.close();
    this.#current = null;
  }
}

const cannotWrite = (path: string, cause: unknown): Failure => {
  const full = (cause as { code?: string }).code === 'ENOSPC';
  return new Failure('CANNOT_WRITE', `cannot write the history ${path}: ${String(cause)}`, {
    cause,
    hint: full
      ? 'free space on the disk, then start again: nothing acknowledged is lost'
      : 'check the disk, then start again: nothing acknowledged is lost',
  });
};

const damaged = (path: string, what: string, rescued: string | null = null): Failure =>
  new Failure('HISTORY_DAMAGED', `another program changed ${path} while it was written: ${what}`, {
    details: rescued === null ? [] : [`what it held is in ${rescued}`],
    hint:
      rescued === null
        ? 'stop the other program, then run: trade-labs history verify'
        : `put it back: mv ${rescued} ${path}, then run: trade-labs history verify`,
  });
