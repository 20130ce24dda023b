import type { Decided, DecidedRow } from '../domain/decided.ts';
import type { CandidateDecision, Decision } from './decide.ts';
import type { ScoredRow } from './score.ts';

/** A decision as plain data, every row of its scan included. */
export function decidedOf(decision: Decision): Decided {
  const { found, table, exits, counts, signalHash, decisionHash } = decision;
  const near = new Map(decision.candidates.map((candidate) => [candidate.row, candidate]));
  const ranks = new Map(table.ranking.map((row, i) => [row, i + 1]));
  const excluded: Record<string, number> = {};
  for (const [reason, count] of Object.entries(found.excluded)) excluded[reason] = count;
  return {
    universe: found.universe,
    excluded,
    featureNames: [...table.featureNames],
    rows: table.rows.map((row, i) => decidedRow(row, ranks.get(i) ?? null, near.get(row))),
    exits: exits.map(({ symbol, quantity }) => ({ symbol, quantity })),
    counts: { ...counts },
    tableHash: table.tableHash,
    signalHash,
    decisionHash,
  };
}

function decidedRow(
  row: ScoredRow,
  rank: number | null,
  candidate: CandidateDecision | undefined,
): DecidedRow {
  const intent = candidate?.intent ?? null;
  return {
    symbol: row.symbol,
    scanRank: row.scanRank,
    activity: finite(row.activity),
    ineligible: row.ineligible,
    score: finite(row.score),
    components: row.components.map(finite),
    signalReason: row.signalReason,
    strength: finite(row.strength),
    rank,
    fate: candidate?.fate ?? (row.ineligible === null ? 'not_selected' : 'ineligible'),
    referencePrice: candidate?.referencePrice ?? null,
    atr: candidate?.atr ?? null,
    proposal:
      intent === null
        ? null
        : {
            quantity: intent.quantity,
            limitPrice: intent.limitPrice,
            stopPrice: intent.stopPrice,
            targetPrice: intent.targetPrice,
            binding: intent.terms.binding,
          },
    approved: candidate?.verdict.approved ?? 0,
    reasons: candidate?.verdict.reasons ?? [],
  };
}

/** What files can hold: JSON has no NaN. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
