import { Socket } from 'node:net';
import type { TimeSource } from '../../src/adapters/system/system-timeline.ts';
import type { EpochMs } from '../../src/domain/time.ts';

/** Turns of the event loop in which nothing happens, before time goes on. */
const QUIET_TURNS = 4;
/**
 * What is under way for so long never arrives: its reader is gone. A system may hold small packets back for 40 ms
 * until those before them were confirmed.
 */
const LONGEST_MS = 150;
/** As many turns at least: a busy machine may give this process none for long. */
const LONGEST_TURNS = 1_000;

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

  readonly every = (ms: number, act: () => void): (() => void) => {
    const over = new AbortController();
    const goOn = async (): Promise<void> => {
      for (;;) {
        await this.sleep(ms, over.signal);
        if (over.signal.aborted) return;
        act();
      }
    };
    void goOn();
    return () => over.abort();
  };

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
  let since = performance.now();
  let turns = 0;
  let quietTurns = 0;
  let read = -1;
  while (quietTurns < QUIET_TURNS) {
    await nextTurn();
    turns += 1;
    const traffic = trafficNow();
    const isMoving = isWorking() || traffic.read !== read;
    const underWay = traffic.written - traffic.read;
    read = traffic.read;
    quietTurns = isMoving || underWay !== lost ? 0 : quietTurns + 1;
    if (isMoving) {
      since = performance.now();
      turns = 0;
    } else if (turns > LONGEST_TURNS && performance.now() - since > LONGEST_MS) lost = underWay;
  }
}

/** Bytes that were written to sockets whose readers are gone. */
let lost = 0;

const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** True while the operating system has not answered a request of this process. */
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
