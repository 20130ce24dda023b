import type { SymbolSeries } from '../bars/series.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import type { IneligibleReason } from '../domain/reason.ts';
import type { StrategyDesk } from './desk.ts';
import { eraOf, indexOfSymbol } from './scan.ts';
import type { ScanTable } from './scan-table.ts';
import { codeOf, SCORED, ScoreTable } from './score-table.ts';

export type { ScoredRow, ScoreTable } from './score-table.ts';

/** Who may not be entered whatever its score: by the config's rules, and by what we hold and did. */
export interface Eligibility {
  /** From the portfolio, with the reason. Leaves the table's hash as it is. */
  readonly barred: ReadonlyMap<Symbol, IneligibleReason>;
  readonly deny: ReadonlySet<Symbol>;
  /** When set, only these symbols may be entered. */
  readonly allow: ReadonlySet<Symbol> | null;
  /** Calendar sessions after an abnormal bar in which a symbol is not entered. */
  readonly quarantineSessions: number;
}

const QUARANTINED = codeOf('quarantined');
const DENIED = codeOf('deny_list');
const NOT_ALLOWED = codeOf('not_on_allow_list');

/** Judges every found row; a score depends on the symbol's own bars only, not on who else is present. */
export function score(
  snapshot: MarketSnapshot,
  found: ScanTable,
  desk: StrategyDesk,
  eligibility: Eligibility,
): ScoreTable {
  const table = new ScoreTable(snapshot, found, desk.features);
  const { judgement } = desk;
  for (let at = 0; at < found.found.length; at++) {
    const index = found.found[at] as number;
    const code = codeAt(snapshot, index, desk, eligibility);
    if (code === SCORED) table.addScored(at, judgement);
    else table.addUnscored(at, code);
  }
  for (const [symbol, reason] of eligibility.barred) {
    const index = indexOfSymbol(snapshot, symbol);
    if (index >= 0) table.bar(index, codeOf(reason));
  }
  return table;
}

function codeAt(
  snapshot: MarketSnapshot,
  index: number,
  desk: StrategyDesk,
  eligibility: Eligibility,
): number {
  const { deny, allow } = eligibility;
  if (deny.size > 0 || allow !== null) {
    const { symbol } = snapshot.series[index] as SymbolSeries;
    if (deny.has(symbol)) return DENIED;
    if (allow !== null && !allow.has(symbol)) return NOT_ALLOWED;
  }
  if (isQuarantined(snapshot, index, eligibility)) return QUARANTINED;
  const reason = desk.judge(snapshot, index);
  return reason === null ? SCORED : codeOf(reason);
}

function isQuarantined(
  snapshot: MarketSnapshot,
  index: number,
  { quarantineSessions }: Eligibility,
): boolean {
  const { abnormal } = eraOf(snapshot, index);
  const last = abnormal[(snapshot.visible[index] as number) - 1] ?? -1;
  return last >= 0 && snapshot.sessionOrdinal - last <= quarantineSessions;
}
