import type { MarketSnapshot } from '../bars/snapshot.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { TickTable } from '../domain/price.ts';
import type { Reason } from '../domain/reason.ts';
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
import type { Quotes } from '../ports/quotes.ts';
import { type CandidateDecision, type Decision, type DecisionSettings, decide } from './decide.ts';
import type { StrategyDesk } from './desk.ts';
import { type ExecutionContext, sendEntry, sendExit } from './execute.ts';
import { type AskMargin, withinMargin } from './margin.ts';
import { asOfSending } from './requote.ts';
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
  /** Prices of now; absent where bars stand for them. */
  readonly quotes?: Pick<Quotes, 'prepare' | 'quote'> | null;
  /** Asked before each entry where the broker reckons margin beforehand; absent for a simulated one. */
  readonly margin?: AskMargin;
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
      todayOpen: rule === 'gap',
      relativeVolume: rule === 'relative_volume',
      waitForQuotes: true,
      ...(request.symbols === undefined ? {} : { symbols: request.symbols }),
    });
    if (snapshot.noPrice !== null) return await skip(parts, id, snapshot, snapshot.noPrice);
    const state = await parts.portfolio(snapshot);
    const decision = decide(snapshot, state, parts.settings, parts.strategy, request.top);
    request.onDecision?.(decision, snapshot, state);
    await parts.history.append(
      decisionEvents({ at: parts.now(), runId: id }, parts.settings.scan.rule, snapshot, decision),
    );
    return await commit(parts, request, id, { snapshot, state, decision });
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

/** What is acted upon. */
interface Decided {
  readonly snapshot: MarketSnapshot;
  readonly state: PortfolioState;
  readonly decision: Decision;
}

/** What became of it. */
interface Sent {
  readonly submitted: number;
  /** By symbol, why an approved candidate was not sent after all. */
  readonly heldBack: Readonly<Record<string, readonly Reason[]>>;
}

const NOTHING_SENT: Sent = { submitted: 0, heldBack: {} };

/** Sends what was decided, exits first, each entry after a last look at it. */
async function send(
  parts: PipelineParts,
  request: RunRequest,
  context: ExecutionContext,
  { snapshot, state, decision }: Decided,
): Promise<Sent> {
  const { quotes = null, now, settings, history } = parts;
  let submitted = 0;
  const heldBack: Record<string, readonly Reason[]> = {};
  for (const exit of decision.exits) await sendExit(exit, 'signal', context);
  for (const candidate of decision.candidates) {
    if (candidate.fate !== 'approved') continue;
    const isWanted = request.review === undefined || (await request.review(candidate));
    const desk = { quotes, now, snapshot, state, settings };
    const wanted = isWanted ? await carried(candidate, parts, context) : DECLINED;
    // Last, for everything before takes its time.
    const sending =
      wanted.verdict.approved === 0 ? wanted : await asOfSending({ ...candidate, ...wanted }, desk);
    if (sending.verdict.approved === 0) {
      const reasons = sending.verdict.reasons.filter(({ allowed }) => allowed === 0);
      heldBack[candidate.row.symbol] = reasons;
      await history.append([deniedEvent(candidate, reasons, context)]);
      continue;
    }
    const outcome = await sendEntry({ ...candidate, ...sending }, context);
    if (outcome !== 'not_sent' && outcome !== 'denied') submitted += 1;
  }
  return { submitted, heldBack };
}

/** As much of an entry as the account can carry. */
function carried(
  candidate: CandidateDecision,
  { margin, settings }: PipelineParts,
  { session, slot, entry }: ExecutionContext,
): Promise<Pick<CandidateDecision, 'intent' | 'verdict'>> {
  if (margin === undefined) return Promise.resolve(candidate);
  return withinMargin(candidate, { ask: margin, session, slot, entry, sizing: settings.sizing });
}

const DECLINED: Pick<CandidateDecision, 'intent' | 'verdict'> = {
  intent: null,
  verdict: {
    approved: 0,
    reasons: [{ code: 'REVIEW_DECLINED', allowed: 0, limit: null, value: null }],
  },
};

/** An approved candidate that is not sent after all. */
const deniedEvent = (
  { row, intent }: CandidateDecision,
  reasons: readonly Reason[],
  { now, runId: id }: ExecutionContext,
): EventDraft => ({
  type: 'intent.denied',
  at: now(),
  runId: id,
  symbol: row.symbol,
  sized: intent?.quantity ?? 0,
  reasons: [...reasons],
});

/** Sends what was decided, exits first, and closes the run. */
async function commit(
  parts: PipelineParts,
  request: RunRequest,
  id: string,
  { snapshot, state, decision }: Decided,
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
  const decided = { snapshot, state, decision };
  const sent = request.dryRun ? NOTHING_SENT : await send(parts, request, context, decided);
  const heldBack = Object.keys(sent.heldBack).length;
  const { found, scored, selected, sized, denied, approved } = decision.counts;
  const counts: RunCounts = {
    found,
    scored,
    selected,
    sized,
    denied: denied + heldBack,
    approved: approved - heldBack,
    submitted: sent.submitted,
    filled: 0,
  };
  const denials: Record<string, number> = { ...decision.denials };
  for (const { code } of Object.values(sent.heldBack).flat()) {
    denials[code] = (denials[code] ?? 0) + 1;
  }
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
