import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import type { EventOf, JournalEvent } from '../../events/event.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { Fold } from '../../ports/history.ts';
import { agrees, checkpointAt, findCheckpoint } from './history-checkpoint.ts';
import type { HistoryState } from './history-state.ts';
import { printPlace } from './journal-lines.ts';
import { acceptedLosses, covers, type LossRange } from './journal-losses.ts';
import {
  JOURNAL_START,
  type JournalDamage,
  type JournalEnd,
  type JournalPosition,
  walkJournal,
} from './journal-walk.ts';
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
  const walk = new FoldingWalk(files, journal, folds.fold);
  const end = walk.run(from ?? JOURNAL_START, (event) => {
    changes.push(...changesOf(folds.fold, event));
  });
  assertNothingAcknowledgedLost(end, state);
  return { end, checkpoint: from, changes, warnings: [...warnings, ...walk.warnings] };
}

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

/**
 * Folds the journal event by event. Where a loss was accepted the fold may miss what later events refer to, so it
 * takes its state from the next checkpoint, and events it cannot apply until then are left out.
 */
export class FoldingWalk {
  readonly warnings: string[] = [];
  readonly #files: FileSystem;
  readonly #journal: string;
  readonly #fold: Fold;
  #losses: readonly LossRange[] | null = null;
  #afterLoss = false;

  constructor(files: FileSystem, journal: string, fold: Fold) {
    this.#files = files;
    this.#journal = journal;
    this.#fold = fold;
  }

  /** Calls `apply` for each event, which applies it to the fold, and returns the end of the journal. */
  run(from: JournalPosition, apply: (event: JournalEvent) => void): JournalEnd {
    const steps = this.steps(from, apply);
    for (;;) {
      const next = steps.next();
      if (next.done) return next.value;
    }
  }

  /** The same, step by step, for a caller that has other things to do in between. */
  *steps(
    from: JournalPosition,
    apply: (event: JournalEvent) => void,
  ): Generator<JournalPosition, JournalEnd> {
    for (const item of walkJournal(this.#files, this.#journal, from)) {
      if (item.kind === 'end') return item;
      if (item.kind === 'damage') {
        this.#accept(item);
        continue;
      }
      for (const event of item.events) this.#take(event, apply);
      yield item.end;
    }
    throw new Failure('BUG', 'a walk through the journal ends with its end');
  }

  #accept(damage: JournalDamage): void {
    this.#losses ??= acceptedLosses(this.#files, this.#journal);
    if (!covers(this.#losses, damage)) throw damageFailure(damage, this.#journal);
    this.#afterLoss = true;
  }

  #take(event: JournalEvent, apply: (event: JournalEvent) => void): void {
    if (event.type === 'book.checkpointed') this.#check(event);
    if (!this.#afterLoss) {
      apply(event);
      return;
    }
    try {
      apply(event);
    } catch (error) {
      this.warnings.push(
        `event ${event.seq} (${event.type}) needs one that was lost: ${(error as Error).message}`,
      );
    }
  }

  #check(checkpoint: EventOf<'book.checkpointed'>): void {
    if (this.#afterLoss) {
      this.#fold.restore(checkpoint.state);
      this.#afterLoss = false;
    } else if (!agrees(this.#fold, checkpoint)) {
      this.warnings.push(
        `the checkpoint at event ${checkpoint.seq} differs from the events before it`,
      );
    }
  }
}

/** A torn step was never acknowledged; what the saved state knows of was. */
function assertNothingAcknowledgedLost(end: JournalEnd, state: HistoryState | null): void {
  const known = state?.durable.head.seq ?? 0;
  const { seq } = end.position.head;
  if (seq >= known) return;
  throw new Failure(
    'HISTORY_DAMAGED',
    `the journal ends with event ${seq}, but events up to ${known} were acknowledged`,
    {
      details: end.torn === null ? [] : [end.torn.problem],
      hint: DAMAGE_HINT,
    },
  );
}

const DAMAGE_HINT =
  'look with: trade-labs history verify; then trade-labs history restore FILE, or trade-labs history accept-loss';

/** What to tell of damage: file, line, event, and the ways out. */
export function damageFailure(damage: JournalDamage, journal: string): Failure {
  return new Failure('HISTORY_DAMAGED', `the history is damaged: ${printDamage(damage)}`, {
    details: [`file ${join(journal, damage.place.file)}`],
    hint: DAMAGE_HINT,
  });
}

/** "2026-03.jsonl:12 (event 34) does not match its hash". */
export function printDamage({ place, fromSeq, toSeq, problem }: JournalDamage): string {
  const which = toSeq > fromSeq ? `events ${fromSeq} to ${toSeq}` : `event ${fromSeq}`;
  return `${printPlace(place)} (${which}) ${problem}`;
}
