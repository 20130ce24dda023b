import type { EpochMs } from './time.ts';

/** Every reason there is to call a person, each with what it means. */
export const ALERT_CODES = {
  JOB_FAILED: 'a job failed',
  JOB_ABANDONED: 'a job took too long and was given up',
  RECONCILE_BREAK: 'book and broker differ: nothing is entered',
  FILL_INFERRED: 'a fill is known from the position alone, at a price that is inferred',
  CORRECTION_UNBOOKED: 'the broker corrected an execution in a way that the book cannot follow',
  UNPROTECTED: 'shares are without a working stop, or that is not known',
  RECORDING_FAILED: 'what a decision saw was not recorded: it cannot be replayed',
  BREAKER_TRIPPED: 'a circuit breaker tripped',
  DAILY_LOSS: 'the loss of the day reached its limit',
  DRAWDOWN: 'the drawdown reached its limit',
  KILL_ENGAGED: 'the kill switch was engaged',
  LINK_DOWN: 'the line to the broker is down',
  NEEDS_LOGIN: 'the broker is not back after its maintenance: the gateway may wait for a log-in',
  LINK_REFUSED: 'the broker refuses the connection: only a person can mend it',
  BROKER_REMARK:
    'the broker said something of orders, prices or the account that a person should look at',
  DISARMED: 'positions are held, and the process that should look after them is not armed',
  BOOK_HEALED: 'the books in memory differed from the journal and were read anew',
} as const;
export type AlertCode = keyof typeof ALERT_CODES;

export const ALERT_LEVELS = ['info', 'warning', 'critical'] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** An alert that nobody has taken note of. */
export interface OpenAlert {
  /** The number of the event that raised it last: what it is acknowledged by. */
  readonly id: number;
  readonly level: AlertLevel;
  readonly code: string;
  readonly message: string;
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  /** How often it was raised since it is open. */
  readonly times: number;
  /** Means nothing after this instant; null until it is acknowledged. */
  readonly until: EpochMs | null;
}
