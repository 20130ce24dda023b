import type { EpochMs } from '../../domain/time.ts';
import type { Arrival, Limited, Timeline } from '../../ports/timeline.ts';
import { SimClock } from './sim-clock.ts';

/** Waits after which signals and other work of the process get their turn. */
const WAITS_AT_ONCE = 64;

/** Time that jumps to the instant that is waited for. What runs in it takes no time, so no limit is ever reached. */
export class SimTimeline implements Timeline {
  readonly #clock: SimClock;
  #waits = 0;

  constructor(start: EpochMs) {
    this.#clock = new SimClock(start);
  }

  now(): EpochMs {
    return this.#clock.now();
  }

  async reach(at: EpochMs, wake: AbortSignal): Promise<Arrival> {
    this.#waits += 1;
    if (this.#waits % WAITS_AT_ONCE === 0) await new Promise((resume) => setImmediate(resume));
    if (wake.aborted) return 'woken';
    if (at > this.#clock.now()) this.#clock.moveTo(at);
    return 'reached';
  }

  async within<T>(work: Promise<T>): Promise<Limited<T>> {
    return { done: true, value: await work };
  }
}
