import type { MarketSnapshot } from '../bars/snapshot.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { TickTable } from '../domain/price.ts';
import {
  type Job,
  type Mode,
  NO_COUNTS,
  type RunCounts,
  type RunFacts,
  type RunStatus,
  runId,
} from '../domain/run.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { Broker } from '../ports/broker.ts';
import type { History } from '../ports/history.ts';
import type { MarketData } from '../ports/market-data.ts';
import { type CandidateDecision, type Decision, type DecisionSettings, decide } from './decide.ts';
import type { StrategyDesk } from './desk.ts';
import { type ExecutionContext, sendEntry, sendExit } from './execute.ts';
import { decisionEvents } from './run-events.ts';

/** Who runs: written on every run, so that a record says which desk, config and build decided. */
export interface RunIdentity {
  readonly mode: Mode;
  readonly account: string;
  readonly name: string;
  readonly configHash: string;
  readonly version: string;
  readonly facts?: RunFacts;
}

/** What a run reaches the world through. */
export interface PipelineParts {
  readonly identity: RunIdentity;
  readonly market: MarketData;
  readonly broker: Broker;
  readonly history: History;
  readonly strategy: StrategyDesk;
  readonly settings: DecisionSettings;
  readonly now: () => EpochMs;
  /** The book as this snapshot values it. */
  readonly portfolio: (snapshot: MarketSnapshot) => Promise<PortfolioState>;
  readonly isUsed: ExecutionContext['isUsed'];
  readonly exitParts: ExecutionContext['exitParts'];
  readonly ticks?: TickTable;
}

/** One pass: when, for which slot, how many, and what is held back. */
export interface RunRequest {
  readonly slot: string;
  readonly slotAt: EpochMs;
  readonly session: Session;
  /** Candidates passed to sizing. */
  readonly top: number;
  readonly symbols?: readonly Symbol[];
  /** Decide and record, send nothing. */
  readonly dryRun: boolean;
  /** Asked for each approved candidate before it is sent; false denies it. */
  readonly review?: (candidate: CandidateDecision) => Promise<boolean>;
  /** Told as the run goes on. */
  readonly onDecision?: (
    decision: Decision,
    snapshot: MarketSnapshot,
    state: PortfolioState,
  ) => void;
}

/** How a run ended. */
export interface RunOutcome {
  readonly runId: string;
  readonly status: RunStatus;
  readonly counts: RunCounts;
  readonly denials: Readonly<Record<string, number>>;
  /** Null where nothing could be decided. */
  readonly decision: Decision | null;
  readonly snapshot: MarketSnapshot;
  /** Why it was skipped, or a remark; null for none. */
  readonly note: string | null;
}

const JOB: Job = 'scan';

/**
 * The sentence the system is: scan, score, size, guard, execute, record. Looks first (I/O), decides in one pure step,
 * then acts (I/O). A failure is journalled and thrown on; what was sent by then stays recorded.
 */
export async function runPipeline(parts: PipelineParts, request: RunRequest): Promise<RunOutcome> {
  const id = runId(request.session.date, request.slotAt, request.slot);
  await parts.history.append([started(parts, request, id)]);
  try {
    const rule = parts.settings.scan.rule;
    const snapshot = await parts.market.snapshot({
      asOf: request.slotAt,
      session: request.session,
      ...(request.symbols === undefined ? {} : { symbols: request.symbols }),
      todayOpen: rule === 'gap',
      relativeVolume: rule === 'relative_volume',
    });
    if (snapshot.noPrice !== null) return await skip(parts, id, snapshot, snapshot.noPrice);
    const state = await parts.portfolio(snapshot);
    const decision = decide(snapshot, state, parts.settings, parts.strategy, request.top);
    request.onDecision?.(decision, snapshot, state);
    await parts.history.append(
      decisionEvents({ at: parts.now(), runId: id }, parts.settings.scan.rule, snapshot, decision),
    );
    return await commit(parts, request, id, snapshot, decision);
  } catch (error) {
    const code = error instanceof Failure ? error.code : 'BUG';
    const message = error instanceof Error ? error.message : String(error);
    await parts.history.append([{ type: 'run.failed', at: parts.now(), runId: id, code, message }]);
    throw error;
  }
}

function started(parts: PipelineParts, request: RunRequest, id: string): EventDraft {
  const { identity } = parts;
  return {
    type: 'run.started',
    at: parts.now(),
    runId: id,
    job: JOB,
    slot: request.slot,
    session: request.session.date,
    mode: identity.mode,
    account: identity.account,
    identity: identity.name,
    asOf: request.slotAt,
    configHash: identity.configHash,
    version: identity.version,
    ...(identity.facts === undefined ? {} : identity.facts),
  };
}

async function skip(
  parts: PipelineParts,
  id: string,
  snapshot: MarketSnapshot,
  note: string,
): Promise<RunOutcome> {
  const counts = NO_COUNTS;
  await parts.history.append([
    {
      type: 'run.completed',
      at: parts.now(),
      runId: id,
      status: 'skipped',
      counts,
      denials: {},
      signalHash: null,
      decisionHash: null,
      note,
    },
  ]);
  return { runId: id, status: 'skipped', counts, denials: {}, decision: null, snapshot, note };
}

/** A remark on a run that decided: that nothing was sent, or why nothing was sized. */
function noteOf({ dryRun }: RunRequest, { slotsFull }: Decision): string | null {
  if (dryRun) return 'dry run: nothing was sent';
  return slotsFull ? 'slots_full: no position slot was free' : null;
}

/** Sends what was decided, exits first, and closes the run. */
async function commit(
  parts: PipelineParts,
  request: RunRequest,
  id: string,
  snapshot: MarketSnapshot,
  decision: Decision,
): Promise<RunOutcome> {
  const context: ExecutionContext = {
    broker: parts.broker,
    history: parts.history,
    now: parts.now,
    runId: id,
    session: request.session.date,
    slot: request.slot,
    entry: parts.settings.entry,
    strategy: parts.strategy.name,
    isUsed: parts.isUsed,
    exitParts: parts.exitParts,
    ...(parts.ticks === undefined ? {} : { ticks: parts.ticks }),
  };
  let submitted = 0;
  let declined = 0;
  if (!request.dryRun) {
    for (const exit of decision.exits) await sendExit(exit, 'signal', context);
    for (const candidate of decision.candidates) {
      if (candidate.fate !== 'approved') continue;
      if (request.review !== undefined && !(await request.review(candidate))) {
        declined += 1;
        await parts.history.append([declinedEvent(parts, id, candidate)]);
        continue;
      }
      const outcome = await sendEntry(candidate, context);
      if (outcome !== 'not_sent' && outcome !== 'denied') submitted += 1;
    }
  }
  const { approved, denied } = decision.counts;
  const counts: RunCounts = {
    ...decision.counts,
    approved: approved - declined,
    denied: denied + declined,
    submitted,
    filled: 0,
  };
  const denials: Record<string, number> = { ...decision.denials };
  if (declined > 0) denials.REVIEW_DECLINED = declined;
  const note = noteOf(request, decision);
  await parts.history.append([
    {
      type: 'run.completed',
      at: parts.now(),
      runId: id,
      status: 'completed',
      counts,
      denials,
      signalHash: decision.signalHash,
      decisionHash: decision.decisionHash,
      note,
    },
  ]);
  return { runId: id, status: 'completed', counts, denials, decision, snapshot, note };
}

const declinedEvent = (
  parts: PipelineParts,
  id: string,
  { row, intent }: CandidateDecision,
): EventDraft => ({
  type: 'intent.denied',
  at: parts.now(),
  runId: id,
  symbol: row.symbol,
  sized: intent?.quantity ?? 0,
  reasons: [{ code: 'REVIEW_DECLINED', allowed: 0, limit: null, value: null }],
});
