import { epochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** The machine's clock. The only reader of the wall time. */
export const systemClock: Clock = { now: () => epochMs(Date.now()) };
