import { type MarketSnapshot, spreadBps } from '../bars/snapshot.ts';
import type { Quote } from '../domain/market.ts';
import type { EpochMs } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { ScoredCandidate } from '../events/scored-candidates.ts';
import type { CandidateDecision, Decision } from './decide.ts';
import { NO_FINGERPRINT } from './decision-hash.ts';
import type { ScanRule } from './scan.ts';

/** What the journal keeps of a decision: the counts and digest of all rows, every candidate that was near. */
export function decisionEvents(
  base: Base,
  rule: ScanRule,
  snapshot: MarketSnapshot,
  decision: Decision,
): EventDraft[] {
  const events: EventDraft[] = [
    {
      type: 'scan.completed',
      at: base.at,
      runId: base.runId,
      rule,
      universe: decision.found.universe,
      found: decision.counts.found,
      scored: decision.counts.scored,
      excluded: definedCounts(decision.found.excluded),
      ineligible: definedCounts(decision.table.ineligible),
      tableHash: decision.signalHash === NO_FINGERPRINT ? NO_FINGERPRINT : decision.table.tableHash,
      warnings: [...snapshot.warnings],
    },
  ];
  const { candidates, table } = decision;
  if (candidates.length > 0) {
    const scored = candidates.map((candidate) => scoredOf(candidate, table.featureNames));
    events.push({
      type: 'candidates.scored',
      at: base.at,
      runId: base.runId,
      candidates: scored,
    });
  }
  for (const candidate of candidates) {
    if (candidate.intent !== null) {
      events.push(sizedEvent(base, candidate.intent, snapshot.quote(candidate.row.index)));
    }
    if (candidate.fate === 'denied' || candidate.fate === 'not_sized') {
      events.push({
        type: 'intent.denied',
        at: base.at,
        runId: base.runId,
        symbol: candidate.row.symbol,
        sized: candidate.intent?.quantity ?? 0,
        reasons: [...candidate.verdict.reasons],
      });
    }
  }
  return events;
}

const definedCounts = (counts: Readonly<Partial<Record<string, number>>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );

/** When, and in which run. */
type Base = { readonly at: EpochMs; readonly runId: string };

function scoredOf(candidate: CandidateDecision, names: readonly string[]): ScoredCandidate {
  const { row } = candidate;
  // A copy of an object that has the members already costs a tenth of adding them one by one.
  const components: Record<string, number> = { ...unnamed(names) };
  for (let i = 0; i < names.length; i++) {
    components[names[i] as string] = row.components[i] as number;
  }
  return {
    symbol: row.symbol,
    scanRank: row.scanRank,
    rank: candidate.rank,
    activity: row.activity,
    score: row.score,
    components,
    signalReason: row.signalReason,
    strength: row.strength,
    referencePrice: candidate.referencePrice,
    atr: candidate.atr,
    fate: candidate.fate,
  };
}

const templates = new WeakMap<readonly string[], Readonly<Record<string, number>>>();

/** Zero for each feature. */
function unnamed(names: readonly string[]): Readonly<Record<string, number>> {
  let template = templates.get(names);
  if (template === undefined) {
    template = Object.fromEntries(names.map((name) => [name, 0]));
    templates.set(names, template);
  }
  return template;
}

function sizedEvent(
  base: Base,
  intent: NonNullable<CandidateDecision['intent']>,
  quote: Quote | null,
): EventDraft {
  const { terms } = intent;
  const spread = quote === null ? Number.POSITIVE_INFINITY : spreadBps(quote);
  const sized: Extract<EventDraft, { type: 'intent.sized' }> = {
    at: base.at,
    runId: base.runId,
    type: 'intent.sized',
    symbol: intent.symbol,
    quantity: intent.quantity,
    referencePrice: intent.referencePrice,
    limitPrice: intent.limitPrice,
    stopPrice: intent.stopPrice,
    targetPrice: intent.targetPrice,
    atr: intent.atr,
    equity: terms.equity,
    intensity: terms.intensity,
    riskBudget: terms.riskBudget,
    riskPerShare: terms.riskPerShare,
    byRisk: terms.byRisk,
    byPosition: terms.byPosition,
    binding: terms.binding,
  };
  // Added last: to copy a literal of so many members again costs more than the rest of it.
  if (Number.isFinite(spread)) sized.spreadBps = Math.round(spread * 100) / 100;
  return sized;
}
