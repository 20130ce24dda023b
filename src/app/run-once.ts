import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readHistory } from '../adapters/file/history-reader.ts';
import { loadSimAccount } from '../adapters/file/sim-account-file.ts';
import type { SimAccountState } from '../adapters/sim/sim-account-state.ts';
import { SimClock } from '../adapters/sim/sim-clock.ts';
import type { TimeSource } from '../adapters/system/system-timeline.ts';
import {
  closureOf,
  lastSessionClosedBy,
  newYorkDate,
  newYorkTime,
  nextSession,
  sessionContaining,
  sessionOf,
} from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { assertExists } from '../domain/result.ts';
import type { Mode } from '../domain/run.ts';
import { type EpochMs, epochMs, MINUTE_MS, type Session } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import { fingerprint } from '../events/fingerprint.ts';
import { Book } from '../ledger/book.ts';
import type { CandidateDecision } from '../pipeline/decide.ts';
import type { RunOutcome } from '../pipeline/run.ts';
import { compose, type StartingState, type System } from './compose.ts';
import { Engine } from './engine.ts';
import { openHomeLog } from './home-log.ts';
import { runScan } from './jobs.ts';
import { recover } from './recover.ts';
import { checkScanTime } from './scan-rule.ts';
import { settleEntries } from './settle-entries.ts';
import { homeClock, isSimulated } from './venue.ts';

/** One pass of the pipeline outside the schedule. */
export interface RunOnce {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly now: EpochMs;
  /** The time of the machine, where it is not its own. */
  readonly time?: TimeSource;
  /** Runs at this instant of the past, in a run folder, on the bars of `dataDir` or the configured market. */
  readonly asOf?: EpochMs;
  readonly dataDir?: string;
  /** A run folder whose account and positions this run begins with. */
  readonly stateDir?: string;
  readonly candidates: number;
  readonly symbols?: readonly Symbol[];
  readonly dryRun: boolean;
  readonly review?: (candidate: CandidateDecision) => Promise<boolean>;
  readonly onEvents?: (events: readonly JournalEvent[]) => void;
}

/** What the pass did, and where it was written. */
export interface RunOnceResult {
  readonly outcome: RunOutcome;
  /** The home, or the run folder of a run in the past. */
  readonly outputDir: string;
  /** Fills of this pass, and entries that ended without one, in the order they came. */
  readonly ends: readonly OrderEnd[];
  readonly dataLabel: string;
  readonly synthetic: boolean;
}

/** A fill, or the end of an order without one, as it was journalled. */
export type OrderEnd = Extract<
  JournalEvent,
  { type: 'fill.recorded' | 'order.expired' | 'order.cancelled' | 'order.rejected' }
>;

const ENDS: ReadonlySet<string> = new Set([
  'fill.recorded',
  'order.expired',
  'order.cancelled',
  'order.rejected',
]);

const SLOT = 'manual';

/** Runs the pipeline once: now in the home's own history, or at an instant of the past in a folder of its own. */
export async function runOnce(request: RunOnce): Promise<RunOnceResult> {
  const isPast = request.asOf !== undefined;
  const played = isPast ? null : playedThroughOf(request);
  // The machine's clock may have been set back: the account's own time still only goes forward.
  const at = request.asOf ?? epochMs(Math.max(request.now, (played ?? 0) + 1));
  const session = sessionFor(at);
  const start = request.stateDir === undefined ? undefined : await stateOf(request.stateDir, at);
  const ends: OrderEnd[] = [];
  const runDir = request.asOf === undefined ? undefined : runFolder(request, at);
  const clock =
    isPast || start !== undefined
      ? new SimClock(start?.playedThrough ?? played ?? startInstant(at))
      : homeClock(request.home, request.loaded, startInstant(at), request.time);
  const log = await openHomeLog(request.home, request.loaded);
  const system = await compose({
    home: request.home,
    loaded: request.loaded,
    mode: request.asOf === undefined ? modeOf(request.loaded) : 'backtest',
    version: request.version,
    clock,
    log,
    ...(request.dataDir === undefined ? {} : { dataDir: request.dataDir }),
    ...(runDir === undefined ? {} : { runDir, until: session }),
    ...(request.symbols === undefined ? {} : { symbols: request.symbols }),
    ...(start === undefined ? {} : { startFrom: start.state }),
    ...(request.time === undefined ? {} : { time: request.time }),
    onEvents: (events) => {
      for (const event of events) if (ENDS.has(event.type)) ends.push(event as OrderEnd);
      request.onEvents?.(events);
    },
  });
  try {
    checkScanTime(system.config, at, session, 'this run');
    const engine = new Engine(system, clock, system.playedThrough);
    if (system.link !== null) await recover(system, engine.monitors, session);
    const outcome = await scanAt(system, engine, request, at, session);
    await settleEntries(system, engine.monitors, session);
    if (runDir !== undefined) await playUntilSettled(system, engine, session);
    const { label, synthetic } = system.source;
    return { outcome, outputDir: system.outputDir, ends, dataLabel: label, synthetic };
  } finally {
    await system.close();
    await log.close();
  }
}

/** The session an instant belongs to; a day without one is refused, naming the next. */
function sessionFor(at: EpochMs): Session {
  const date = newYorkDate(at);
  const session = sessionContaining(at) ?? sessionOf(date);
  if (session !== null) return session;
  const next = nextSession(date);
  throw new Failure('NOT_A_SESSION', `${date} is no trading day: ${closureOf(date)?.name}`, {
    hint: `the next session is ${next.date}, from ${newYorkTime(next.openAt).slice(0, 5)} to ${newYorkTime(next.closeAt).slice(0, 5)} ET`,
  });
}

/** How far the simulated exchange was played for the account of a home; null before its first run. */
const playedThroughOf = ({ home, loaded }: RunOnce): EpochMs | null =>
  isSimulated(loaded) ? (loadSimAccount<SimAccountState>(home)?.playedThrough ?? null) : null;

/** A fresh account begins in the evening before, so that nothing of the session itself is played twice. */
const startInstant = (at: EpochMs): EpochMs => {
  // What is asked for lies after it, also within a minute of a close.
  const before = lastSessionClosedBy(epochMs(at - MINUTE_MS - 1));
  return epochMs(before.closeAt + MINUTE_MS);
};

const modeOf = ({ config }: LoadedConfig): Mode => config.mode;

/** The folder's name follows from what is asked, so that the same question writes the same folder again. */
function runFolder(request: RunOnce, at: EpochMs): string {
  const key = fingerprint({
    config: request.loaded.hash,
    data: request.dataDir ?? null,
    state: request.stateDir ?? null,
    symbols: request.symbols ?? null,
    candidates: request.candidates,
    dryRun: request.dryRun,
  }).slice(0, 8);
  const time = new Date(at).toISOString().slice(0, 19).replaceAll(':', '');
  return join(request.home, 'data', 'backtests', `pipeline-${time}Z-${key}`);
}

async function stateOf(
  dir: string,
  at: EpochMs,
): Promise<{ state: StartingState; playedThrough: EpochMs }> {
  const saved = existsSync(dir) ? loadSimAccount<SimAccountState>(dir) : null;
  if (saved === null) {
    throw new Failure('INPUT_MISSING', `${dir} is no run folder with an account`, {
      hint: 'name a folder that a run in the past wrote, below data/backtests',
    });
  }
  if (saved.playedThrough >= at) {
    const until = new Date(saved.playedThrough).toISOString();
    throw new Failure('INPUT_INVALID', 'that run did not end before the instant asked for', {
      details: [`${dir} was played through ${until}`],
      hint: `take an --as-of after ${until}`,
    });
  }
  const book = new Book();
  for await (const event of readHistory(dir).events()) {
    // A run that was itself a continuation begins with the book it carried on.
    if (event.type === 'book.checkpointed') book.restore(event.state);
    book.apply(event);
  }
  const state = { book: book.checkpoint(), account: saved.account };
  return { state, playedThrough: saved.playedThrough };
}

async function scanAt(
  system: System,
  engine: Engine,
  request: RunOnce,
  at: EpochMs,
  session: Session,
): Promise<RunOutcome> {
  const outcomes: RunOutcome[] = [];
  const run = async (): Promise<void> => {
    const outcome = await runScan(system, {
      slot: unusedSlot(system, session, at),
      slotAt: at,
      session,
      top: request.candidates,
      ...(request.symbols === undefined ? {} : { symbols: request.symbols }),
      dryRun: request.dryRun,
      ...(request.review === undefined ? {} : { review: request.review }),
    });
    outcomes.push(outcome);
  };
  await engine.playTo(at, [{ at, session, run }]);
  return assertExists(outcomes[0], 'the slot at the last instant was run');
}

/** "manual", and "manual-2" for a second run of the same second. */
function unusedSlot({ book }: System, session: Session, at: EpochMs): string {
  let slot = SLOT;
  for (let n = 2; book.hasRun(session.date, at, slot); n++) slot = `${SLOT}-${n}`;
  return slot;
}

/** Plays on until every entry of the run is filled or over, so that its result can be shown. */
async function playUntilSettled(system: System, engine: Engine, session: Session): Promise<void> {
  const waiting = (): boolean => system.book.live().some(({ leg }) => leg === 'entry');
  while (waiting() && engine.playedThrough < session.closeAt) {
    const next = Math.floor(engine.playedThrough / MINUTE_MS + 1) * MINUTE_MS;
    await engine.playTo(epochMs(Math.min(next, session.closeAt)));
  }
}
