import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SimClock } from '../adapters/sim/sim-clock.ts';
import { pause } from '../adapters/system/pause.ts';
import { lastSessionClosedBy, sessionOf } from '../calendar/nyse.ts';
import { loadConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import { assertExists } from '../domain/result.ts';
import { type EpochMs, epochMs, HOUR_MS, type Session, sessionDate } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import { compose, type System } from './compose.ts';
import { Engine, type InstantObserver } from './engine.ts';
import { openHomeLog } from './home-log.ts';
import { DEMO_MARKER } from './home-without-history.ts';
import { type JobObserver, slotsOf } from './jobs.ts';

/** What the demo writes below its home. */
const WRITTEN = ['config', 'data', 'logs', 'reports'];

/** The session that the demo plays: an ordinary full day of the synthetic market with seed 1. */
const DEMO_SESSION = sessionDate('2026-03-05');

/** The demo's own settings: a tight stop and a near target, so that one day shows entries and both kinds of exit. */
const DEMO_CONFIG = `# Written by \`trade-labs demo\`; the next demo writes it anew.
# One day of the synthetic market. The stop is closer and the target nearer than the defaults, so that a single
# session shows how positions end; everything else is as shipped.
identity: { name: demo }
mode: sim
data: { source: synthetic, synthetic: { seed: 1, symbols: 200 } }
sizing: { stop: { kind: atr, multiple: 0.6 } }
exits: { target: { kind: r, multiple: 1 } }
schedule:
  - { name: scan-open,   job: scan,      at: "09:30", top: 5 }
  - { name: scan-midday, job: scan,      at: "12:00", top: 3 }
  - { name: reconcile,   job: reconcile, at: close }
  - { name: report,      job: report,    at: close+60m, period: daily }
`;

/** What a demo is given. */
export interface DemoOptions {
  readonly dir: string;
  readonly version: string;
  readonly observer: JobObserver;
  readonly onEvents: (events: readonly JournalEvent[]) => void;
  /** Times real time, for people who watch; null does not wait at all. */
  readonly speed: number | null;
  /** Ends the waiting. */
  readonly interrupt: AbortSignal;
}

/** What a demo leaves behind. */
export interface DemoResult {
  readonly session: Session;
  readonly system: Pick<System, 'book' | 'reader' | 'market' | 'identity'>;
}

/**
 * Plays one whole session through the daemon's own schedule in a home of its own: no network, no account. Throws
 * CANNOT_WRITE when the folder holds something else than an earlier demo.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  prepareHome(options.dir);
  const loaded = await loadConfig({ home: options.dir, cwd: options.dir, env: {} });
  const session = assertExists(sessionOf(DEMO_SESSION), 'the demo plays a session');
  const before = lastSessionClosedBy(epochMs(session.openAt - 1));
  const start = epochMs(before.closeAt + 2 * HOUR_MS);
  const clock = new SimClock(start);
  const log = await openHomeLog(options.dir, loaded);
  const system = await compose({
    home: options.dir,
    loaded,
    mode: 'sim',
    version: options.version,
    clock,
    log,
    until: session,
    onEvents: options.onEvents,
  });
  try {
    const { speed, interrupt } = options;
    const pace = speed === null ? undefined : pacer(speed, interrupt);
    const engine = new Engine(system, clock, start, pace);
    const slots = slotsOf(system, session, options.observer);
    const last = slots.at(-1)?.at ?? session.closeAt;
    await engine.playTo(epochMs(Math.max(last, session.closeAt)), slots);
    return { session, system };
  } finally {
    await system.close();
    await log.close();
  }
}

/** Makes the demo's home in place of an earlier demo's; nothing that a demo did not write is ever removed. */
function prepareHome(dir: string): void {
  const marker = join(dir, DEMO_MARKER);
  if (existsSync(dir) && !existsSync(marker)) {
    throw new Failure('CANNOT_WRITE', `${dir} exists and was not made by a demo`, {
      hint: 'choose another folder: trade-labs demo --dir DIR',
    });
  }
  for (const part of WRITTEN) rmSync(join(dir, part), { recursive: true, force: true });
  mkdirSync(join(dir, 'config'), { recursive: true, mode: 0o700 });
  writeFileSync(marker, 'made by trade-labs demo; may be deleted\n', { mode: 0o600 });
  writeFileSync(join(dir, 'config', 'trade-labs.yaml'), DEMO_CONFIG, { mode: 0o600 });
}

/** Waits between the instants of the session as long as they would be apart at this speed. */
function pacer(speed: number, interrupt: AbortSignal): InstantObserver {
  let last: EpochMs | null = null;
  return async (at, session) => {
    const from = last;
    last = at;
    if (from === null || from < session.openAt || at > session.closeAt) return;
    await pause((at - from) / speed, interrupt);
  };
}
