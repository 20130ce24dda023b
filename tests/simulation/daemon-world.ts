import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import { SimClock } from '../../src/adapters/sim/sim-clock.ts';
import { SystemTimeline, type TimeSource } from '../../src/adapters/system/system-timeline.ts';
import { compose } from '../../src/app/compose.ts';
import { Daemon } from '../../src/app/daemon.ts';
import type { DaemonNews } from '../../src/app/daemon-parts.ts';
import type { JobObserver } from '../../src/app/jobs.ts';
import { type DaemonEnd, runDaemon } from '../../src/app/run-daemon.ts';
import { newYorkTime } from '../../src/calendar/nyse.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { type EpochMs, epochMs, sessionDate } from '../../src/domain/time.ts';
import type { EventOf, EventType, JournalEvent } from '../../src/events/event.ts';
import type { Log } from '../../src/ports/log.ts';
import type { MarketData } from '../../src/ports/market-data.ts';

/** A market small enough to be played often; everything else is as shipped. */
export const SMALL = 'data: { synthetic: { seed: 1, symbols: 12 } }\n';
/** The default table without the backup, which is tested where it is made. */
export const TABLE = `${SMALL}schedule:
  - { name: warm,        job: warm,      at: open-15m }
  - { name: scan-open,   job: scan,      at: "09:30", top: 5 }
  - { name: scan-midday, job: scan,      at: "12:00", top: 3 }
  - { name: reconcile,   job: reconcile, at: close }
  - { name: report,      job: report,    at: close+60m }
`;

/** A home of its own for one test, gone afterwards. */
export async function inHome<T>(yaml: string, work: (home: DeskHome) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'trade-labs-daemon-'));
  try {
    const home = new DeskHome(dir);
    home.configure(yaml);
    return await work(home);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What a daemon is asked for in a test. */
export interface Asked {
  readonly observer?: JobObserver;
  readonly tell?: (news: DaemonNews) => void;
  readonly onEvents?: (events: readonly JournalEvent[]) => void;
}

export class DeskHome {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  configure(yaml: string): void {
    mkdirSync(join(this.dir, 'config'), { recursive: true });
    writeFileSync(join(this.dir, 'config', 'trade-labs.yaml'), yaml);
  }

  config(): Promise<LoadedConfig> {
    return loadConfig({ home: this.dir, cwd: this.dir, env: {} });
  }

  /** Plays dates on the simulated clock. */
  async simulate(from: string, to: string, asked: Asked = {}): Promise<DaemonEnd> {
    const simulate = { from: sessionDate(from), to: sessionDate(to) };
    return runDaemon({ ...(await this.#common(asked)), now: epochMs(0), simulate });
  }

  /** Runs the daemon on a machine's time until an instant of it. */
  async live(time: FakeTime, until: EpochMs, asked: Asked = {}): Promise<DaemonEnd> {
    const now = epochMs(time.wallMs());
    return runDaemon({ ...(await this.#common(asked)), now, until, time });
  }

  /** The same with market data that does not answer before `gate` opens. */
  async stuck(
    time: FakeTime,
    until: EpochMs,
    gate: Promise<void>,
    act: (daemon: Daemon) => void = () => {},
  ): Promise<void> {
    const clock = new SimClock(epochMs(time.wallMs()));
    const loaded = await this.config();
    const log = silent;
    const own = { home: this.dir, loaded, mode: 'sim', version: '0', clock, log } as const;
    const system = await compose(own);
    const snapshot: MarketData['snapshot'] = async (request) => {
      await gate;
      return system.market.snapshot(request);
    };
    const market = { label: 'stuck', snapshot } as unknown as typeof system.market;
    const timeline = new SystemTimeline({ source: time });
    const reload = () => this.config();
    const rest = { clock, timeline, until, observer: {}, tell: () => {}, reload };
    const daemon = new Daemon({ system: { ...system, market }, ...rest });
    act(daemon);
    await daemon.run();
    await system.close();
  }

  async #common({ observer = {}, tell = () => {}, onEvents = () => {} }: Asked) {
    const loaded = await this.config();
    const reload = () => this.config();
    return { home: this.dir, loaded, version: '0', env: {}, observer, tell, onEvents, reload };
  }

  async events(): Promise<JournalEvent[]> {
    const events: JournalEvent[] = [];
    const folder = join(this.dir, 'data', 'trade_history');
    for await (const event of readHistory(folder).events()) events.push(event);
    return events;
  }

  async of<T extends EventType>(type: T): Promise<EventOf<T>[]> {
    return (await this.events()).filter((event): event is EventOf<T> => event.type === type);
  }

  /** "scan-open 09:30 of 2026-03-05" for each slot that was begun, in order. */
  async begun(): Promise<string[]> {
    return (await this.of('slot.claimed')).map(slotText);
  }

  /** The same for each that was missed, with its cause. */
  async missed(): Promise<string[]> {
    return (await this.of('slot.missed')).map((event) => `${slotText(event)}: ${event.cause}`);
  }
}

const slotText = ({ slot, slotAt, session }: EventOf<'slot.claimed'> | EventOf<'slot.missed'>) =>
  `${slot} ${newYorkTime(slotAt).slice(0, 5)} of ${session}`;

/** Something that happens to a machine at an instant of its wall clock. */
interface Disturbance {
  readonly at: EpochMs;
  readonly act: () => void;
}

/** The longest that a timeline sleeps at a time: longer waits are limits of work. */
const TICK_MS = 1_000;

/**
 * A machine whose time passes only when somebody waits for it: hours in a moment. Its clock may be set, it may sleep,
 * it may be slow; work takes no time unless it says so with `pass`.
 */
export class FakeTime implements TimeSource {
  #wall: number;
  #monotonic = 0;
  #disturbances: Disturbance[] = [];
  readonly #limits = new Set<number>();
  /** By how much a sleep of the machine takes longer than it should. */
  latencyMs: () => number = () => 0;
  /** Lets limits of work be reached: for work that would never end. */
  limitsPass = false;

  constructor(start: EpochMs) {
    this.#wall = start;
  }

  readonly wallMs = (): number => this.#wall;
  readonly monotonicMs = (): number => this.#monotonic;

  readonly sleep = async (ms: number, wake: AbortSignal): Promise<void> => {
    if (ms > TICK_MS) return this.#limit(ms, wake);
    await Promise.resolve();
    if (!wake.aborted) this.pass(ms + this.latencyMs());
  };

  /** Work takes no time, so that nothing comes round while it goes on. */
  readonly every = () => () => {};

  /** A limit of work: reached only where the test says that work hangs. */
  async #limit(ms: number, over: AbortSignal): Promise<void> {
    const due = this.#wall + ms;
    this.#limits.add(due);
    while (!over.aborted) {
      // Whatever ends by itself has ended after this many turns.
      for (let turn = 0; turn < 1_000 && !over.aborted; turn++) await nextTurn();
      const isNext = this.limitsPass && due <= Math.min(...this.#limits);
      if (isNext && !over.aborted) break;
    }
    this.#limits.delete(due);
    if (!over.aborted && due > this.#wall) this.pass(due - this.#wall);
  }

  /** Time goes by for clock and machine alike. */
  pass(ms: number): void {
    const until = this.#wall + ms;
    this.#wall = until;
    this.#monotonic += ms;
    const due = this.#disturbances.filter(({ at }) => at <= until);
    this.#disturbances = this.#disturbances.filter(({ at }) => at > until);
    for (const { act } of due) act();
  }

  at(instant: EpochMs, act: () => void): void {
    this.#disturbances.push({ at: instant, act });
  }

  /** The machine sleeps: its clock goes on, its time does not. */
  suspend(from: EpochMs, ms: number): void {
    this.at(from, () => {
      this.#wall += ms;
    });
  }

  /** The clock is set by so much, forward or back. */
  step(at: EpochMs, ms: number): void {
    this.suspend(at, ms);
  }
}

/**
 * Time that stands still from an instant on until a request is answered, or whoever asks lets it pass; the daemon may
 * be woken all the same.
 */
export function timeThatWaits<T>(
  from: EpochMs,
  when: EpochMs,
  ask: (letPass: () => void) => Promise<T>,
): { time: FakeTime; answer: () => Promise<T> } {
  const time = new FakeTime(from);
  const pass = time.sleep;
  let asked: Promise<T> | null = null;
  let answered: Promise<unknown> | null = null;
  time.at(when, () => {
    const passes = new Promise<void>((letPass) => {
      asked = ask(letPass);
    });
    const settled = asked?.catch(() => {}) ?? Promise.resolve();
    answered = Promise.race([settled, passes]).finally(() => {
      answered = null;
    });
  });
  const sleep: FakeTime['sleep'] = async (ms, wake) => {
    if (answered !== null) {
      const woken = new Promise((resolve) => {
        wake.addEventListener('abort', resolve, { once: true });
      });
      await Promise.race([answered, woken]);
    }
    return pass(ms, wake);
  };
  const answer = (): Promise<T> => asked ?? Promise.reject(new Error('nothing was asked'));
  return { time: Object.assign(time, { sleep }), answer };
}

/** A log that nobody reads. */
export const silent: Log = {
  write: () => {},
  failure: () => {},
  child: () => silent,
  close: () => Promise.resolve(),
};

const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));
