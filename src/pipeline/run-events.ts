import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { EpochMs } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { CandidateDecision, Decision } from './decide.ts';
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
      ...base,
      type: 'scan.completed',
      rule,
      universe: decision.found.universe,
      found: decision.counts.found,
      scored: decision.counts.scored,
      excluded: definedCounts(decision.found.excluded),
      ineligible: definedCounts(decision.table.ineligible),
      tableHash: decision.table.tableHash,
      warnings: [...snapshot.warnings],
    },
  ];
  for (const candidate of decision.candidates) {
    events.push(scoredEvent(base, candidate, decision.table.featureNames));
    if (candidate.intent !== null) events.push(sizedEvent(base, candidate.intent));
    if (candidate.fate === 'denied' || candidate.fate === 'not_sized') {
      events.push({
        ...base,
        type: 'intent.denied',
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

function scoredEvent(
  base: Base,
  candidate: CandidateDecision,
  names: readonly string[],
): EventDraft {
  const { row } = candidate;
  const components: Record<string, number> = {};
  for (let i = 0; i < names.length; i++) {
    components[names[i] as string] = row.components[i] as number;
  }
  return {
    at: base.at,
    runId: base.runId,
    type: 'candidate.scored',
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

function sizedEvent(base: Base, intent: NonNullable<CandidateDecision['intent']>): EventDraft {
  const { terms } = intent;
  return {
    ...base,
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
}
