import { boardRowOf } from '../bars/board.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, microsFromFloat, minOf, toUsd, usd } from '../domain/money.ts';
import type { OrderIntent } from '../domain/order.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { Fate, IneligibleReason, Verdict } from '../domain/reason.ts';
import type { RunCounts } from '../domain/run.ts';
import { debit, openBudget, type RunBudget } from '../risk/budget.ts';
import { ordersOf } from '../risk/guards-conduct.ts';
import type { EntrySettings, RiskLimits, SizingSettings } from '../risk/limits.ts';
import { decisionHashOf, NO_FINGERPRINT, signalHashOf } from './decision-hash.ts';
import type { StrategyDesk } from './desk.ts';
import { sectorOf } from './guard-facts.ts';
import { judgeAt } from './judge-at.ts';
import { addedTo, budgetWithAdds, mayAdd, rowOfAdd, withinPosition } from './scale-in.ts';
import { indexOfSymbol, type ScanSettings, scan } from './scan.ts';
import type { ScanTable } from './scan-table.ts';
import { type Eligibility, score } from './score.ts';
import type { ScoredRow, ScoreTable } from './score-table.ts';
import { size } from './size.ts';

/** The rules of a decision, from the config. */
export interface DecisionSettings {
  readonly scan: ScanSettings & {
    readonly allow: readonly Symbol[];
    readonly deny: readonly Symbol[];
    /** True passes the next candidate to sizing in the place of a denied one. */
    readonly refill: boolean;
  };
  readonly sizing: SizingSettings;
  readonly entry: EntrySettings;
  readonly risk: RiskLimits;
  /** Target in multiples of the risk per share, null for none. */
  readonly targetR: number | null;
  /** Equity used for sizing is at most this; null for all of it. */
  readonly maxCapitalUsd: number | null;
  readonly allowModelledQuotes: boolean;
  /** Price given up by a fill, as costs are estimated. */
  readonly slippageBps: number;
  readonly commissionOf: (symbol: Symbol, quantity: number, price: Micros) => Micros;
}

/** What became of one candidate, with everything that led to it. */
export interface CandidateDecision {
  readonly row: ScoredRow;
  /** 1 for the best score. */
  readonly rank: number;
  readonly fate: Fate;
  readonly referencePrice: Micros;
  readonly atr: Micros;
  readonly intent: OrderIntent | null;
  readonly verdict: Verdict;
}

/** A held symbol that its strategy asks to leave. */
export interface SignalExit {
  readonly symbol: Symbol;
  readonly quantity: number;
}

/** All that a run decided: a pure function of the snapshot, the portfolio and the settings. */
export interface Decision {
  readonly found: ScanTable;
  readonly table: ScoreTable;
  /** Ranked candidates, best first: those passed to sizing and the next ones that were not. */
  readonly candidates: readonly CandidateDecision[];
  readonly exits: readonly SignalExit[];
  readonly counts: Omit<RunCounts, 'submitted' | 'filled'>;
  /** How often each reason denied a candidate. */
  readonly denials: Readonly<Record<string, number>>;
  /** True when no position slot was free, so that nothing was sized. */
  readonly slotsFull: boolean;
  readonly signalHash: string;
  readonly decisionHash: string;
}

/** Candidates recorded beyond those passed to sizing. */
const RECORDED_BEYOND_TOP = 20;

/** Scan, score, rank, take the top, size and guard them. No clock, no I/O: the same input decides the same. */
export function decide(
  snapshot: MarketSnapshot,
  state: PortfolioState,
  settings: DecisionSettings,
  desk: StrategyDesk,
  top: number,
): Decision {
  const found = scan(snapshot, settings.scan);
  const table = score(snapshot, found, desk, eligibilityOf(state, settings));
  const exits = signalExits(snapshot, state, desk);
  const candidates: CandidateDecision[] = [];
  let budget = openingBudget(state, settings);
  const slotsFull = budget.positionsLeft <= 0;
  let places = top;
  let beyond = desk.isRecorded ? RECORDED_BEYOND_TOP : 0;
  const near = settings.scan.refill ? Number.POSITIVE_INFINITY : top + beyond;
  for (const row of table.best(near)) {
    if (places === 0 && beyond === 0) break;
    const rank = candidates.length + 1;
    if (places === 0 || slotsFull) {
      const fate = places === 0 ? 'not_selected' : 'slots_full';
      candidates.push(candidateOf(snapshot, row, rank, { fate, intent: null, verdict: NOTHING }));
      if (places === 0) beyond -= 1;
      else places -= 1;
      continue;
    }
    const outcome = sizeAndGuard(row, snapshot, state, settings, budget);
    candidates.push(candidateOf(snapshot, row, rank, outcome));
    const approved = outcome.verdict.approved > 0;
    if (approved || !settings.scan.refill) places -= 1;
    if (approved && outcome.intent !== null) {
      const sector = sectorOf(snapshot, row.index);
      budget = spend(budget, outcome.intent, outcome.verdict.approved, sector, settings);
    }
  }
  const { counts, denials } = summarize(found, table, candidates);
  const signalHash = desk.isRecorded
    ? signalHashOf(snapshot, settings, desk, found, table)
    : NO_FINGERPRINT;
  return {
    found,
    table,
    candidates,
    exits,
    counts,
    denials,
    slotsFull,
    signalHash,
    decisionHash: desk.isRecorded
      ? decisionHashOf(signalHash, state, settings, top, candidates, exits)
      : NO_FINGERPRINT,
  };
}

const NOTHING: Verdict = { approved: 0, reasons: [] };

/** Who may not be entered, from the portfolio and the configured lists. */
export function eligibilityOf(
  state: Pick<PortfolioState, 'coolingDown' | 'working' | 'positions'>,
  { scan, risk, entry }: Pick<DecisionSettings, 'scan' | 'risk' | 'entry'>,
): Eligibility {
  const barred = new Map<Symbol, IneligibleReason>();
  for (const symbol of state.coolingDown) barred.set(symbol, 'cooling_down');
  for (const position of state.positions) {
    if (mayAdd(position, entry)) barred.delete(position.symbol);
    else barred.set(position.symbol, 'held');
  }
  for (const { symbol, unknown } of state.working) {
    if (barred.get(symbol) !== 'held') barred.set(symbol, unknown ? 'order_unknown' : 'working');
  }
  return {
    barred,
    deny: new Set(scan.deny),
    allow: scan.allow.length === 0 ? null : new Set(scan.allow),
    quarantineSessions: risk.quarantineSessions,
  };
}

function signalExits(
  snapshot: MarketSnapshot,
  state: PortfolioState,
  desk: StrategyDesk,
): SignalExit[] {
  const exits: SignalExit[] = [];
  // Halted, nothing is sold because a strategy says so.
  if (!desk.mayLeave || state.trading.state === 'halted') return exits;
  for (const position of state.positions) {
    const index = indexOfSymbol(snapshot, position.symbol);
    if (index < 0) continue;
    const opinion = desk.opinion(snapshot, index, {
      entryPrice: toUsd(position.averagePrice),
      sessionsHeld: position.sessionsHeld,
      highestClose: toUsd(position.highestClose),
    });
    if (opinion.exit === true) {
      exits.push({ symbol: position.symbol, quantity: position.quantity });
    }
  }
  return exits;
}

function sizingEquity(state: PortfolioState, { maxCapitalUsd }: DecisionSettings): Micros {
  return maxCapitalUsd === null ? state.equity : minOf(state.equity, usd(maxCapitalUsd));
}

type Outcome = Pick<CandidateDecision, 'fate' | 'intent' | 'verdict'>;

function candidateOf(
  snapshot: MarketSnapshot,
  row: ScoredRow,
  rank: number,
  { fate, intent, verdict }: Outcome,
): CandidateDecision {
  const atr = atrOf(snapshot, row);
  return {
    row,
    rank,
    fate,
    intent,
    verdict,
    referencePrice: microsFromFloat(snapshot.reference[row.index] as number, 'halfEven'),
    atr: microsFromFloat(Number.isNaN(atr) ? 0 : atr, 'halfEven'),
  };
}

/** The average true range of a row in dollars, NaN where it is undefined. */
function atrOf(snapshot: MarketSnapshot, { index }: ScoredRow): number {
  const { stretch, row } = boardRowOf(snapshot);
  return stretch.atr[row * snapshot.series.length + index] as number;
}

function sizeAndGuard(
  row: ScoredRow,
  snapshot: MarketSnapshot,
  state: PortfolioState,
  settings: DecisionSettings,
  budget: RunBudget,
): Outcome {
  const quote = snapshot.quote(row.index);
  const held = addedTo(row.symbol, state, settings.entry);
  const sized = size(held === null ? row : rowOfAdd(row, held), {
    reference: snapshot.reference[row.index] as number,
    atr: atrOf(snapshot, row),
    quote: snapshot.pricedToday ? quote : null,
    equity: budget.equity,
    intensity: state.intensity,
    sizing: settings.sizing,
    entry: settings.entry,
    targetR: settings.targetR,
  });
  const proposal =
    held === null || !sized.ok ? sized : withinPosition(sized.value, held, budget, settings.sizing);
  if (!proposal.ok) {
    return { fate: 'not_sized', intent: null, verdict: { approved: 0, reasons: proposal.error } };
  }
  const moment = { asOf: snapshot.asOf, quote };
  const verdict = judgeAt(moment, row, proposal.value, { snapshot, state, settings, budget });
  const fate: Fate = verdict.approved > 0 ? 'approved' : 'denied';
  return { fate, intent: proposal.value, verdict };
}

/** What a run may spend before anything of it is approved. */
export const openingBudget = (state: PortfolioState, settings: DecisionSettings): RunBudget =>
  budgetWithAdds(openBudget(state, sizingEquity(state, settings), settings), state, settings.entry);

function spend(
  budget: RunBudget,
  intent: OrderIntent,
  approved: number,
  sector: string,
  settings: DecisionSettings,
): RunBudget {
  return debit(budget, {
    symbol: intent.symbol,
    quantity: approved,
    limitPrice: intent.limitPrice,
    stopPrice: intent.stopPrice,
    commission: settings.commissionOf(intent.symbol, approved, intent.limitPrice),
    sector,
    orders: ordersOf(intent),
  });
}

function summarize(
  found: ScanTable,
  table: ScoreTable,
  candidates: readonly CandidateDecision[],
): Pick<Decision, 'counts' | 'denials'> {
  const denials: Record<string, number> = {};
  const judged = candidates.filter((c) => c.fate !== 'not_selected' && c.fate !== 'slots_full');
  for (const { fate, verdict } of judged) {
    if (fate === 'approved') continue;
    for (const { code, allowed } of verdict.reasons) {
      if (allowed === 0) denials[code] = (denials[code] ?? 0) + 1;
    }
  }
  const approved = judged.filter((c) => c.fate === 'approved').length;
  return {
    denials,
    counts: {
      found: found.found.length,
      scored: table.scored,
      selected: candidates.filter((c) => c.fate !== 'not_selected').length,
      sized: judged.filter((c) => c.intent !== null).length,
      denied: judged.length - approved,
      approved,
    },
  };
}
