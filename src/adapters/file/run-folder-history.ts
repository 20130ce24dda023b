import { join } from 'node:path';
import { assertExists } from '../../domain/result.ts';
import type { Mode } from '../../domain/run.ts';
import { type ChainHead, GENESIS, sealStep } from '../../events/chain.ts';
import type { EventDraft, JournalEvent } from '../../events/event.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';
import type { Fold, History, HistoryReader } from '../../ports/history.ts';
import { writeAtomic } from './atomic-file.ts';
import { FileHistoryReader } from './history-reader.ts';
import { journalFileOf } from './journal-lines.ts';
import { nodeFileSystem } from './node-file-system.ts';
import {
  recordText,
  VIEW_HEAD,
  VIEW_NAMES,
  VIEW_TAIL,
  VIEWS,
  type ViewName,
  type ViewRecord,
} from './view-layout.ts';

/** Bytes of journal that are gathered before they are written. */
const BATCH_BYTES = 1 << 20;
/** UTF-8 takes no more for a character of a string. */
const MOST_BYTES_PER_CHARACTER = 3;

export interface RunFolderOptions {
  /** The run's own folder; its journal/, runs.json and trades.json must not exist yet. */
  readonly dir: string;
  readonly mode: Mode;
  readonly account: string;
  readonly version: string;
  readonly clock: Clock;
  readonly fold: Fold;
  readonly files?: FileSystem;
}

export interface RunFolderHistory extends History {
  readonly reader: HistoryReader;
  readonly head: ChainHead;
  readonly lastSeq: number;
}

/**
 * The history of one backtest or replay in its run folder. Nothing depends on it before the run ends, so it is
 * written in batches and synced once, on close; a run that dies leaves a journal that ends early, and no views.
 */
export async function openRunFolderHistory(options: RunFolderOptions): Promise<RunFolderHistory> {
  const history = new BatchedHistory(options);
  const { mode, account, version, clock } = options;
  await history.append([
    { type: 'history.opened', at: clock.now(), runId: null, mode, account, version },
  ]);
  return history;
}

class BatchedHistory implements RunFolderHistory {
  readonly reader: HistoryReader;
  readonly #files: FileSystem;
  readonly #dir: string;
  readonly #fold: Fold;
  readonly #records: Readonly<Record<ViewName, Map<string, ViewRecord>>> = {
    runs: new Map(),
    trades: new Map(),
  };
  #head = GENESIS;
  #name = '';
  #file: OpenFile | null = null;
  /** Bytes in it. */
  #size = 0;
  /** The files of months that are over, open until they are synced. */
  readonly #written: OpenFile[] = [];
  readonly #batch = Buffer.allocUnsafeSlow(BATCH_BYTES);
  /** Bytes in it. */
  #gathered = 0;
  #closed = false;

  constructor({ dir, fold, files = nodeFileSystem }: RunFolderOptions) {
    this.#files = files;
    this.#dir = dir;
    this.#fold = fold;
    this.reader = new FileHistoryReader(files, dir);
    files.makeFolder(join(dir, 'journal'));
  }

  get head(): ChainHead {
    return this.#head;
  }

  get lastSeq(): number {
    return this.#head.seq;
  }

  async append(drafts: readonly EventDraft[]): Promise<readonly JournalEvent[]> {
    const first = drafts[0];
    if (first === undefined) return [];
    if (this.#closed) throw new Error('the history is closed');
    const name = journalFileOf(first.at);
    if (name > this.#name) this.#startFile(name);
    const step = sealStep(drafts, this.#head, { check: false });
    this.#head = step.head;
    for (const line of step.lines) this.#gather(line);
    for (const event of step.events) {
      for (const { view, key, record } of this.#fold.apply(event)) {
        this.#records[view].set(key, record);
      }
    }
    return step.events;
  }

  #startFile(name: string): void {
    this.#finishFile();
    this.#name = name;
    this.#file = this.#files.open(join(this.#dir, 'journal', name), 'create');
  }

  #gather(line: string): void {
    const mostBytes = line.length * MOST_BYTES_PER_CHARACTER;
    if (mostBytes > BATCH_BYTES - this.#gathered) this.#writeBatch();
    // The book that a run begins with may be longer than a batch.
    if (mostBytes > BATCH_BYTES) this.#write(Buffer.from(line));
    else this.#gathered += this.#batch.write(line, this.#gathered);
  }

  #writeBatch(): void {
    if (this.#gathered === 0) return;
    this.#write(this.#batch.subarray(0, this.#gathered));
    this.#gathered = 0;
  }

  #write(bytes: Uint8Array): void {
    assertExists(this.#file, 'a line has a file').write(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** What was written is synced when the run ends, all files together. */
  #finishFile(): void {
    this.#writeBatch();
    if (this.#file !== null) this.#written.push(this.#file);
    this.#file = null;
    this.#size = 0;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#finishFile();
    for (const file of this.#written) {
      file.sync();
      file.close();
    }
    this.#files.syncFolder(join(this.#dir, 'journal'));
    for (const name of VIEW_NAMES) {
      const text = compactView(name, this.#records[name]);
      writeAtomic(this.#files, join(this.#dir, VIEWS[name].file), text);
    }
  }
}

/** A view that will not change any more: one record a line, without slack. */
export function compactView(name: ViewName, records: ReadonlyMap<string, ViewRecord>): string {
  const lines = [...records].map(
    ([key, record], i) => `${i === 0 ? ' ' : ','}${recordText(VIEWS[name], key, record)}\n`,
  );
  return `${VIEW_HEAD}${lines.join('')}${VIEW_TAIL}`;
}
