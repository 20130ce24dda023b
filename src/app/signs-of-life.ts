import { MINUTE_MS } from '../domain/time.ts';
import type { Timeline } from '../ports/timeline.ts';

/** Longer than anything takes that has an end: beyond it whoever watches for signs of life is to act. */
const LONGEST_MS = 10 * MINUTE_MS;
const NEVER = new AbortController().signal;

/**
 * Does work between two waits; the timeline gives signs of life meanwhile. A slow broker is no loop that stands still.
 */
export async function livingly(timeline: Timeline, work: Promise<void>): Promise<void> {
  const limited = await timeline.within(work, LONGEST_MS, NEVER);
  if (!limited.done) await work;
}
