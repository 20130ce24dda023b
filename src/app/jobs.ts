import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { ScheduleRow } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { NO_COUNTS, runId } from '../domain/run.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { Discrepancy } from '../ledger/breaks.ts';
import type { Decision } from '../pipeline/decide.ts';
import { type RunOutcome, type RunRequest, runPipeline } from '../pipeline/run.ts';
import { plural } from '../reporting/format.ts';
import { stricterLoss, worthOf } from './account-worth.ts';
import type { System } from './compose.ts';
import type { Slot } from './engine.ts';
import { latchCloses, latchDayLoss } from './limit-watch.ts';
import { pipelineParts } from './parts.ts';
import { ALL_TOLD, runReconcile, type TakeIn } from './reconcile-job.ts';
import { DecisionRecorder } from './record-decision.ts';
import { runFacts } from './report-facts.ts';
import { type PlannedSlot, planSession } from './session-plan.ts';
import { markDrafts, valueAt } from './valuation.ts';
import { verifyBook } from './verify-book.ts';
import { warmUp } from './warm-job.ts';

/** What a report job leaves: files, and the day in six lines. */
export interface ReportOutcome {
  readonly paths: readonly string[];
  readonly summary: readonly string[];
}

/** Told what the jobs do as they do it; for people who watch. */
export interface JobObserver {
  readonly onScan?: (outcome: RunOutcome, slot: string, at: EpochMs) => void;
  readonly onDecision?: (decision: Decision, snapshot: MarketSnapshot) => void;
  readonly onReconcile?: (found: readonly Discrepancy[], at: EpochMs) => void;
  readonly onReport?: (report: ReportOutcome, at: EpochMs) => void;
}

/** How a slot begins: on time or late, for the first time or once more. */
export interface Beginning {
  readonly lateMs: number;
  /** 1 for the first time. */
  readonly attempt: number;
  /** Why it begins once more. */
  readonly cause: string;
}

const ON_TIME: Beginning = { lateMs: 0, attempt: 1, cause: '' };

/** The slots of a session as work for the engine; those that were begun before are left out. */
export const slotsOf = (system: System, session: Session, observer: JobObserver = {}): Slot[] =>
  planSession(system.config, session)
    .filter(({ row, at }) => !system.book.isClaimed(session.date, row.name, at))
    .map((slot) => ({
      at: slot.at,
      session,
      run: () => beginSlot(system, slot, ON_TIME, observer),
    }));

/**
 * Runs a slot. It is claimed in the journal before it begins, so that it begins at most once whatever happens; a
 * repetition is journalled as one. A job that fails is journalled as failed, and its error thrown on.
 */
export async function beginSlot(
  system: System,
  slot: PlannedSlot,
  beginning: Beginning,
  observer: JobObserver = {},
  takeIn: TakeIn = ALL_TOLD,
): Promise<void> {
  const { row, at, session } = slot;
  const claim = claimOf(system, slot, beginning);
  system.log.write('info', `${row.job} begins`, {
    slot: row.name,
    when: slot.label,
    lateMs: beginning.lateMs,
    attempt: beginning.attempt,
  });
  if (row.job === 'scan') {
    await system.history.append([claim]);
    const request = { slot: row.name, slotAt: at, session, top: row.top, dryRun: false };
    const outcome = await runScan(system, request, observer);
    observer.onScan?.(outcome, row.name, at);
    return;
  }
  await recorded(system, slot, claim, () => workOf(system, row, slot, observer, takeIn));
}

/** What a job that is no scan does; resolves with a note for its record, or null for none. */
async function workOf(
  system: System,
  row: Exclude<ScheduleRow, { job: 'scan' }>,
  { at, session }: PlannedSlot,
  observer: JobObserver,
  takeIn: TakeIn,
): Promise<string | null> {
  switch (row.job) {
    case 'reconcile': {
      const found = await runReconcile(system, session, at, takeIn);
      observer.onReconcile?.(found.discrepancies, at);
      return found.discrepancies.length === 0
        ? null
        : plural(found.discrepancies.length, 'difference');
    }
    case 'report': {
      // The renderers are loaded when the first report is due.
      const { writeReport } = await import('./report-job.ts');
      const report = await writeReport(system, session, row.period);
      if (report === null) return `the ${row.period} report waits for the last session`;
      observer.onReport?.(report, at);
      return null;
    }
    case 'warm':
      await warmUp(system, session, at);
      return null;
    case 'backup': {
      const { backUp } = await import('./backup-job.ts');
      return backUp(system, row, session);
    }
  }
}

const claimOf = (system: System, slot: PlannedSlot, beginning: Beginning): EventDraft => {
  const { row, at, session } = slot;
  const { attempt, cause, lateMs } = beginning;
  const named = { session: session.date, job: row.job, slot: row.name, slotAt: at };
  const base = { at: system.clock.now(), runId: null };
  return attempt > 1
    ? { type: 'slot.retried', attempt, cause, ...base, ...named }
    : { type: 'slot.claimed', ...base, ...named, ...(lateMs > 0 ? { lateMs } : {}) };
};

/** Values the account, then runs the pipeline; `dryRun` of the environment wins over the request's. */
export async function runScan(
  system: System,
  request: RunRequest,
  observer: JobObserver = {},
): Promise<RunOutcome> {
  const { slotAt, session } = request;
  await verifyBook(system);
  await latchCloses(system);
  const state = await valueAt(system, slotAt, session);
  await system.history.append(markDrafts(system, state, session, 'run'));
  const worth = await worthOf(system);
  const loss = stricterLoss(state, worth, system.book, system.config.risk);
  await latchDayLoss(system, loss, slotAt, session);
  const symbols = request.symbols ?? system.universe;
  const recorder = new DecisionRecorder(system);
  try {
    return await runPipeline(pipelineParts(system, session.date, worth), {
      ...request,
      ...(symbols === null ? {} : { symbols }),
      dryRun: request.dryRun || system.loaded.switches.dryRun,
      onDecision: (decision, snapshot, seenState) => {
        recorder.see(decision, snapshot, seenState);
        observer.onDecision?.(decision, snapshot);
      },
    });
  } finally {
    // Whatever became of the orders: by now they are out.
    await recorder.write(request, symbols);
  }
}

/** Wraps a job that is no scan in the events of a run; its claim and its beginning are one step. */
async function recorded(
  system: System,
  { row, at, session }: PlannedSlot,
  claim: EventDraft,
  work: () => Promise<string | null>,
): Promise<void> {
  const id = runId(session.date, at, row.name);
  const { history, clock, identity } = system;
  await history.append([
    claim,
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
      ...runFacts(system),
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
    const code = error instanceof Failure ? error.code : 'JOB_FAILED';
    await history.append([{ type: 'run.failed', at: clock.now(), runId: id, code, message }]);
    throw error;
  }
}
