import { join } from 'node:path';
import { z } from 'zod';
import { sealOf, sealText } from '../../events/chain.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { readWhole, writeAtomic } from './atomic-file.ts';
import type { JournalPosition } from './journal-walk.ts';
import type { ViewState } from './view-file.ts';
import type { ViewName } from './view-layout.ts';

/** Raised when the form of the views or of this state changes: a start then writes them anew. */
const VIEW_FORMAT = 1;

const position = z.strictObject({
  file: z.string(),
  offset: z.int().min(0),
  line: z.int().min(1),
  head: z.strictObject({ seq: z.int().min(0), hash: z.string() }),
});
const view = z.strictObject({
  size: z.int().min(0),
  records: z.int().min(0),
  inode: z.number(),
  modifiedMs: z.number(),
  indexInode: z.number(),
  zones: z.array(
    z.strictObject({
      offset: z.int().min(0),
      records: z.int().min(0),
      first: z.string(),
      last: z.string(),
    }),
  ),
});
const schema = z.strictObject({
  format: z.literal(VIEW_FORMAT),
  durable: position,
  checkpoint: position.nullable(),
  views: z.strictObject({ runs: view.nullable(), trades: view.nullable() }),
  hash: z.string(),
});

/**
 * What a start needs to go on without reading everything. It only saves time: without it, or where it does not fit
 * what is on the disk, the views are written anew from the journal.
 */
export interface HistoryState {
  /** Up to here the journal is on disk and the views hold what it says. */
  readonly durable: JournalPosition;
  /** Where the last checkpoint's line begins; never after `durable`. */
  readonly checkpoint: JournalPosition | null;
  /** Null for a view that waits to be written anew. */
  readonly views: Readonly<Record<ViewName, ViewState | null>>;
}

export const STATE_FOLDER = 'state';
const statePath = (folder: string): string => join(folder, STATE_FOLDER, 'position.json');

/** The state as last saved; null where there is none or it cannot be read. */
export function loadState(files: FileSystem, folder: string): HistoryState | null {
  const text = readWhole(files, statePath(folder))?.toString('utf8').trimEnd();
  if (text === undefined || sealOf(text) === null) return null;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

export function saveState(files: FileSystem, folder: string, state: HistoryState): void {
  const { text } = sealText(JSON.stringify({ format: VIEW_FORMAT, ...state }));
  writeAtomic(files, statePath(folder), `${text}\n`);
}

export const forgetState = (files: FileSystem, folder: string): void =>
  files.remove(statePath(folder));
