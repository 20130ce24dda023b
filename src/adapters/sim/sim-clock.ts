import { assert } from '../../domain/result.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { EngineClock } from '../../ports/clock.ts';

/** A clock that stands still until it is moved, and only moves forward. */
export class SimClock implements EngineClock {
  #now: EpochMs;

  constructor(start: EpochMs) {
    this.#now = start;
  }

  now(): EpochMs {
    return this.#now;
  }

  moveTo(at: EpochMs): void {
    assert(at >= this.#now, `a simulated clock moves forward, from ${this.#now} to ${at}`);
    this.#now = at;
  }
}
