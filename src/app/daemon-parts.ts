import type { LoadedConfig } from '../config/load.ts';
import type { DaemonState } from '../domain/run.ts';
import type { EpochMs } from '../domain/time.ts';
import type { EngineClock } from '../ports/clock.ts';
import type { Timeline } from '../ports/timeline.ts';
import type { System } from './compose.ts';
import type { JobObserver } from './jobs.ts';

/** What a daemon is given. */
export interface DaemonParts {
  readonly system: System;
  /** The clock of the exchange: a simulated one stands at what was played last. */
  readonly clock: EngineClock;
  readonly timeline: Timeline;
  readonly observer: JobObserver;
  /** Stops in order at this instant; null runs until it is asked to stop. */
  readonly until: EpochMs | null;
  /** Told when the state, or what is waited for, changes: for people, service managers and `status`. */
  readonly tell: (news: DaemonNews) => void;
  /** The configuration as it is now, for a reload. */
  readonly reload: () => Promise<LoadedConfig>;
}

/** What there is to say of a daemon. */
export type DaemonNews =
  | { readonly kind: 'state'; readonly state: DaemonState; readonly cause: string }
  | { readonly kind: 'idle'; readonly text: string }
  | { readonly kind: 'note'; readonly text: string };
