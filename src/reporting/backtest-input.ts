import type { Session, SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { MonteCarlo } from '../ledger/monte-carlo.ts';
import type { RandomPicks } from './backtest-comparison.ts';
import type { PeriodReport } from './period-report.ts';

/** Where the numbers of a backtest come from: everything that would have to be the same for the same bytes. */
export interface BacktestHeader {
  /** What was asked for. */
  readonly askedFrom: SessionDate;
  readonly askedTo: SessionDate;
  /** First date out of sample; null where no split was asked for. */
  readonly split: SessionDate | null;
  /** What was played. */
  readonly from: SessionDate;
  readonly to: SessionDate;
  readonly sessions: number;
  readonly status: 'completed' | 'halted' | 'interrupted' | 'failed';
  /** Why it ended before its time; null where it did not. */
  readonly ended: string | null;
  readonly mode: 'backtest';
  readonly account: string;
  readonly identity: string;
  readonly strategy: string;
  readonly symbols: number;
  readonly bars: number;
  readonly dataLabel: string;
  readonly version: string;
  /** Of the synthetic market; null for recorded bars. */
  readonly seed: number | null;
  readonly configHash: string;
  readonly dataHash: string;
  readonly signalHash: string;
  readonly decisionHash: string;
}

/** Something that a backtest takes for granted, in a sentence. */
export interface Assumption {
  readonly about: string;
  readonly text: string;
}

/** A value of the configuration that is not the default. */
export interface ParameterRow {
  readonly key: string;
  readonly value: string;
  readonly origin: string;
}

/** The same backtest with one number changed by a step. */
export interface SensitivityRow {
  readonly key: string;
  readonly value: string;
  readonly isBase: boolean;
  readonly totalReturn: number | null;
  readonly maxDrawdown: number | null;
  readonly sharpe: number | null;
  /** Closed ones. */
  readonly trades: number;
  /** Where the drawdown limit ended it; its numbers are of the sessions up to there. */
  readonly haltedOn: SessionDate | null;
}

/** Whether decisions stayed the same on data that was changed after a cut. */
export interface LookAheadCheck {
  readonly cuts: readonly SessionDate[];
  readonly decisionsCompared: number;
  /** The first decision that differed; null where none did. */
  readonly firstDifference: {
    readonly runId: string;
    readonly cut: SessionDate;
    readonly data: 'truncated' | 'scrambled';
  } | null;
}

/** Everything a tear sheet is made of. */
export interface BacktestReportInput {
  readonly header: BacktestHeader;
  readonly assumptions: readonly Assumption[];
  readonly parameters: readonly ParameterRow[];
  readonly sessions: readonly Session[];
  /** Of the whole range, without the candidates of scans. */
  readonly events: readonly JournalEvent[];
  /** The close of every session that was played, that of the session before first. */
  readonly marks: readonly EventOf<'account.marked'>[];
  readonly trades: readonly TradeRecord[];
  readonly pipeline: PeriodReport['pipeline'] & { readonly skipped: number };
  /** Equal weight of the universe, in dollars at the closes, from the row before the first session on. */
  readonly equalWeight: readonly { readonly session: SessionDate; readonly equity: number }[];
  readonly randomPicks: RandomPicks | null;
  readonly monteCarlo: MonteCarlo | null;
  readonly sensitivity: readonly SensitivityRow[] | null;
  readonly lookAhead: LookAheadCheck | null;
  readonly warnings: readonly string[];
}
