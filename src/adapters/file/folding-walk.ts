import { Failure } from '../../domain/failure.ts';
import type { EventOf, JournalEvent } from '../../events/event.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { Fold } from '../../ports/history.ts';
import { agrees } from './history-checkpoint.ts';
import { damageFailure } from './journal-damage.ts';
import { acceptedLosses, covers, type LossRange } from './journal-losses.ts';
import {
  type JournalDamage,
  type JournalEnd,
  type JournalPosition,
  walkJournal,
} from './journal-walk.ts';

/** Called for each event; applies it to the fold. */
export type Apply = (event: JournalEvent) => void;

export interface FoldingWalkOptions {
  /** Told of damage that nobody accepted; without it such damage ends the walk with HISTORY_DAMAGED. */
  readonly onDamage?: (damage: JournalDamage) => void;
  /** Losses that count as accepted besides those the journal names. */
  readonly accepting?: readonly LossRange[];
}

/**
 * Folds the journal event by event. Where a loss was accepted the fold may miss what later events refer to, so it
 * takes its state from the next checkpoint, and events it cannot apply until then are left out.
 */
export class FoldingWalk {
  readonly warnings: string[] = [];
  /** Checkpoints seen, and how many of them agreed with the events before them. */
  readonly checkpoints = { seen: 0, agreed: 0, last: true };
  readonly #files: FileSystem;
  readonly #journal: string;
  readonly #fold: Fold;
  readonly #options: FoldingWalkOptions;
  #losses: readonly LossRange[] | null = null;
  #afterLoss = false;

  constructor(files: FileSystem, journal: string, fold: Fold, options: FoldingWalkOptions = {}) {
    this.#files = files;
    this.#journal = journal;
    this.#fold = fold;
    this.#options = options;
  }

  /** Calls `apply` for each event and returns the end of the journal. */
  run(from: JournalPosition, apply: Apply): JournalEnd {
    const steps = this.steps(from, apply);
    for (;;) {
      const next = steps.next();
      if (next.done) return next.value;
    }
  }

  /** The same, step by step, for a caller that has other things to do in between. */
  *steps(from: JournalPosition, apply: Apply): Generator<JournalPosition, JournalEnd> {
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
    this.#losses ??= [
      ...acceptedLosses(this.#files, this.#journal),
      ...(this.#options.accepting ?? []),
    ];
    this.#afterLoss = true;
    if (covers(this.#losses, damage)) return;
    if (this.#options.onDamage === undefined) throw damageFailure(damage, this.#journal);
    this.#options.onDamage(damage);
  }

  #take(event: JournalEvent, apply: Apply): void {
    if (event.type === 'book.checkpointed') this.#check(event);
    try {
      apply(event);
    } catch (error) {
      if (!this.#afterLoss) throw refused(event, error);
      this.warnings.push(
        `event ${event.seq} (${event.type}) needs one that was lost: ${(error as Error).message}`,
      );
    }
  }

  #check(checkpoint: EventOf<'book.checkpointed'>): void {
    this.checkpoints.seen += 1;
    this.checkpoints.last = this.#agreesOrResumes(checkpoint);
    if (this.checkpoints.last) this.checkpoints.agreed += 1;
  }

  #agreesOrResumes(checkpoint: EventOf<'book.checkpointed'>): boolean {
    if (!this.#afterLoss) {
      const agreed = agrees(this.#fold, checkpoint);
      if (!agreed) {
        this.warnings.push(
          `the checkpoint at event ${checkpoint.seq} differs from the events before it`,
        );
      }
      return agreed;
    }
    try {
      this.#fold.restore(checkpoint.state);
      this.#afterLoss = false;
      return true;
    } catch (error) {
      this.warnings.push(
        `the checkpoint at event ${checkpoint.seq} cannot be used: ${(error as Error).message}`,
      );
      return false;
    }
  }
}

const refused = ({ seq, type }: JournalEvent, cause: unknown): Failure =>
  new Failure(
    'HISTORY_DAMAGED',
    `event ${seq} (${type}) does not fit those before it: ${(cause as Error).message}`,
    { cause, hint: 'report it, with the event: trade-labs history verify' },
  );
