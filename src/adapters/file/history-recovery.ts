import { Failure } from '../../domain/failure.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { Fold } from '../../ports/history.ts';
import { FoldingWalk } from './folding-walk.ts';
import { agrees, checkpointAt, findCheckpoint } from './history-checkpoint.ts';
import type { HistoryState } from './history-state.ts';
import { assertNothingAcknowledgedLost } from './journal-damage.ts';
import { printPlace } from './journal-lines.ts';
import { JOURNAL_START, type JournalEnd, type JournalPosition } from './journal-walk.ts';
import { changesOf, type NumberedChange } from './views.ts';

/** Folds of a history: the one that goes on, and a way to make another like it. */
export interface Folds {
  readonly fold: Fold;
  readonly newFold: () => Fold;
}

/** What a start found in the journal. */
export interface Recovered {
  readonly end: JournalEnd;
  readonly checkpoint: JournalPosition | null;
  /** The views' changes since the checkpoint. */
  readonly changes: readonly NumberedChange[];
  /** True where the saved state, if there is one, is of this journal: only then it says what the views hold. */
  readonly stateFits: boolean;
  readonly warnings: readonly string[];
}

/**
 * Brings the fold to the end of the journal: from the last checkpoint, or from the beginning where there is none
 * that fits. Throws HISTORY_DAMAGED at anything a crash does not explain and nobody accepted as lost.
 */
export function recover(
  files: FileSystem,
  journal: string,
  state: HistoryState | null,
  folds: Folds,
): Recovered {
  const warnings: string[] = [];
  // A later checkpoint than the saved state's would skip what the views have not been told yet.
  const checkpoint = state === null ? findCheckpoint(files, journal) : state.checkpoint;
  const from =
    checkpoint !== null && restored(files, journal, checkpoint, folds) ? checkpoint : null;
  if (checkpoint !== null && from === null) {
    warnings.push(
      `the checkpoint at ${printPlace(checkpoint)} does not fit: reading from the start`,
    );
  }
  const changes: NumberedChange[] = [];
  const known = state?.durable.head ?? null;
  let hashThere: string | null = null;
  const walk = new FoldingWalk(files, journal, folds.fold);
  const end = walk.run(from ?? JOURNAL_START, (event) => {
    if (event.seq === known?.seq) hashThere = event.hash;
    changes.push(...changesOf(folds.fold, event));
  });
  assertNothingAcknowledgedLost(end, state);
  const stateFits = known === null || known.hash === hashThere;
  if (known !== null && !stateFits && hashThere !== null) throw anotherJournal(known.seq, journal);
  return { end, checkpoint: from, changes, stateFits, warnings: [...warnings, ...walk.warnings] };
}

/** Every line of it may be sound: somebody put the journal of another time or place here. */
const anotherJournal = (seq: number, journal: string): Failure =>
  new Failure('HISTORY_DAMAGED', `event ${seq} is not the one that was acknowledged here`, {
    details: [`${journal} is another journal than the one that was written here`],
    hint: 'put the right one back; to go on with this one: trade-labs history backup, then history restore of that file',
  });

function restored(
  files: FileSystem,
  journal: string,
  at: JournalPosition,
  { fold, newFold }: Folds,
): boolean {
  const checkpoint = checkpointAt(files, journal, at);
  if (checkpoint === null) return false;
  try {
    fold.restore(checkpoint.state);
    if (agrees(fold, checkpoint)) return true;
  } catch {
    // A state of another version of the book: its events tell the same.
  }
  fold.restore(newFold().checkpoint());
  return false;
}
