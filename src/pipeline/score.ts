import { boardRowOf } from '../bars/board.ts';
import type { SymbolSeries } from '../bars/series.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import type { IneligibleReason } from '../domain/reason.ts';
import type { StrategyDesk } from './desk.ts';
import { codeOf, SCORED } from './reason-codes.ts';
import { indexOfSymbol } from './scan.ts';
import type { ScanTable } from './scan-table.ts';
import { ScoreTable } from './score-table.ts';

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
  const { stretch, row } = boardRowOf(snapshot);
  const from = row * snapshot.series.length;
  const panel = desk.panelOf(stretch);
  const { judgement } = desk;
  const width = desk.features.length;
  for (let at = 0; at < found.found.length; at++) {
    const index = found.found[at] as number;
    const refused = refusalOf(
      snapshot,
      index,
      stretch.abnormal[from + index] as number,
      eligibility,
    );
    if (refused !== SCORED) {
      table.addUnscored(at, refused);
    } else if (panel === null) {
      const reason = desk.judge(snapshot, index);
      if (reason === null) table.addScored(at, judgement.features, 0, judgement);
      else table.addUnscored(at, codeOf(reason));
    } else {
      const code = panel.codes[from + index] as number;
      if (code === SCORED) table.addScored(at, panel.features, (from + index) * width, judgement);
      else table.addUnscored(at, code);
    }
  }
  for (const [symbol, reason] of eligibility.barred) {
    const index = indexOfSymbol(snapshot, symbol);
    if (index >= 0) table.bar(index, codeOf(reason));
  }
  return table;
}

/** Why a row is not judged at all, by the config's lists and its last abnormal bar; SCORED where it is. */
function refusalOf(
  { series, sessionOrdinal }: MarketSnapshot,
  index: number,
  lastAbnormal: number,
  { deny, allow, quarantineSessions }: Eligibility,
): number {
  if (deny.size > 0 || allow !== null) {
    const { symbol } = series[index] as SymbolSeries;
    if (deny.has(symbol)) return DENIED;
    if (allow !== null && !allow.has(symbol)) return NOT_ALLOWED;
  }
  const isQuarantined = lastAbnormal >= 0 && sessionOrdinal - lastAbnormal <= quarantineSessions;
  return isQuarantined ? QUARANTINED : SCORED;
}
