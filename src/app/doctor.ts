import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { historyFolder } from '../adapters/file/file-history.ts';
import { verifyHistory } from '../adapters/file/history-verify.ts';
import { SimClock } from '../adapters/sim/sim-clock.ts';
import {
  HORIZON,
  lastSessionClosedBy,
  newYorkDate,
  nextSession,
  previousSession,
} from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { formatUsd, ZERO } from '../domain/money.ts';
import {
  DAY_MS,
  dateToUtcMs,
  type EpochMs,
  epochMs,
  HOUR_MS,
  type Session,
} from '../domain/time.ts';
import { Book } from '../ledger/book.ts';
import type { Log } from '../ports/log.ts';
import { plural } from '../reporting/format.ts';
import { compose, type System } from './compose.ts';
import { Engine } from './engine.ts';
import { openHomeLog } from './home-log.ts';
import { slotsOf } from './jobs.ts';
import { ALL_TOLD, runReconcile } from './reconcile-job.ts';
import { checkScanSchedule, sessionsOfYear } from './scan-rule.ts';
import { planSession } from './session-plan.ts';
import { readLogs } from './show-logs.ts';
import { momentText } from './words.ts';

/** What one check found. */
export interface Finding {
  readonly group: string;
  readonly what: string;
  readonly result: 'ok' | 'note' | 'broken';
  /** What is, or why it is broken. */
  readonly detail: string;
  /** What to do about it. */
  readonly fix: string | null;
}

export interface DoctorRequest {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly now: EpochMs;
  /** Of the running Node.js, "v20.20.2". */
  readonly node: string;
}

type Check = (request: DoctorRequest) => Promise<string> | string;

/** A note where the calendar ends within this many days: a newer version knows later years. */
const HORIZON_DAYS = 90;
const MIN_FREE_BYTES = 1 << 30;

/**
 * Proves by doing that this home can work: writes a history and reads it back, plays a whole session of the schedule
 * with its reports on a copy of the configuration, and asks the broker. Nothing of the home itself is changed.
 */
export async function examine(request: DoctorRequest): Promise<Finding[]> {
  const findings: Finding[] = [runtime(request), calendar(request), disk(request)];
  const add = async (group: string, what: string, fix: string, check: Check): Promise<void> => {
    findings.push(await proven(group, what, fix, () => check(request)));
  };
  await add('Config', 'schedule', 'correct the schedule in config/trade-labs.yaml', schedule);
  await add('History', 'journal and views', 'trade-labs history verify', soundHistory);
  await add('Log', 'writes', 'check that the folder logs can be written', logWrites);
  await rehearse(request, findings);
  return findings;
}

async function proven(
  group: string,
  what: string,
  fix: string,
  check: () => Promise<string> | string,
): Promise<Finding> {
  try {
    return { group, what, result: 'ok', detail: await check(), fix: null };
  } catch (error) {
    const details = error instanceof Failure ? error.details : [];
    const message = error instanceof Error ? error.message : String(error);
    const hint = error instanceof Failure ? (error.hint ?? fix) : fix;
    const detail = [message, ...details].join('; ');
    return { group, what, result: 'broken', detail, fix: hint };
  }
}

const runtime = ({ node }: DoctorRequest): Finding => {
  const old = Number(/^v(\d+)/.exec(node)?.[1]) < 22;
  const detail = old ? `${node}; 22 or 24 is recommended, 20 is past its end of life` : node;
  return { group: 'Runtime', what: 'Node.js', result: old ? 'note' : 'ok', detail, fix: null };
};

function calendar({ now }: DoctorRequest): Finding {
  const left = Math.floor((dateToUtcMs(HORIZON.to) - now) / DAY_MS);
  const base = { group: 'Calendar', what: 'sessions' };
  if (left < 0) {
    const detail = `verified to ${HORIZON.to} only`;
    return { ...base, result: 'broken', detail, fix: 'install a newer version of trade-labs' };
  }
  const result = left < HORIZON_DAYS ? 'note' : 'ok';
  return { ...base, result, detail: `verified to ${HORIZON.to}, ${left} days`, fix: null };
}

function disk({ home }: DoctorRequest): Finding {
  const { bavail, bsize } = statfsSync(home);
  const free = bavail * bsize;
  const base = { group: 'Runtime', what: 'disk' };
  const detail = `${(free / (1 << 30)).toFixed(1)} GB free`;
  return free < MIN_FREE_BYTES
    ? {
        ...base,
        result: 'broken',
        detail,
        fix: 'free at least 1 GB: the journal grows by megabytes',
      }
    : { ...base, result: 'ok', detail, fix: null };
}

/** The next session can be planned. */
function schedule({ loaded: { config }, now }: DoctorRequest): string {
  const session = nextSession(newYorkDate(now));
  checkScanSchedule(config, ...sessionsOfYear(now));
  const slots = planSession(config, session);
  const first = slots[0];
  if (first === undefined) return `no slots on ${session.date}`;
  return `${slots.length} slots on ${session.date}, first ${first.row.name} ${momentText(first.at)}`;
}

async function soundHistory({ home }: { readonly home: string }): Promise<string> {
  if (!existsSync(historyFolder(home))) return 'none yet';
  const { events, findings } = await verifyHistory(historyFolder(home), () => new Book());
  if (findings.length === 0) return `${plural(events, 'event')}, every hash right`;
  throw new Failure('HISTORY_DAMAGED', findings[0] ?? '', { details: findings.slice(1) });
}

async function logWrites({ home, loaded }: DoctorRequest): Promise<string> {
  const mark = `doctor ${process.pid}: the log writes`;
  const log = await openHomeLog(home, loaded);
  // The least serious level that is kept: no error, and written all the same.
  log.write(loaded.config.logs.level, mark);
  await log.close();
  const { lines } = readLogs(home, { last: 20 });
  if (lines.some(({ message }) => message === mark)) return 'a line was written and read back';
  throw new Failure('CANNOT_WRITE', 'a line written to the log is not in it');
}

/** A whole session of this configuration in a scratch home, from the warm-up to the report. */
async function rehearse(request: DoctorRequest, findings: Finding[]): Promise<void> {
  const state = join(request.home, 'data', 'state');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(state, 'doctor-'));
  const session = sessionToPlay(request);
  const step = async (group: string, what: string, fix: string, check: () => Promise<string>) => {
    findings.push(await proven(group, what, fix, check));
  };
  let system: System | null = null;
  try {
    await step('History', 'can be opened', 'check the disk and its permissions', async () => {
      system = await scratchSystem(request, scratch, session);
      return 'a scratch history was begun';
    });
    if (system === null) return;
    const opened: System = system;
    await step('Broker', 'answers', LOOK, () => askBroker(opened, session));
    await step('Schedule', 'a session runs', LOOK, () => playSession(opened, session));
    await step('Books', 'reconcile', LOOK, () => compareBooks(opened, session));
    await step('Report', 'is computed', LOOK, () => computeReport(opened, session));
    await opened.close();
    await step('History', 'is written right', 'check the disk', () =>
      soundHistory({ home: scratch }),
    );
  } finally {
    await (system as System | null)?.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

const LOOK = 'look into the logs: trade-labs logs --level error';

/** The last whole session before now: recorded bars have it, the synthetic market has any. */
const sessionToPlay = ({ now }: DoctorRequest): Session => lastSessionClosedBy(now);

function scratchSystem(
  { loaded, version, home }: DoctorRequest,
  scratch: string,
  session: Session,
): Promise<System> {
  const { config } = loaded;
  const before = previousSession(session.date);
  return compose({
    home: scratch,
    loaded: { ...loaded, config: rootedAt(home, config) },
    // What is tried here reaches no broker, whoever the home trades with.
    mode: 'sim',
    version,
    clock: new SimClock(epochMs(before.closeAt + HOUR_MS)),
    log: SILENT,
    until: session,
  });
}

/** The configuration with its relative paths at home, to be used elsewhere. */
function rootedAt(home: string, config: Config): Config {
  const { data, scan, strategy } = config;
  const at = (path: string) => resolve(home, path);
  return {
    ...config,
    data: { ...data, barsDir: at(data.barsDir) },
    scan: scan.universe === undefined ? scan : { ...scan, universe: at(scan.universe) },
    strategy: strategy.file === undefined ? strategy : { ...strategy, file: at(strategy.file) },
  };
}

async function askBroker({ broker }: System, session: Session): Promise<string> {
  const { account, complete, cash } = await broker.statement(session.openAt);
  const missing = Object.entries(complete).filter(([, whole]) => !whole);
  if (missing.length === 0) return `simulated account ${account}, cash ${formatUsd(cash ?? ZERO)}`;
  throw new Error(`the broker cannot tell all its ${missing.map(([name]) => name).join(', ')}`);
}

async function playSession(system: System, session: Session): Promise<string> {
  const clock = system.clock as SimClock;
  const engine = new Engine(system, clock, clock.now());
  const slots = slotsOf(system, session).filter(({ at }) => at > clock.now());
  await engine.playTo(epochMs(Math.max(session.closeAt, ...slots.map(({ at }) => at))), slots);
  return `${slots.length} slots of ${session.date}, from warm-up to report`;
}

async function compareBooks(system: System, session: Session): Promise<string> {
  const { compared, discrepancies } = await runReconcile(
    system,
    session,
    system.clock.now(),
    ALL_TOLD,
  );
  if (discrepancies.length === 0) return `${compared} things compared, no difference`;
  throw new Error(discrepancies.map(({ kind, symbol }) => `${kind} ${symbol ?? ''}`).join('; '));
}

async function computeReport(system: System, session: Session): Promise<string> {
  const { readDailyReport } = await import('./report-job.ts');
  const { reportLimits } = await import('./report-facts.ts');
  const report = await readDailyReport({
    spans: system.spans.daily,
    lastSeq: system.book.seq,
    session,
    asOf: system.clock.now(),
    limits: reportLimits(system.config),
    dataLabel: system.source.label,
  });
  return `the report of ${report.header.session}`;
}

/** What a rehearsal says of itself is not of this home. */
const SILENT: Log = {
  write: () => {},
  failure: () => {},
  child: () => SILENT,
  close: () => Promise.resolve(),
};
