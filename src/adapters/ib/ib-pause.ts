import { setMaxListeners } from 'node:events';
import type { Timeline } from '../../ports/timeline.ts';

/**
 * Resolves after so many milliseconds, or once `wake` is aborted. A duration, not an instant: a clock that is set back
 * by an hour must not make a connection wait for an hour.
 */
export async function pauseFor(timeline: Timeline, ms: number, wake: AbortSignal): Promise<void> {
  await timeline.within(new Promise<never>(() => undefined), ms, wake);
}

/** To be aborted when something is over; any number of waits may hang on it, where Node would suspect a leak. */
export function newEnd(): AbortController {
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  return end;
}
