import type { MarketSnapshot } from '../bars/snapshot.ts';
import { describeTrigger, parseTrigger, triggerInstants } from '../calendar/trigger.ts';
import type { ScheduleRow } from '../config/schema.ts';
import { assert } from '../domain/result.ts';
import { NO_COUNTS, runId } from '../domain/run.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import type { Decision } from '../pipeline/decide.ts';
import { type RunOutcome, type RunRequest, runPipeline } from '../pipeline/run.ts';
import type { System } from './compose.ts';
import type { Slot } from './engine.ts';
import { pipelineParts } from './parts.ts';
import { runReconcile } from './reconcile-job.ts';
import { markEvent, portfolioAt } from './valuation.ts';

/** What a report job leaves: files, and the day in six lines. */
export interface ReportOutcome {
  readonly paths: readonly string[];
  readonly summary: readonly string[];
}

/** Told what the jobs do as they do it; for people who watch. */
export interface JobObserver {
  readonly onScan?: (outcome: RunOutcome, slot: string, at: EpochMs) => void;
  readonly onDecision?: (decision: Decision, snapshot: MarketSnapshot) => void;
  readonly onReconcile?: (differences: number, at: EpochMs) => void;
  readonly onReport?: (report: ReportOutcome, at: EpochMs) => void;
}

/** The slots of a session by the schedule, in order of time, rows of equal time in the order of the schedule. */
export function slotsOf(system: System, session: Session, observer: JobObserver = {}): Slot[] {
  const slots: Slot[] = [];
  for (const row of system.config.schedule) {
    const trigger = parseTrigger(row.at);
    assert(trigger.ok, `the schedule was checked when it was loaded: ${row.at}`);
    for (const at of triggerInstants(trigger.value, session)) {
      const label = describeTrigger(trigger.value, session);
      slots.push({
        name: row.name,
        at,
        session,
        run: () => claimAndRun(system, row, { at, session, label }, observer),
      });
    }
  }
  return slots.sort((a, b) => a.at - b.at);
}

interface SlotTime {
  readonly at: EpochMs;
  readonly session: Session;
  /** "open+5m of 2026-11-27, 09:35 ET". */
  readonly label: string;
}

/** Runs a slot at most once, whatever happens: it is claimed in the journal before it begins. */
async function claimAndRun(
  system: System,
  row: ScheduleRow,
  time: SlotTime,
  observer: JobObserver,
): Promise<void> {
  const { at, session } = time;
  if (system.book.isClaimed(session.date, row.name, at)) return;
  await system.history.append([
    {
      type: 'slot.claimed',
      at: system.clock.now(),
      runId: null,
      session: session.date,
      job: row.job,
      slot: row.name,
      slotAt: at,
    },
  ]);
  system.log.write('info', `${row.job} begins`, { slot: row.name, when: time.label });
  switch (row.job) {
    case 'scan': {
      const request = { slot: row.name, slotAt: at, session, top: row.top, dryRun: false };
      const outcome = await runScan(system, request, observer);
      observer.onScan?.(outcome, row.name, at);
      return;
    }
    case 'reconcile':
      return recorded(system, row, time, async () => {
        const found = await runReconcile(system, session, at);
        observer.onReconcile?.(found.discrepancies.length, at);
        return found.discrepancies.length === 0
          ? null
          : `${found.discrepancies.length} differences`;
      });
    case 'report':
      return recorded(system, row, time, async () => {
        const report = await dailyReport(system, session);
        observer.onReport?.(report, at);
        return null;
      });
    case 'warm':
      return recorded(system, row, time, async () => {
        await system.source.prepare(session, system.source.symbols);
        return null;
      });
    case 'backup':
      return recorded(system, row, time, async () => null);
  }
}

/** Values the account, then runs the pipeline; `dryRun` of the environment wins over the request's. */
export async function runScan(
  system: System,
  request: RunRequest,
  observer: JobObserver = {},
): Promise<RunOutcome> {
  const { session } = request;
  const state = await portfolioAt(system, request.slotAt, session);
  await system.history.append([markEvent(system, state, session, 'run')]);
  const symbols = request.symbols ?? system.universe;
  return runPipeline(pipelineParts(system, session.date), {
    ...request,
    ...(symbols === null ? {} : { symbols }),
    dryRun: request.dryRun || system.loaded.switches.dryRun,
    ...(observer.onDecision === undefined ? {} : { onDecision: observer.onDecision }),
  });
}

/** Wraps a job that is no scan in the events of a run; a failure is recorded and thrown on. */
async function recorded(
  system: System,
  row: ScheduleRow,
  { at, session }: SlotTime,
  work: () => Promise<string | null>,
): Promise<void> {
  const id = runId(session.date, at, row.name);
  const { history, clock, identity } = system;
  await history.append([
    {
      type: 'run.started',
      at: clock.now(),
      runId: id,
      job: row.job,
      slot: row.name,
      session: session.date,
      mode: identity.mode,
      account: identity.account,
      identity: identity.name,
      asOf: at,
      configHash: identity.configHash,
      version: identity.version,
    },
  ]);
  try {
    const note = await work();
    await history.append([
      {
        type: 'run.completed',
        at: clock.now(),
        runId: id,
        status: 'completed',
        counts: NO_COUNTS,
        denials: {},
        signalHash: null,
        decisionHash: null,
        note,
      },
    ]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await history.append([
      { type: 'run.failed', at: clock.now(), runId: id, code: 'JOB_FAILED', message },
    ]);
    throw error;
  }
}

/** Writes the report of a session; the renderers are loaded when the first one is due. */
async function dailyReport(system: System, session: Session): Promise<ReportOutcome> {
  const { writeDailyReport } = await import('./report-job.ts');
  return writeDailyReport(system, session);
}
