import type { EpochMs } from '../domain/time.ts';

/** Where "now" comes from: the machine's clock, or a simulated one that jumps. */
export interface Clock {
  now(): EpochMs;
}
