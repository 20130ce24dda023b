import { writeKillFile } from '../adapters/file/kill-file.ts';
import { serveOwner } from '../adapters/file/owner-channel.ts';
import { DAEMON, SIMULATED_DAEMON } from '../adapters/file/owner-file.ts';
import { loadSimAccount } from '../adapters/file/sim-account-file.ts';
import { SimClock } from '../adapters/sim/sim-clock.ts';
import { SimTimeline } from '../adapters/sim/sim-timeline.ts';
import { listenToKill, listenToSignals } from '../adapters/system/signals.ts';
import {
  machineTime,
  SystemTimeline,
  type TimeSource,
} from '../adapters/system/system-timeline.ts';
import { type ServiceNotifier, serviceNotifier } from '../adapters/system/systemd.ts';
import { instantOf, newYorkDate, sessionsBetween } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import { EXIT, Failure } from '../domain/failure.ts';
import { type EpochMs, epochMs, type SessionDate } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import type { EngineClock } from '../ports/clock.ts';
import { compose, type System } from './compose.ts';
import { Daemon } from './daemon.ts';
import type { DaemonNews } from './daemon-parts.ts';
import { writeDaemonStatus } from './daemon-status.ts';
import { openHomeLog } from './home-log.ts';
import type { JobObserver } from './jobs.ts';
import { checkScanSchedule, sessionsOfYear } from './scan-rule.ts';
import { refuseDisarmed } from './trading.ts';
import { homeClock } from './venue.ts';

/** What `daemon` is asked for. */
export interface DaemonRequest {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: EpochMs;
  /** Plays these sessions on a simulated clock instead of waiting for them. */
  readonly simulate?: { readonly from: SessionDate; readonly to: SessionDate };
  /** Stops in order at this instant. */
  readonly until?: EpochMs;
  readonly observer: JobObserver;
  readonly onEvents: (events: readonly JournalEvent[]) => void;
  readonly tell: (news: DaemonNews) => void;
  readonly reload: () => Promise<LoadedConfig>;
  /** Does everything but send orders, armed or not; a simulated broker takes orders all the same. */
  readonly observe?: boolean;
  /** Writes each line of the log to standard output too. */
  readonly logStdout?: boolean;
  /** The time of the machine, where it is not its own. */
  readonly time?: TimeSource;
}

/** How a daemon ended. */
export interface DaemonEnd {
  readonly cause: string;
  /** When, by its own clock. */
  readonly endedAt: EpochMs;
  /** Positions that are held on, each with the stop that stays at the broker. */
  readonly held: readonly { readonly symbol: string; readonly quantity: number }[];
  readonly lastSeq: number;
}

/** How often a daemon writes down that it lives. */
const STATUS_MS = 30_000;

/** Whoever only looks on is not armed, whatever the environment says, also after the configuration is read again. */
function asAsked(request: DaemonRequest): DaemonRequest {
  if (request.observe !== true) return request;
  const disarmed = (loaded: LoadedConfig): LoadedConfig => {
    const switches = { ...loaded.switches, armed: false };
    return { ...loaded, switches };
  };
  const reload = async (): Promise<LoadedConfig> => disarmed(await request.reload());
  return { ...request, loaded: disarmed(request.loaded), reload };
}

/** Runs the daemon of a home until it is asked to stop, its time is over, or it fails. */
export async function runDaemon(asked: DaemonRequest): Promise<DaemonEnd> {
  const request = asAsked(asked);
  const { home, loaded } = request;
  const isRehearsal = request.simulate !== undefined;
  const played = isRehearsal ? (loadSimAccount<unknown>(home)?.playedThrough ?? null) : null;
  const start = startOf(request, played);
  const clock = isRehearsal
    ? new SimClock(played ?? start)
    : homeClock(home, loaded, start, request.time);
  // From the first moment on: a process that does not listen yet is ended by it, and the next one would trade.
  const deaf = listenToKill(() => {
    const time = request.time ?? machineTime;
    const at = isRehearsal ? clock.now() : epochMs(Math.floor(time.wallMs()));
    const cause = 'signal SIGUSR2';
    writeKillFile(home, { by: 'signal', via: 'signal', positions: 'keep', cause, at });
  });
  try {
    return await liveIn(request, clock, start);
  } finally {
    deaf();
  }
}

/** Opens the home, lives in it and closes it. */
async function liveIn(
  request: DaemonRequest,
  clock: EngineClock,
  start: EpochMs,
): Promise<DaemonEnd> {
  const { home, loaded } = request;
  const isRehearsal = request.simulate !== undefined;
  const log = await openHomeLog(home, loaded, request.logStdout);
  try {
    const system = await compose({
      home,
      loaded,
      mode: isRehearsal ? 'sim' : loaded.config.mode,
      version: request.version,
      clock,
      log,
      role: isRehearsal ? SIMULATED_DAEMON : DAEMON,
      onEvents: request.onEvents,
      ...(request.time === undefined ? {} : { time: request.time }),
      ...lastOf(request),
    });
    try {
      if (request.observe !== true) await refuseDisarmed(system);
      return await live(request, system, clock, start);
    } finally {
      await system.close();
    }
  } finally {
    await log.close();
  }
}

/** A simulation begins where the account stands, at the earliest at midnight before its first session. */
function startOf({ simulate, now }: DaemonRequest, played: EpochMs | null): EpochMs {
  if (simulate === undefined) return now;
  const from = instantOf(simulate.from, 0);
  const end = instantOf(simulate.to, 24 * 60);
  if (played !== null && played >= end) {
    throw new Failure('INPUT_INVALID', `this home was played through ${newYorkDate(played)}`, {
      hint: 'simulate later dates, or use a home of its own: --home DIR',
    });
  }
  return epochMs(Math.max(from, played ?? from));
}

function lastOf({ simulate }: DaemonRequest): { until?: NonNullable<ReturnType<typeof last>> } {
  if (simulate === undefined) return {};
  const until = last(simulate.from, simulate.to);
  if (until !== undefined) return { until };
  throw new Failure('NOT_A_SESSION', `no session from ${simulate.from} to ${simulate.to}`, {
    hint: 'look at the sessions: trade-labs calendar',
  });
}

const last = (from: SessionDate, to: SessionDate) => sessionsBetween(from, to).at(-1);

async function live(
  request: DaemonRequest,
  system: System,
  clock: EngineClock,
  start: EpochMs,
): Promise<DaemonEnd> {
  const { simulate, home } = request;
  checkScanSchedule(system.config, ...sessionsOfYear(start));
  const service = simulate === undefined ? serviceNotifier(request.env) : serviceNotifier({});
  const told = { cause: '', idle: '' };
  let written = 0;
  const write = (): void => {
    writeDaemonStatus(home, daemon, told);
    written = daemon.now;
  };
  const timeline =
    simulate === undefined
      ? new SystemTimeline({
          ...(request.time === undefined ? {} : { source: request.time }),
          onTick: () => {
            service.alive();
            daemon.watchControl();
            if (Math.abs(daemon.now - written) < STATUS_MS) return;
            write();
            daemon.tick();
          },
          onJump: (jump) => daemon.clockJumped(jump),
        })
      : new SimTimeline(start);
  const daemon = new Daemon({
    system,
    clock,
    timeline,
    observer: request.observer,
    until: simulate === undefined ? (request.until ?? null) : instantOf(simulate.to, 24 * 60),
    reload: request.reload,
    tell: (news) => {
      if (news.kind === 'state') told.cause = news.cause;
      if (news.kind === 'idle') told.idle = news.text;
      if (simulate === undefined || news.kind === 'state') write();
      announce(service, news);
      request.tell(news);
    },
  });
  const deaf = listenToSignals({
    onStop: (signal) => daemon.stop(signal),
    onForce: () => process.exit(EXIT.INTERRUPTED),
    onReload: () => {
      service.notify('RELOADING=1');
      daemon.reload();
    },
    onFatal: (error) => void daemon.fail(error),
  });
  // Its file is there by then.
  const unwatched = listenToKill(() => daemon.watchControl());
  const channel =
    simulate === undefined ? await serveOwner(home, (asked) => daemon.ask(asked)) : null;
  try {
    await daemon.run();
  } finally {
    deaf();
    unwatched();
    await channel?.close();
  }
  return endOf(daemon);
}

function announce(service: ServiceNotifier, news: DaemonNews): void {
  if (news.kind !== 'state') service.notify(`STATUS=${news.text}`);
  else if (news.state === 'running') service.notify('READY=1', `STATUS=running`);
  else if (news.state === 'draining')
    service.notify('STOPPING=1', `STATUS=stopping: ${news.cause}`);
  else service.notify(`STATUS=${news.state}: ${news.cause}`);
}

function endOf(daemon: Daemon): DaemonEnd {
  const { book } = daemon.system;
  return {
    cause: daemon.stopCause,
    endedAt: daemon.now,
    held: book.openTrades().map(({ symbol }) => ({ symbol, quantity: book.owned(symbol) })),
    lastSeq: book.seq,
  };
}
