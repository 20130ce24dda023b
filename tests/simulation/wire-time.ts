import { Socket } from 'node:net';
import type { TimeSource } from '../../src/adapters/system/system-timeline.ts';
import type { EpochMs } from '../../src/domain/time.ts';

/** Turns of the event loop in which nothing happens, before time goes on. */
const QUIET_TURNS = 4;
/** Bytes that nobody reads for so many turns are not on their way: their reader is gone. */
const MOST_TURNS = 2_000;

interface Sleeper {
  readonly due: number;
  readonly done: () => void;
}

/**
 * The time of a machine whose programs talk over real sockets, all of them in this process. It stands still while
 * anything is under way (bytes between two sockets, a file that is being written, a connection that is being made) and
 * then goes on to what is waited for first. A day passes in seconds, and no answer is late because the machine is busy.
 */
export class WireTime implements TimeSource {
  readonly #start: EpochMs;
  readonly #sleepers = new Set<Sleeper>();
  #monotonic = 0;
  #drives = false;

  constructor(start: EpochMs) {
    this.#start = start;
  }

  readonly wallMs = (): number => this.#start + this.#monotonic;
  readonly monotonicMs = (): number => this.#monotonic;

  readonly sleep = (ms: number, wake?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (wake?.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        this.#sleepers.delete(sleeper);
        wake?.removeEventListener('abort', done);
        resolve();
      };
      const sleeper: Sleeper = { due: this.#monotonic + Math.max(0, ms), done };
      this.#sleepers.add(sleeper);
      wake?.addEventListener('abort', done, { once: true });
      void this.#drive();
    });

  async #drive(): Promise<void> {
    if (this.#drives) return;
    this.#drives = true;
    try {
      while (this.#sleepers.size > 0) {
        await quiet();
        const next = [...this.#sleepers].reduce<Sleeper | null>(
          (first, one) => (first === null || one.due < first.due ? one : first),
          null,
        );
        if (next === null) return;
        this.#monotonic = Math.max(this.#monotonic, next.due);
        next.done();
      }
    } finally {
      this.#drives = false;
    }
  }
}

/** Resolves once nothing is under way in this process but what waits for time to pass. */
async function quiet(): Promise<void> {
  let quietTurns = 0;
  let moved = -1;
  for (let turn = 0; turn < MOST_TURNS && quietTurns < QUIET_TURNS; turn += 1) {
    await nextTurn();
    const traffic = trafficNow();
    const isStill = !isWorking() && traffic.written === traffic.read && traffic.read === moved;
    quietTurns = isStill ? quietTurns + 1 : 0;
    moved = traffic.read;
  }
}

const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** Requests of this process to the operating system that it has not answered. */
const isWorking = (): boolean =>
  process
    .getActiveResourcesInfo()
    .some((kind) => kind.startsWith('FSReq') || kind === 'ConnectWrap' || kind === 'CloseReq');

/** What all sockets of this process wrote and read: both ends of every connection are here. */
function trafficNow(): { readonly written: number; readonly read: number } {
  let written = 0;
  let read = 0;
  for (const handle of handles()) {
    if (!(handle instanceof Socket) || handle.destroyed) continue;
    if (!handle.remoteAddress?.includes('127.0.0.1')) continue;
    written += handle.bytesWritten;
    read += handle.bytesRead;
  }
  return { written, read };
}

const handles = (): readonly unknown[] =>
  (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
