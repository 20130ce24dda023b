import { join } from 'node:path';
import { SimClock } from '../adapters/sim/sim-clock.ts';
import { scaledTime } from '../adapters/system/scaled-time.ts';
import { SystemTimeline, type TimeSource } from '../adapters/system/system-timeline.ts';
import { previousSession, sessionOf } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import { epochMs, MINUTE_MS, type Session, type SessionDate } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import { compose } from './compose.ts';
import { Engine, type InstantObserver } from './engine.ts';
import { openHomeLog } from './home-log.ts';
import { type JobObserver, slotsOf } from './jobs.ts';
import { checkScanSchedule } from './scan-rule.ts';

/** A session that is played on bars, by the schedule of a home and in a folder of its own. */
export interface PlaySessionRequest {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly session: SessionDate;
  readonly dataDir: string;
  /** Times real time. */
  readonly speed: number;
  /** Stops it between two instants. */
  readonly interrupt: AbortSignal;
  readonly observer: JobObserver;
  readonly onEvents: (events: readonly JournalEvent[]) => void;
  readonly time?: TimeSource;
}

/** Where a played session was written, and whether it was played to its end. */
export interface PlayedSession {
  readonly runDir: string;
  readonly complete: boolean;
}

/** Jobs that say something of the session; a run folder is neither backed up nor warmed. */
const PLAYED_JOBS: ReadonlySet<string> = new Set(['scan', 'reconcile']);

class Interrupted extends Error {}

/** Plays one session on bars with starting cash, at the speed asked for. Writes into data/backtests alone. */
export async function playSession(request: PlaySessionRequest): Promise<PlayedSession> {
  const session = sessionAt(request.session);
  const runDir = join(request.home, 'data', 'backtests', `replay-${session.date}`);
  const start = epochMs(previousSession(session.date).closeAt + MINUTE_MS);
  const clock = new SimClock(start);
  const log = await openHomeLog(request.home, request.loaded);
  const system = await compose({
    home: request.home,
    loaded: withJobs(request.loaded),
    mode: 'replay',
    version: request.version,
    clock,
    log,
    dataDir: request.dataDir,
    runDir,
    until: session,
    onEvents: request.onEvents,
  });
  try {
    checkScanSchedule(system.config, session);
    const engine = new Engine(system, clock, start, pacer(request, session));
    const slots = slotsOf(system, session, request.observer);
    const last = Math.max(session.closeAt, ...slots.map(({ at }) => at));
    await engine.playTo(epochMs(last), slots);
    return { runDir, complete: true };
  } catch (error) {
    if (error instanceof Interrupted) return { runDir, complete: false };
    throw error;
  } finally {
    await system.close();
    await log.close();
  }
}

function sessionAt(date: SessionDate): Session {
  const session = sessionOf(date);
  if (session !== null) return session;
  throw new Failure('NOT_A_SESSION', `${date} is no trading day`, {
    hint: 'look at the sessions: trade-labs calendar',
  });
}

function withJobs(loaded: LoadedConfig): LoadedConfig {
  const schedule = loaded.config.schedule.filter(({ job }) => PLAYED_JOBS.has(job));
  return { ...loaded, config: { ...loaded.config, schedule } };
}

/** Lets each instant of the session wait for its time; what is before the open is not waited for. */
function pacer({ speed, interrupt, time }: PlaySessionRequest, session: Session): InstantObserver {
  const from = epochMs(session.openAt - MINUTE_MS);
  const timeline = new SystemTimeline({ source: scaledTime(from, speed, time) });
  return async (at) => {
    if ((await timeline.reach(at, interrupt)) === 'woken') throw new Interrupted();
  };
}
