import { join } from 'node:path';
import type { EpochMs } from '../../domain/time.ts';
import { canonicalJson, eventOf, sha256, soundLine } from '../../events/chain.ts';
import type { EventDraft, EventOf } from '../../events/event.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { Fold } from '../../ports/history.ts';
import { journalFiles, linesFrom, type Place } from './journal-lines.ts';
import type { JournalPosition } from './journal-walk.ts';

/** Events between checkpoints: reading and folding that many takes about a tenth of a second. */
export const CHECKPOINT_EVERY = 2_000;
/**
 * A book of many trades a day is megabytes, which take as long to write as thousands of events. It waits for half as
 * many bytes of events, so that a journal is never mostly checkpoints, but not for ever: a start is to be quick.
 */
const LARGE_BYTES = 1 << 20;
const LARGE_EVERY_AT_MOST = 5;

/** Bytes of a line, in the file that is written now. */
export interface LineSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * True where the book is to be written down again: every so many events, and later where it is large. `last` is the
 * line of the checkpoint before, null where it is not known, and `offset` the end of the same file.
 */
export function isCheckpointDue(
  every: number,
  events: number,
  last: LineSpan | null,
  offset: number,
): boolean {
  if (events < every) return false;
  const bytes = last === null ? 0 : last.to - last.from;
  if (last === null || bytes < LARGE_BYTES || events >= every * LARGE_EVERY_AT_MOST) return true;
  return (offset - last.to) * 2 >= bytes;
}

/** The fold's state as an event, after the event numbered `stateSeq`. */
export function checkpointDraft(fold: Fold, stateSeq: number, at: EpochMs): EventDraft {
  const text = canonicalJson(fold.checkpoint());
  return {
    type: 'book.checkpointed',
    at,
    runId: null,
    stateSeq,
    stateHash: sha256(text),
    state: JSON.parse(text),
  };
}

/** True where the fold is in the state that the checkpoint tells of. */
export const agrees = (fold: Fold, checkpoint: EventOf<'book.checkpointed'>): boolean =>
  sha256(canonicalJson(fold.checkpoint())) === checkpoint.stateHash;

/** The checkpoint whose line begins at a position; null when another line, or none, begins there. */
export function checkpointAt(
  files: FileSystem,
  journal: string,
  at: JournalPosition,
): EventOf<'book.checkpointed'> | null {
  if (files.stat(join(journal, at.file)) === null) return null;
  const file = files.open(join(journal, at.file), 'read');
  try {
    for (const { text } of linesFrom(file, at)) {
      const line = soundLine(text);
      if (!line.ok || line.value.prev !== at.head.hash) return null;
      const event = eventOf(line.value);
      return event.ok && event.value.type === 'book.checkpointed' ? event.value : null;
    }
    return null;
  } finally {
    file.close();
  }
}

const MARK = '"type":"book.checkpointed"';
/** The mark stands behind the envelope, within the first bytes of the line. */
const MARK_WITHIN = 300;

/** Where the last sound checkpoint begins, found by reading the newest files; null when there is none. */
export function findCheckpoint(files: FileSystem, journal: string): JournalPosition | null {
  for (const name of [...journalFiles(files, journal)].reverse()) {
    const found = lastCheckpointOf(files, journal, { file: name, offset: 0, line: 1 });
    if (found !== null) return found;
  }
  return null;
}

function lastCheckpointOf(files: FileSystem, journal: string, from: Place): JournalPosition | null {
  const file = files.open(join(journal, from.file), 'read');
  let last: JournalPosition | null = null;
  try {
    for (const { text, offset, line } of linesFrom(file, from)) {
      if (!text.slice(0, MARK_WITHIN).includes(MARK)) continue;
      const sound = soundLine(text);
      if (!sound.ok) continue;
      const head = { seq: sound.value.seq - 1, hash: sound.value.prev };
      last = { file: from.file, offset, line, head };
    }
    return last;
  } finally {
    file.close();
  }
}
