import type { EpochMs } from '../domain/time.ts';
import type { Clock } from './clock.ts';

/** How a wait ended: the instant came, or somebody wanted something before. */
export type Arrival = 'reached' | 'woken';

/** What became of work that had a time limit. */
export type Limited<T> = { readonly done: true; readonly value: T } | { readonly done: false };

/**
 * Time as the engine passes through it: a clock that can be waited for. The machine's passes by itself; a simulated
 * one jumps to whatever is waited for. Nothing else differs between a daemon and its rehearsal.
 */
export interface Timeline extends Clock {
  /** Resolves once the clock shows the instant or a later one, or as soon as `wake` is aborted. */
  reach(at: EpochMs, wake: AbortSignal): Promise<Arrival>;
  /**
   * The value of the work, or `done: false` when it takes longer than so many milliseconds, or still goes on when
   * `giveUp` is aborted. The work itself is not stopped.
   */
  within<T>(work: Promise<T>, limitMs: number, giveUp: AbortSignal): Promise<Limited<T>>;
}
