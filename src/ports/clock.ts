import type { EpochMs } from '../domain/time.ts';

/** Where "now" comes from: the machine's clock, or a simulated one that jumps. */
export interface Clock {
  now(): EpochMs;
}

/**
 * The clock that what an engine does is stamped by. A simulated one stands at the instant that is played, until it is
 * moved; real time passes by itself, and moving it does nothing.
 */
export interface EngineClock extends Clock {
  moveTo(at: EpochMs): void;
}
