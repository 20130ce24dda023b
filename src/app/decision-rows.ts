import type { MarketSnapshot } from '../bars/snapshot.ts';
import { microsFromFloat, toUsd } from '../domain/money.ts';
import type { CandidateDecision, Decision } from '../pipeline/decide.ts';
import type { ScoredRow } from '../pipeline/score-table.ts';
import { csvCell, csvLine } from '../reporting/csv.ts';
import { componentsText, DECISION_COLUMNS, type DecisionCells } from '../reporting/csv-files.ts';
import { reasonOf } from '../reporting/funnel.ts';

/**
 * Every row of a scan with its fate, in the order of the scan, as lines of decisions.csv. A scan of years has hundreds
 * of thousands of rows and few candidates, so that lines of rows that nobody judged are put together cell by cell.
 */
export function decisionLines(
  { table, candidates }: Pick<Decision, 'table' | 'candidates'>,
  snapshot: MarketSnapshot,
  slot: string,
): string[] {
  const { session } = snapshot;
  const judged = new Map(candidates.map((candidate) => [candidate.row, candidate]));
  const begin = `${session.date},${slot},`;
  const names = table.featureNames;
  const { ranks } = table;
  return table.rows.map((row, i) => {
    const ref = refOf(snapshot, row);
    if (row.ineligible !== null) return begin + unranked(row, ref);
    const rank = ranks[i] as number;
    const candidate = judged.get(row);
    if (candidate === undefined) return begin + unselected(row, names, rank, ref);
    return csvLine(DECISION_COLUMNS, {
      session: session.date,
      slot,
      symbol: row.symbol,
      scanRank: row.scanRank,
      activity: row.activity,
      score: row.score,
      components: componentsOf(row, names),
      rank,
      ...judgedCells(candidate),
    });
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

/** The same of a row with a score that is not among the best. A score has two decimals. */
const unselected = (
  { symbol, scanRank, activity, score, components }: ScoredRow,
  names: readonly string[],
  rank: number,
  ref: number | null,
): string =>
  `${symbol},${scanRank},${activity},${score},${csvCell(componentsText(names, components))},${rank},${ref ?? ''},,,,,,,,not_selected,,,\r\n`;

function refOf({ reference }: MarketSnapshot, { index }: ScoredRow): number | null {
  const price = reference[index] as number;
  return price > 0 ? toUsd(microsFromFloat(price, 'halfEven')) : null;
}

const componentsOf = (
  { components }: ScoredRow,
  names: readonly string[],
): Readonly<Record<string, number>> =>
  Object.fromEntries(components.map((value, i) => [names[i] ?? `feature_${i}`, value]));

function judgedCells(
  candidate: CandidateDecision,
): Omit<
  DecisionCells,
  'session' | 'slot' | 'symbol' | 'scanRank' | 'activity' | 'score' | 'components' | 'rank'
> {
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
