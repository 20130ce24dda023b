import { epochMs } from '../domain/time.ts';
import type { Timeline } from '../ports/timeline.ts';

/** Thrown out of a wait where a stop is asked for: nothing is half done while something is waited for. */
export class StopAsked extends Error {}

/** Waits that throw StopAsked as soon as `stop` is aborted. */
export const stoppableWait =
  (timeline: Timeline, stop: AbortSignal) =>
  async (ms: number): Promise<void> => {
    const arrival = await timeline.reach(epochMs(timeline.now() + ms), stop);
    if (arrival === 'woken') throw new StopAsked('a stop is asked for');
  };
