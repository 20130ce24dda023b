import type { Mode } from '../../domain/run.ts';
import type { JournalEvent } from '../../events/event.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { Folds } from './history-recovery.ts';
import type { HomeLock } from './home-lock.ts';

/** How a home's history is opened for writing. */
export interface HistoryOptions extends Folds {
  readonly home: string;
  readonly mode: Mode;
  readonly account: string;
  /** Of this program; the first event says which one made the home. */
  readonly version: string;
  readonly clock: Clock;
  /** Told what was found and mended; the history itself never prints. */
  readonly warn?: (message: string) => void;
  readonly files?: FileSystem;
  /** Events after which the book is written down again; a start reads at most five times as many. */
  readonly checkpointEvery?: number;
  /** Told every acknowledged event in order, those too that the history writes for itself; throws nothing. */
  readonly onCommitted?: (events: readonly JournalEvent[]) => void;
  /** Takes secrets out of every text before it is written. */
  readonly scrub?: (text: string) => string;
  /** Writes both views anew, whatever state they are in. */
  readonly rebuild?: boolean;
  /** What this process does in the home: told to another one that is refused. */
  readonly role?: string;
  /** True where the owner accepts the risk of a home on a network file system. */
  readonly allowNetworkDisk?: boolean;
  /** The right to write, where the caller has it already; else it is taken here. */
  readonly lock?: HomeLock;
}
