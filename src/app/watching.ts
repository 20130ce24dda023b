import { pause } from '../adapters/system/pause.ts';

/** Waits between two looks of a person who watches, or until they stop watching. */
export const pauseFor = (ms: number, stop: AbortSignal): Promise<void> => pause(ms, stop);
