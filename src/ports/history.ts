import type { RunRecord } from '../domain/run.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventDraft, JournalEvent } from '../events/event.ts';

/** A record that an event made or changed; the key is its runId or tradeId. */
export type ViewChange =
  | { readonly view: 'runs'; readonly key: string; readonly record: RunRecord }
  | { readonly view: 'trades'; readonly key: string; readonly record: TradeRecord };

/**
 * What the journal is folded into: pure state, advanced event by event. The store applies every acknowledged event
 * exactly once, in order, and writes the returned changes to the views.
 */
export interface Fold {
  apply(event: JournalEvent): readonly ViewChange[];
  /** Everything needed to go on from here, as JSON; equal states give equal JSON. */
  checkpoint(): unknown;
  /** Replaces the state by a checkpoint's; throws InvariantError on one that is not its own. */
  restore(state: unknown): void;
}

/** Where decisions and trades are remembered. One writer; appends are in order. */
export interface History {
  /**
   * Makes the events of one step durable, in order and all or none after a crash, then applies them to the fold and
   * the views. Resolves when they are on disk: only then may anything that depends on them be sent. An error is
   * final: the process must stop, nothing is retried.
   */
  append(events: readonly EventDraft[]): Promise<readonly JournalEvent[]>;
  /** Flushes what may be flushed late (views) and releases the home. */
  close(): Promise<void>;
}

/** Which runs or trades are wanted; all given conditions hold together. */
export interface RecordQuery {
  /** The newest `last` records that match; all when absent. */
  readonly last?: number;
  readonly symbol?: string;
  readonly status?: string;
  readonly strategy?: string;
  readonly runId?: string;
  /** New York dates, inclusive: a trade by its entry session, a run by its session. */
  readonly since?: string;
  readonly until?: string;
}

/** Reading what was remembered, also while a daemon writes. Oldest first. */
export interface HistoryReader {
  runs(query?: RecordQuery): AsyncIterable<RunRecord>;
  trades(query?: RecordQuery): AsyncIterable<TradeRecord>;
  events(range?: {
    readonly fromSeq?: number;
    readonly runId?: string;
    /**
     * For who folds what is read: the state of a checkpoint may be null where it is of the event that was read just
     * before it, because nothing is in it that the events did not say.
     */
    readonly omitKnownStates?: boolean;
  }): AsyncIterable<JournalEvent>;
}
