import { type EpochMs, isoUtc, type SessionDate } from './time.ts';

export const MODES = ['sim', 'paper', 'live', 'backtest', 'replay'] as const;
/** What a process trades with; fixed at start. */
export type Mode = (typeof MODES)[number];

export const JOBS = ['scan', 'reconcile', 'report', 'backup', 'warm'] as const;
/** What the schedule can be asked to do. */
export type Job = (typeof JOBS)[number];

/**
 * The life of a daemon. `starting`: it holds the home and brings book and broker together, nothing else happens before;
 * `running`: the schedule is followed; `draining`: asked to stop, it ends the step it is in; `stopped` and `failed`: it
 * has ended, in order or not.
 */
export const DAEMON_STATES = ['starting', 'running', 'draining', 'stopped', 'failed'] as const;
export type DaemonState = (typeof DAEMON_STATES)[number];

/** What the broker's own timetable says: to be spoken to, away for maintenance, or waiting for a person to log in. */
export const BROKER_SESSIONS = ['open', 'maintenance', 'needs_login'] as const;
export type BrokerSession = (typeof BROKER_SESSIONS)[number];

/** What a run leaves of its configuration for the reports of its day, whatever the configuration becomes. */
export interface RunFacts {
  /** The market behind it, for readers: "synthetic market, seed 1". */
  readonly dataLabel: string;
  /** The limits in force by their names in reports: fractions of equity, and counts. */
  readonly limits: Readonly<Record<string, number>>;
}

export const RUN_STATUSES = ['running', 'completed', 'skipped', 'failed'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** How many candidates were left after each stage of a run. */
export interface RunCounts {
  /** Rows after the scan's cut. */
  readonly found: number;
  /** Rows that have a score. */
  readonly scored: number;
  /** Candidates passed to sizing. */
  readonly selected: number;
  /** Quantity above zero. */
  readonly sized: number;
  readonly denied: number;
  readonly approved: number;
  readonly submitted: number;
  readonly filled: number;
}

export const NO_COUNTS: RunCounts = {
  found: 0,
  scored: 0,
  selected: 0,
  sized: 0,
  denied: 0,
  approved: 0,
  submitted: 0,
  filled: 0,
};

/** One pass of a job, as runs.json keeps it: times ISO UTC, absent values null. */
export interface RunRecord {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
  readonly mode: Mode;
  readonly account: string;
  readonly session: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly status: RunStatus;
  readonly identity: string;
  readonly counts: RunCounts;
  readonly denials: Readonly<Record<string, number>>;
  readonly signalHash: string | null;
  readonly decisionHash: string | null;
  readonly configHash: string;
  readonly version: string;
  readonly error: string | null;
}

/**
 * Names a run: "2026-03-05-1430Z-scan-open". The instant is that of the slot, in UTC, so a run of the same slot has the
 * same name in every mode; a command's run takes the instant it was asked at.
 */
export function runId(session: SessionDate, slotAt: EpochMs, slot: string): string {
  const utc = isoUtc(slotAt);
  return `${session}-${utc.slice(11, 13)}${utc.slice(14, 16)}${utc.slice(17, 19)}Z-${slot}`;
}
