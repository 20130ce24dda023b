import type { EpochMs } from '../../domain/time.ts';
import type { Timeline } from '../../ports/timeline.ts';

/** Waits for what messages change: whoever waits is asked again after each of them. */
export class Changes {
  readonly #timeline: Timeline;
  readonly #giveUp: AbortSignal;
  readonly #waiting = new Set<() => void>();

  constructor(timeline: Timeline, giveUp: AbortSignal) {
    this.#timeline = timeline;
    this.#giveUp = giveUp;
  }

  now(): EpochMs {
    return this.#timeline.now();
  }

  /** Something changed. */
  tell(): void {
    for (const look of this.#waiting) look();
  }

  /** The first answer that is not null, or null when there is none within the limit. */
  async until<T>(answer: () => T | null, limitMs: number): Promise<T | null> {
    const first = answer();
    if (first !== null) return first;
    let look: () => void = () => undefined;
    const found = new Promise<T>((resolve) => {
      look = () => {
        const value = answer();
        if (value !== null) resolve(value);
      };
    });
    this.#waiting.add(look);
    try {
      const limited = await this.#timeline.within(found, limitMs, this.#giveUp);
      return limited.done ? limited.value : null;
    } finally {
      this.#waiting.delete(look);
    }
  }
}
