import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { assert } from '../../domain/result.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { ChainHead } from '../../events/chain.ts';
import type { EventDraft, JournalEvent } from '../../events/event.ts';
import { scrubbed } from '../../events/scrub.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { History, HistoryReader } from '../../ports/history.ts';
import { FoldingWalk } from './folding-walk.ts';
import {
  CHECKPOINT_EVERY,
  checkpointDraft,
  isCheckpointDue,
  type LineSpan,
} from './history-checkpoint.ts';
import { historyFolder, journalFolder } from './history-folders.ts';
import { assertSameHome } from './history-home.ts';
import { backupBeforeMigration } from './history-migration.ts';
import type { HistoryOptions } from './history-options.ts';
import { FileHistoryReader } from './history-reader.ts';
import { recover } from './history-recovery.ts';
import { loadState, STATE_FOLDER, saveState } from './history-state.ts';
import { type HomeLock, lockHome } from './home-lock.ts';
import { journalFileOf } from './journal-lines.ts';
import { repairTail } from './journal-tail.ts';
import { JOURNAL_START, type JournalPosition } from './journal-walk.ts';
import { JournalWriter } from './journal-writer.ts';
import { assertLocal, keepPrivate } from './local-disk.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { Views } from './views.ts';

export type { HistoryOptions };
export { historyFolder, journalFolder };

/** Steps that are folded before other work gets its turn. */
const STEPS_AT_ONCE = 200;

/** A home's history that is open for writing. */
export interface OpenHistory extends History {
  readonly reader: HistoryReader;
  /** The number and the hash of the last acknowledged event. */
  readonly head: ChainHead;
  readonly lastSeq: number;
  /** Resolves when no view waits to be written anew. */
  settled(): Promise<void>;
  /** Writes both views anew from the journal, while steps go on. */
  rebuild(): Promise<void>;
}

/**
 * Opens the history of a home for writing: cuts what a crash left, brings the fold and the views to the end of the
 * journal, and begins one in an empty home. Throws HOME_MISMATCH, HISTORY_DAMAGED, HISTORY_TOO_NEW or HOME_BUSY.
 */
export async function openHistory(options: HistoryOptions): Promise<OpenHistory> {
  const files = filesOf(options);
  const folder = historyFolder(options.home);
  const lock = await lockOf(options);
  files.makeFolder(journalFolder(folder));
  files.makeFolder(join(folder, STATE_FOLDER));
  if (options.files === undefined) {
    keepPrivate([folder, journalFolder(folder), join(folder, STATE_FOLDER)]);
    await backupBeforeMigration(options);
  }
  const history = new FileHistory(files, folder, lock, options);
  try {
    await history.open();
  } catch (error) {
    await history.abandon();
    throw error;
  }
  return history;
}

/** The disk that the history is on. */
export const filesOf = ({ files }: Pick<HistoryOptions, 'files'>): FileSystem =>
  files ?? nodeFileSystem;

/** The right to write. A disk of a test has no other processes on it, so it needs none. */
export async function lockOf(options: HistoryOptions): Promise<HomeLock | null> {
  const { home, role = 'a command', clock, warn } = options;
  if (options.lock !== undefined) return options.lock;
  if (options.files !== undefined) return null;
  if (options.allowNetworkDisk !== true) assertLocal(home);
  return lockHome({ home, role, now: clock.now(), ...(warn && { onLost: warn }) });
}

class FileHistory implements OpenHistory {
  readonly reader: HistoryReader;
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #journal: string;
  readonly #options: HistoryOptions;
  readonly #lock: HomeLock | null;
  readonly #views: Views;
  readonly #warn: (message: string) => void;
  #writer: JournalWriter;
  #checkpoint: JournalPosition | null = null;
  /** Where its line begins and ends; null where another process wrote it. */
  #checkpointLine: LineSpan | null = null;
  #rebuilding: Promise<void> | null = null;
  /** A rebuild that failed would fail again, and costs more the longer the journal is. */
  #rebuildFailed = false;
  #closed = false;

  constructor(files: FileSystem, folder: string, lock: HomeLock | null, options: HistoryOptions) {
    this.#files = files;
    this.#folder = folder;
    this.#journal = journalFolder(folder);
    this.#options = options;
    this.#lock = lock;
    this.#warn = options.warn ?? (() => undefined);
    this.#views = new Views(files, folder, this.#warn);
    this.#writer = new JournalWriter(files, this.#journal, JOURNAL_START);
    this.reader = new FileHistoryReader(files, folder);
  }

  get head(): ChainHead {
    return this.#writer.head;
  }

  get lastSeq(): number {
    return this.head.seq;
  }

  async open(): Promise<void> {
    const state = loadState(this.#files, this.#folder);
    assertSameHome(this.#files, this.#folder, state, this.#options);
    const found = recover(this.#files, this.#journal, state, this.#options);
    for (const warning of found.warnings) this.#warn(warning);
    const end = repairTail(this.#files, this.#journal, found.end, this.#warn);
    this.#writer = new JournalWriter(this.#files, this.#journal, end);
    this.#checkpoint = found.checkpoint;
    if (state !== null && found.stateFits && !this.#options.rebuild) {
      this.#views.reopen(state, found.changes);
    }
    if (end.head.seq === 0) await this.#begin();
    if (this.#views.suspended.length > 0) await this.#rebuild();
    if (this.#checkpointIsDue()) this.#writeCheckpoint(this.#options.clock.now());
    else this.#save();
  }

  async #begin(): Promise<void> {
    const { mode, account, version, clock } = this.#options;
    await this.append([
      { type: 'history.opened', at: clock.now(), runId: null, mode, account, version },
    ]);
  }

  async append(drafts: readonly EventDraft[]): Promise<readonly JournalEvent[]> {
    const first = drafts[0];
    if (first === undefined) return [];
    if (!this.#closed) this.#assertHeld();
    if (this.lastSeq > 0 && this.#writer.startsFile(first)) this.#writeCheckpoint(first.at);
    const events = this.#commit(drafts);
    if (this.#checkpointIsDue()) this.#writeCheckpoint(first.at);
    else if (this.#views.replaced) this.#save();
    if (this.#views.suspended.length > 0 && this.lastSeq > 1) this.#rebuildBesides();
    return events;
  }

  #assertHeld(): void {
    try {
      this.#lock?.assertHeld();
    } catch (error) {
      this.#writer.stop(error as Failure);
      throw error;
    }
  }

  /** From here on the step is acknowledged: what follows can fail only for the views, which are then rewritten. */
  #commit(drafts: readonly EventDraft[]): readonly JournalEvent[] {
    const { scrub } = this.#options;
    const clean = scrub === undefined ? drafts : drafts.map((draft) => scrubbed(draft, scrub));
    const events = this.#writer.append(clean);
    try {
      for (const event of events) {
        for (const change of this.#options.fold.apply(event)) this.#views.apply(change);
      }
    } catch (error) {
      this.#writer.stop(
        new Failure('BUG', `the book refused an event: ${(error as Error).message}`, {
          cause: error,
        }),
      );
      throw error;
    }
    this.#options.onCommitted?.(events);
    return events;
  }

  get #every(): number {
    return this.#options.checkpointEvery ?? CHECKPOINT_EVERY;
  }

  #sinceCheckpoint(): number {
    return this.lastSeq - (this.#checkpoint?.head.seq ?? 0);
  }

  #checkpointIsDue(): boolean {
    const { offset } = this.#writer.position;
    return isCheckpointDue(this.#every, this.#sinceCheckpoint(), this.#checkpointLine, offset);
  }

  /** Writes the book down as an event, and with it all that a start needs to begin there. */
  #writeCheckpoint(at: EpochMs): void {
    const draft = checkpointDraft(this.#options.fold, this.lastSeq, at);
    const before = this.#writer.startsFile(draft)
      ? { file: journalFileOf(at), offset: 0, line: 1, head: this.head }
      : this.#writer.position;
    this.#commit([draft]);
    this.#checkpoint = before;
    this.#checkpointLine = { from: before.offset, to: this.#writer.position.offset };
    this.#save();
  }

  /** Saves time at the next start, no more: without it the journal is read further back. */
  #save(): void {
    const views = this.#views.flush();
    const state = { durable: this.#writer.position, checkpoint: this.#checkpoint, views };
    try {
      saveState(this.#files, this.#folder, state);
    } catch (error) {
      this.#warn(`the next start takes longer: ${(error as Error).message}`);
    }
  }

  #rebuildBesides(): void {
    if (this.#rebuildFailed) return;
    this.#rebuilding ??= this.#rebuild()
      .catch((error: unknown) => {
        this.#rebuildFailed = true;
        this.#warn(`the views wait for the next start: ${(error as Error).message}`);
      })
      .finally(() => {
        this.#rebuilding = null;
      });
  }

  /** Folds the whole journal again into fresh views, letting other work go on, and puts them in place. */
  async #rebuild(): Promise<void> {
    const fresh = this.#views.begin(this.#views.suspended);
    const fold = this.#options.newFold();
    const walk = new FoldingWalk(this.#files, this.#journal, fold);
    let position = JOURNAL_START;
    let steps = 0;
    while (position.head.seq < this.lastSeq) {
      const before = position.head.seq;
      for (const end of walk.steps(position, (event) => {
        for (const change of fold.apply(event)) fresh.apply(change);
      })) {
        position = end;
        steps += 1;
        if (steps % STEPS_AT_ONCE === 0) await new Promise((resume) => setImmediate(resume));
        if (this.#closed) return fresh.close();
      }
      assert(position.head.seq > before, 'the journal can be read up to its last event');
    }
    this.#views.adopt(fresh);
    this.#save();
  }

  async settled(): Promise<void> {
    await this.#rebuilding;
  }

  async rebuild(): Promise<void> {
    await this.#rebuilding;
    this.#rebuildFailed = false;
    this.#views.close();
    this.#rebuildBesides();
    await this.#rebuilding;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#rebuilding;
    try {
      this.#assertHeld();
      // After an orderly end the next start has next to nothing to read.
      if (this.#sinceCheckpoint() >= Math.max(2, this.#every / 10)) {
        this.#writeCheckpoint(this.#options.clock.now());
      } else {
        this.#save();
      }
    } finally {
      await this.abandon();
    }
  }

  /** Lets go of everything without writing another byte. */
  async abandon(): Promise<void> {
    this.#closed = true;
    this.#writer.close();
    this.#views.close();
    await this.#lock?.release();
  }
}
