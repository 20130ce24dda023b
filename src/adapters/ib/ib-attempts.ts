import type { Timeline } from '../../ports/timeline.ts';
import { pauseFor } from './ib-pause.ts';

/** How an attempt to connect, and the connection that came of it, ended. */
export type AttemptEnd =
  /** There was no connection. */
  | 'failed'
  /** There was one, and it broke. */
  | 'lost'
  /** A person has to mend something. */
  | 'refused';

/** Never sooner: a gateway may be wedged by clients that fail their greeting again and again. */
const SHORTEST_PAUSE_MS = 2_500;
const LONGEST_PAUSE_MS = 60_000;
const REFUSED_PAUSE_MS = 60_000;
const AWAY_PAUSE_MS = 120_000;
/** A connection that lived for so long was a good one: the next attempt is the first again. */
const GOOD_LIFE_MS = 60_000;
const DOUBLINGS = 5;
/** Several clients of one gateway must not come back in step. */
const JITTER_FRACTION = 0.25;

/**
 * How long to wait before the next attempt: twice as long after each failure in a row, up to a minute, and up to a
 * quarter more by chance (`jitter` is 0 to 1).
 */
export function pauseBeforeAttempt(
  end: AttemptEnd | 'away',
  failures: number,
  jitter: number,
): number {
  const doubled = SHORTEST_PAUSE_MS << Math.min(Math.max(0, failures - 1), DOUBLINGS);
  const pauses: Readonly<Record<AttemptEnd | 'away', number>> = {
    failed: Math.min(LONGEST_PAUSE_MS, doubled),
    lost: Math.min(LONGEST_PAUSE_MS, doubled),
    refused: REFUSED_PAUSE_MS,
    away: AWAY_PAUSE_MS,
  };
  return Math.ceil(pauses[end] * (1 + JITTER_FRACTION * jitter));
}

/** Attempts, one after the other, for ever: with the pauses between them. */
export class Attempts {
  readonly #timeline: Timeline;
  readonly #jitter: () => number;
  #isAway = false;
  /** Aborted to try again soon. */
  #soon = new AbortController();

  constructor(timeline: Timeline, jitter: () => number) {
    this.#timeline = timeline;
    this.#jitter = jitter;
  }

  /** While the other side is away by its own timetable it is tried rarely, and at once when it should be back. */
  expectAway(isAway: boolean): void {
    if (this.#isAway === isAway) return;
    this.#isAway = isAway;
    if (!isAway) this.#soon.abort();
  }

  /** Resolves when it was told to stop. An attempt, which throws nothing, lasts as long as its connection. */
  async repeat(attempt: () => Promise<AttemptEnd>, stop: AbortSignal): Promise<void> {
    const hurry = (): void => this.#soon.abort();
    stop.addEventListener('abort', hurry, { once: true });
    let failures = 0;
    while (!stop.aborted) {
      const startedAt = this.#timeline.now();
      const end = await attempt();
      const wasGood = end === 'lost' && this.#timeline.now() - startedAt >= GOOD_LIFE_MS;
      failures = wasGood ? 1 : failures + 1;
      const kind = end !== 'refused' && this.#isAway ? 'away' : end;
      await this.#rest(pauseBeforeAttempt(kind, failures, this.#jitter()), stop);
    }
    stop.removeEventListener('abort', hurry);
  }

  /** Waits, and once somebody knows better no longer than the shortest pause. */
  async #rest(ms: number, stop: AbortSignal): Promise<void> {
    const soon = new AbortController();
    this.#soon = soon;
    await pauseFor(this.#timeline, Math.min(ms, SHORTEST_PAUSE_MS), stop);
    if (stop.aborted || ms <= SHORTEST_PAUSE_MS) return;
    await pauseFor(this.#timeline, ms - SHORTEST_PAUSE_MS, soon.signal);
  }
}
