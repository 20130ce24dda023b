import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, type EpochMs, isoUtc } from '../../domain/time.ts';
import { currentFile, type LogFamily, pastLogs, pastName } from './log-files.ts';

/** A file is put aside before it grows past this many bytes. */
const MAX_BYTES = 10_000_000;
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;

export interface LogWriterOptions {
  /** Files of the past stay for this many days after their own. */
  readonly keepDays: number;
  readonly now: () => EpochMs;
  readonly maxBytes?: number;
}

/**
 * Appends lines to the current file of a log, at once: what was written is with the system and
 * survives the process. A new file begins with each day (UTC, so that no New York session is cut)
 * and when one is full. Another process may write and rotate the same log.
 */
export class LogWriter {
  readonly #family: LogFamily;
  readonly #path: string;
  readonly #options: LogWriterOptions;
  #file: OpenLog | null = null;
  #lost = 0;

  constructor(family: LogFamily, options: LogWriterOptions) {
    this.#family = family;
    this.#path = currentFile(family);
    this.#options = options;
  }

  /** Throws the system's error where the log cannot be written at all. */
  open(): void {
    mkdirSync(this.#family.folder, { recursive: true, mode: 0o700 });
    this.#current(0);
    this.#removeOld();
  }

  /**
   * Writes one line, which ends in a newline. A line that cannot be written is lost and counted:
   * a full disk must not stop the trading that the line only tells about.
   */
  write(line: string): void {
    try {
      const bytes = Buffer.from(this.#lost === 0 ? line : this.#lossNote() + line);
      writeSync(this.#current(bytes.length).descriptor, bytes);
      this.#lost = 0;
    } catch {
      this.#lost += 1;
    }
  }

  #lossNote(): string {
    const note = {
      level: 'warn',
      time: isoUtc(this.#options.now()),
      module: 'log',
      msg: `${this.#lost} log lines before this one could not be written`,
    };
    return `${JSON.stringify(note)}\n`;
  }

  /** The file to append to, after rotating where it is due. */
  #current(bytes: number): OpenLog {
    const today = this.#today();
    let file = this.#sameFile() ?? this.#reopen();
    const { size } = fstatSync(file.descriptor);
    const full = size > 0 && size + bytes > (this.#options.maxBytes ?? MAX_BYTES);
    if (!full && (size === 0 || file.day === today)) {
      // An empty file is of the day of its first line.
      file.day = today;
      return file;
    }
    this.#putAside(file.day);
    file = this.#reopen();
    file.day = today;
    this.#removeOld();
    return file;
  }

  /** The open file, unless another process or a person put another in its place. */
  #sameFile(): OpenLog | null {
    if (this.#file === null) return null;
    const there = statSync(this.#path, { throwIfNoEntry: false });
    return there?.ino === this.#file.inode ? this.#file : null;
  }

  #reopen(): OpenLog {
    this.close();
    const descriptor = openSync(this.#path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
    const { ino, mtimeMs } = fstatSync(descriptor);
    const day = firstDay(descriptor) ?? isoUtc(Math.floor(mtimeMs) as EpochMs).slice(0, 10);
    this.#file = { descriptor, inode: ino, day };
    return this.#file;
  }

  #putAside(day: string): void {
    const parts = pastLogs(this.#family, readdirSync(this.#family.folder))
      .filter((past) => past.day === day)
      .map(({ part }) => part);
    const name = pastName(this.#family, day, Math.max(0, ...parts) + 1);
    renameSync(this.#path, join(this.#family.folder, name));
  }

  #removeOld(): void {
    const { now, keepDays } = this.#options;
    const oldest = isoUtc((now() - keepDays * DAY_MS) as EpochMs).slice(0, 10);
    for (const { day, file } of pastLogs(this.#family, readdirSync(this.#family.folder))) {
      if (day < oldest) rmSync(join(this.#family.folder, file), { force: true });
    }
  }

  #today(): string {
    return isoUtc(this.#options.now()).slice(0, 10);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file.descriptor);
    this.#file = null;
  }
}

interface OpenLog {
  readonly descriptor: number;
  readonly inode: number;
  /** The day of its lines. */
  day: string;
}

/** The day of the first line; null in an empty file or one of another make. */
function firstDay(descriptor: number): string | null {
  const head = Buffer.alloc(512);
  const text = head.toString('utf8', 0, readSync(descriptor, head, 0, head.length, 0));
  return /"time":"(\d{4}-\d{2}-\d{2})T/.exec(text)?.[1] ?? null;
}
