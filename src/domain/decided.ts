import type { Symbol } from './market.ts';
import type { Micros } from './money.ts';
import type { Fate, IneligibleReason, Reason } from './reason.ts';
import type { RunCounts } from './run.ts';

/** A proposal as it was sized: what the guards were asked about. */
export interface DecidedProposal {
  readonly quantity: number;
  readonly limitPrice: Micros;
  readonly stopPrice: Micros;
  readonly targetPrice: Micros | null;
  readonly binding: 'risk' | 'position';
}

/** What one decision made of one row of its scan, as plain data. What is undefined is null. */
export interface DecidedRow {
  readonly symbol: Symbol;
  /** 1 for the most active. */
  readonly scanRank: number;
  readonly activity: number | null;
  /** Null for a row with a score. */
  readonly ineligible: IneligibleReason | null;
  /** 0..100. */
  readonly score: number | null;
  /** Features as 0..1, in declared order. */
  readonly components: readonly (number | null)[];
  readonly signalReason: string;
  readonly strength: number | null;
  /** 1 for the best score. */
  readonly rank: number | null;
  readonly fate: Fate;
  /** Of rows near the top; null for the others. */
  readonly referencePrice: Micros | null;
  readonly atr: Micros | null;
  readonly proposal: DecidedProposal | null;
  /** Shares the guards allow. */
  readonly approved: number;
  readonly reasons: readonly Reason[];
}

/** All that a run decided, as plain data: what a recording keeps and a replay is compared with. */
export interface Decided {
  /** Symbols that had a bar. */
  readonly universe: number;
  /** Symbols that the scan dropped, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
  readonly featureNames: readonly string[];
  /** In scan order. */
  readonly rows: readonly DecidedRow[];
  /** Held symbols that their strategy asks to leave. */
  readonly exits: readonly { readonly symbol: Symbol; readonly quantity: number }[];
  readonly counts: Omit<RunCounts, 'submitted' | 'filled'>;
  readonly tableHash: string;
  readonly signalHash: string;
  readonly decisionHash: string;
}
