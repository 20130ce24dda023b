import type { Timeline } from '../../ports/timeline.ts';
import type { Answer } from './ib-ask.ts';
import { pauseFor } from './ib-pause.ts';

/** What a heartbeat needs. */
export interface Heart {
  readonly timeline: Timeline;
  readonly everyMs: number;
  /** Asks the time, with a limit of its own. */
  readonly ask: () => Promise<Answer<unknown>>;
  /** Counts the answers that were heard, late ones as well. */
  readonly answers: () => number;
  /** True while the gateway has no line to the broker, and may be slow. */
  readonly isLineLost: () => boolean;
  /** Aborted when the connection is over. */
  readonly over: AbortSignal;
}

/** Questions without an answer until the gateway is given up: a line that is broken keeps it busy. */
const PATIENCE_WITHOUT_LINE = 3;
/** A process that stood still sees its timer before the answer that has arrived meanwhile. */
const LATE_MS = 250;

/** Asks again and again. Resolves when the gateway does not answer any more, or the connection is over. */
export async function beat({
  timeline,
  everyMs,
  ask,
  answers,
  isLineLost,
  over,
}: Heart): Promise<'silent' | 'over'> {
  let unanswered = 0;
  for (;;) {
    await pauseFor(timeline, everyMs, over);
    if (over.aborted) return 'over';
    const before = answers();
    const answer = await ask();
    if (!answer.complete) await pauseFor(timeline, LATE_MS, over);
    if (over.aborted) return 'over';
    unanswered = answers() > before ? 0 : unanswered + 1;
    if (unanswered >= (isLineLost() ? PATIENCE_WITHOUT_LINE : 1)) return 'silent';
  }
}
