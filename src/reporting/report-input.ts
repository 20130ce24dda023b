import type { Mode, RunRecord } from '../domain/run.ts';
import type { EpochMs, Session, SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { Break } from '../ledger/breaks.ts';
import type { Traded } from '../ledger/traded.ts';

/** The limits a day is held against; fractions of equity. */
export interface ReportLimits {
  readonly dailyLossFraction: number;
  readonly hardDailyLossFraction: number;
  readonly maxDrawdownFraction: number;
  readonly maxGrossFraction: number;
  readonly maxOpenRiskFraction: number;
  readonly maxPositionFraction: number;
  readonly maxPositions: number;
  readonly maxEntriesPerDay: number;
  /** Absent where losses in a row are no limit. */
  readonly maxConsecutiveLosses?: number;
}

/** What a report says about its origin. */
export interface ReportFacts {
  readonly identity: string;
  readonly mode: Mode;
  readonly account: string;
  readonly version: string;
  readonly configHash: string;
  /** The market behind the numbers, for readers: "synthetic market, seed 1". */
  readonly dataLabel: string;
  readonly limits: ReportLimits;
}

/**
 * The events of a session and what of the past they rest on, as `collectDay` picks them. Each list in journal order.
 */
export interface DayEvents {
  readonly today: readonly JournalEvent[];
  /** Fills of positions, orders still alive and commissions still missing when the session began. */
  readonly earlier: readonly JournalEvent[];
  /** One mark a session, ascending: that of the close, else the session's last. The report's own is last, if any. */
  readonly marks: readonly EventOf<'account.marked'>[];
}

/** Everything a daily report is made of. The same input gives the same bytes. */
export interface DailyReportInput {
  readonly session: Session;
  /** When the report is asked for; decides only whether it is preliminary, and is not printed. */
  readonly asOf: EpochMs;
  readonly previousSession: SessionDate;
  /** Null where the calendar does not reach that far. */
  readonly nextSession: Session | null;
  readonly facts: ReportFacts;
  /** Runs of the session. */
  readonly runs: readonly RunRecord[];
  /** Trades closed in the session and trades open at its end; others are ignored. */
  readonly trades: readonly TradeRecord[];
  /** Losing trades in a row up to the end of the day, a draw ending them; absent where nobody counted. */
  readonly losingStreak?: number;
  readonly events: DayEvents;
  /** Proven differences between book and broker at the end of the day. */
  readonly breaks: readonly Break[];
}

/** Everything a weekly or monthly report is made of. */
export interface PeriodReportInput {
  readonly kind: 'weekly' | 'monthly';
  /** "2026-W10", "2026-03". */
  readonly name: string;
  /** First and last calendar day. */
  readonly from: SessionDate;
  readonly to: SessionDate;
  /** All sessions of the span. */
  readonly sessions: readonly Session[];
  /** The last of them that has begun. */
  readonly last: Session;
  /** When the report is asked for; decides what has begun and whether it is preliminary. */
  readonly asOf: EpochMs;
  /** The session before the last one. */
  readonly previousSession: SessionDate;
  readonly nextSession: Session | null;
  readonly facts: ReportFacts;
  /** Runs of the span. */
  readonly runs: readonly RunRecord[];
  /** Every trade up to the end of the span. */
  readonly trades: readonly TradeRecord[];
  /** What was bought and sold up to then. */
  readonly traded: Traded;
  /** `today` holds the events of the whole span. */
  readonly events: DayEvents;
  readonly breaks: readonly Break[];
}
