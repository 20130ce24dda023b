import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { type EpochMs, epochMs } from '../../domain/time.ts';
import type { Arrival, Limited, Timeline } from '../../ports/timeline.ts';
import { pause } from './pause.ts';

/** What a machine tells of time. Tests put their own in place. */
export interface TimeSource {
  /** Milliseconds since 1970: may be set forward and back. */
  readonly wallMs: () => number;
  /** Milliseconds that only ever pass; on most machines they do not while it sleeps. */
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number, wake: AbortSignal) => Promise<void>;
  /** Does something every so often, without keeping the process alive, until what it returns is called. */
  readonly every: (ms: number, act: () => void) => () => void;
}

export const machineTime: TimeSource = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, wake) => {
    await pause(ms, wake);
    // Timers come before sockets: after a standstill, what was answered in time has yet to be read.
    if (!wake.aborted) await new Promise((resume) => setImmediate(resume));
  },
  every: (ms, act) => {
    const timer = setInterval(act, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** The wall clock went elsewhere than time did. */
export interface ClockJump {
  /** `ahead`: the machine slept, or its clock was set forward; `back`: set back; `stalled`: the process stood still. */
  readonly kind: 'ahead' | 'back' | 'stalled';
  readonly byMs: number;
  readonly at: EpochMs;
}

export interface SystemTimelineOptions {
  readonly source?: TimeSource;
  /** Called at least every second, also while work is waited for: a sign of life from the engine's own loop. */
  readonly onTick?: () => void;
  readonly onJump?: (jump: ClockJump) => void;
}

/** The longest sleep: a clock that was moved, or a machine that slept, is noticed within it. */
const TICK_MS = 1_000;
/** Clocks are disciplined by less than this at a time; more is a step. */
const JUMP_MS = 2_000;
/** A tick that comes this much later than asked for means that the process could not run. */
const STALL_MS = 4_000;

/**
 * The machine's own time. It sleeps a second at a time, whatever it waits for, and compares the wall clock with one
 * that only passes: a timer set for hours would fire late after a sleep of the machine, and not at all after a step.
 */
export class SystemTimeline implements Timeline {
  readonly #source: TimeSource;
  readonly #options: SystemTimelineOptions;
  #wall: number;
  #monotonic: number;
  /** Pieces of work that are waited for. */
  #atWork = 0;
  #endBeat: (() => void) | null = null;

  constructor(options: SystemTimelineOptions = {}) {
    this.#source = options.source ?? machineTime;
    this.#options = options;
    this.#wall = this.#source.wallMs();
    this.#monotonic = this.#source.monotonicMs();
  }

  now(): EpochMs {
    return epochMs(Math.floor(this.#source.wallMs()));
  }

  async reach(at: EpochMs, wake: AbortSignal): Promise<Arrival> {
    for (;;) {
      this.#compare();
      this.#options.onTick?.();
      if (wake.aborted) return 'woken';
      const left = at - this.#source.wallMs();
      if (left <= 0) return 'reached';
      await this.#source.sleep(Math.min(left, TICK_MS), wake);
    }
  }

  /** Tells of a clock that moved since the last look. */
  #compare(): void {
    const wall = this.#source.wallMs();
    const monotonic = this.#source.monotonicMs();
    const passed = monotonic - this.#monotonic;
    const stepped = wall - this.#wall - passed;
    this.#wall = wall;
    this.#monotonic = monotonic;
    const at = this.now();
    if (stepped > JUMP_MS) this.#options.onJump?.({ kind: 'ahead', byMs: Math.round(stepped), at });
    else if (stepped < -JUMP_MS) {
      this.#options.onJump?.({ kind: 'back', byMs: Math.round(-stepped), at });
    } else if (passed > TICK_MS + STALL_MS) {
      this.#options.onJump?.({ kind: 'stalled', byMs: Math.round(passed), at });
    }
  }

  async within<T>(work: Promise<T>, limitMs: number, giveUp: AbortSignal): Promise<Limited<T>> {
    const over = new AbortController();
    const ended = () => over.abort();
    // Many questions may be waited for at once, all of them given up together.
    setMaxListeners(0, giveUp);
    giveUp.addEventListener('abort', ended, { once: true });
    if (giveUp.aborted) ended();
    this.#beginBeat();
    try {
      return await Promise.race([
        work.then((value): Limited<T> => ({ done: true, value })),
        this.#source.sleep(limitMs, over.signal).then((): Limited<T> => ({ done: false })),
      ]);
    } finally {
      giveUp.removeEventListener('abort', ended);
      over.abort();
      this.#restBeat();
    }
  }

  /** Looks at the clocks every second while any work is waited for. */
  #beginBeat(): void {
    this.#atWork += 1;
    this.#endBeat ??= this.#source.every(TICK_MS, () => {
      this.#compare();
      this.#options.onTick?.();
    });
  }

  #restBeat(): void {
    this.#atWork -= 1;
    if (this.#atWork > 0) return;
    this.#endBeat?.();
    this.#endBeat = null;
  }
}
