import type { MarketSnapshot } from '../bars/snapshot.ts';
import { microsFromFloat, toUsd } from '../domain/money.ts';
import type { CandidateDecision, Decision } from '../pipeline/decide.ts';
import type { ScoredRow } from '../pipeline/score.ts';
import type { DecisionCells } from '../reporting/csv-files.ts';
import { reasonOf } from '../reporting/funnel.ts';

/** Every row of a scan with its fate, in the order of the scan. */
export function decisionRows(
  decision: Decision,
  snapshot: MarketSnapshot,
  slot: string,
): DecisionCells[] {
  const { table, candidates } = decision;
  const ranks = new Map(table.ranking.map((row, i) => [row, i + 1]));
  const judged = new Map(candidates.map((candidate) => [candidate.row, candidate]));
  const { date: session } = snapshot.session;
  return table.rows.map((row, i) => {
    const candidate = judged.get(row);
    const base = {
      session,
      slot,
      symbol: row.symbol,
      scanRank: row.scanRank,
      activity: row.activity,
    };
    if (row.ineligible !== null) {
      return { ...base, ...UNJUDGED, ref: refOf(snapshot, row), reason: row.ineligible };
    }
    return {
      ...base,
      ...UNJUDGED,
      ref: refOf(snapshot, row),
      reason: null,
      score: row.score,
      components: componentsOf(row, table.featureNames),
      rank: ranks.get(i) ?? null,
      fate: 'not_selected',
      ...(candidate === undefined ? {} : judgedCells(candidate)),
    };
  });
}

const UNJUDGED = {
  score: null,
  components: {},
  rank: null,
  atr: null,
  limit: null,
  stop: null,
  sized: null,
  binding: null,
  approved: null,
  verdict: null,
  fate: 'ineligible',
  intensity: null,
  equity: null,
} as const;

function refOf({ reference }: MarketSnapshot, { index }: ScoredRow): number | null {
  const price = reference[index] as number;
  return price > 0 ? toUsd(microsFromFloat(price, 'halfEven')) : null;
}

const componentsOf = (
  { components }: ScoredRow,
  names: readonly string[],
): Readonly<Record<string, number>> =>
  Object.fromEntries(components.map((value, i) => [names[i] ?? `feature_${i}`, value]));

function judgedCells(candidate: CandidateDecision): Partial<DecisionCells> {
  const { intent, verdict, fate, atr, referencePrice } = candidate;
  const wasJudged = fate === 'approved' || fate === 'denied' || fate === 'not_sized';
  const sized = intent?.quantity ?? 0;
  return {
    fate,
    ref: toUsd(referencePrice),
    atr: toUsd(atr),
    limit: intent === null ? null : toUsd(intent.limitPrice),
    stop: intent === null ? null : toUsd(intent.stopPrice),
    sized: wasJudged ? sized : null,
    binding: intent?.terms.binding ?? null,
    approved: wasJudged ? verdict.approved : null,
    verdict: wasJudged ? verdictOf(verdict.approved, sized) : null,
    reason: reasonOf(verdict.reasons),
    intensity: intent?.terms.intensity ?? null,
    equity: intent === null ? null : toUsd(intent.terms.equity),
  };
}

function verdictOf(approved: number, sized: number): DecisionCells['verdict'] {
  if (approved === 0) return 'denied';
  return approved < sized ? 'reduced' : 'approved';
}
