import type { MarketSnapshot } from '../bars/snapshot.ts';
import { microsFromFloat, toUsd } from '../domain/money.ts';
import type { CandidateDecision, Decision } from '../pipeline/decide.ts';
import type { ScoredRow } from '../pipeline/score-table.ts';
import { csvLine } from '../reporting/csv.ts';
import { DECISION_COLUMNS, type DecisionCells } from '../reporting/csv-files.ts';
import { reasonOf } from '../reporting/funnel.ts';

/** Every row of a scan with its fate, in the order of the scan, as lines of decisions.csv. */
export function decisionLines(
  decision: Decision,
  snapshot: MarketSnapshot,
  slot: string,
): string[] {
  const { table, candidates } = decision;
  const ranks = new Map(table.ranking.map((row, i) => [row, i + 1]));
  const judged = new Map(candidates.map((candidate) => [candidate.row, candidate]));
  const begin = `${snapshot.session.date},${slot},`;
  return table.rows.map((row, i) => {
    const ref = refOf(snapshot, row);
    if (row.ineligible !== null) return begin + unranked(row, ref);
    const cells = cellsOf(row, table.featureNames, ref, ranks.get(i) ?? null);
    const candidate = judged.get(row);
    const all = candidate === undefined ? cells : { ...cells, ...judgedCells(candidate) };
    return csvLine(DECISION_COLUMNS, { ...all, session: snapshot.session.date, slot });
  });
}

/**
 * The rest of the line of a row without a score: most rows are such, and no symbol or reason needs quotes. Between the
 * activity and the reference price three cells are empty, and seven between that and the fate.
 */
const unranked = (
  { symbol, scanRank, activity, ineligible }: ScoredRow,
  ref: number | null,
): string =>
  `${symbol},${scanRank},${activity},,,,${ref ?? ''},,,,,,,,ineligible,${ineligible},,\r\n`;

function cellsOf(
  row: ScoredRow,
  names: readonly string[],
  ref: number | null,
  rank: number | null,
): Omit<DecisionCells, 'session' | 'slot'> {
  return {
    symbol: row.symbol,
    scanRank: row.scanRank,
    activity: row.activity,
    score: row.score,
    components: componentsOf(row, names),
    rank,
    ref,
    atr: null,
    limit: null,
    stop: null,
    sized: null,
    binding: null,
    approved: null,
    verdict: null,
    fate: 'not_selected',
    reason: null,
    intensity: null,
    equity: null,
  };
}

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
