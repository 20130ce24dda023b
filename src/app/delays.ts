import type { ClockJump } from '../adapters/system/system-timeline.ts';
import type { EpochMs } from '../domain/time.ts';
import type { PlannedSlot } from './session-plan.ts';
import type { JobSpan } from './slot-runner.ts';
import { durationText } from './words.ts';

const JUMPS: Readonly<Record<ClockJump['kind'], string>> = {
  ahead: 'the machine slept, or its clock was set forward, by',
  back: 'the clock of the machine was set back by',
  stalled: 'the process stood still for',
};

/** Remembers what can make slots late, to name it when one is. */
export class Delays {
  readonly #startedAt: EpochMs;
  #jump: ClockJump | null = null;
  #setBackMs = 0;

  constructor(startedAt: EpochMs) {
    this.#startedAt = startedAt;
  }

  /** Takes note of a clock that moved; in words. */
  jumped(jump: ClockJump): string {
    this.#jump = jump;
    // Forward the machine may only have slept; back, somebody set its clock.
    if (jump.kind === 'back') this.#setBackMs = jump.byMs;
    return textOf(jump);
  }

  /** By how much the clock was set back since this was asked last; 0 where it was not. */
  takeSetBackMs(): number {
    const ms = this.#setBackMs;
    this.#setBackMs = 0;
    return ms;
  }

  /** The best explanation of why a slot is late; `last` is the job that ran last or runs. */
  of({ at }: PlannedSlot, last: JobSpan | null): string {
    if (at < this.#startedAt) return 'the daemon was not running';
    if (last !== null && (last.to ?? Infinity) > at) return `${last.slot} was running`;
    const jump = this.#jump;
    if (jump !== null && jump.kind !== 'back' && jump.at >= at) return textOf(jump);
    return 'the process could not run';
  }
}

const textOf = ({ kind, byMs }: ClockJump): string => `${JUMPS[kind]} ${durationText(byMs)}`;
