/**
 * Every way a command can end without its result: one table of code, exit code and meaning. QUICK_REFERENCE.md
 * prints it, and a test keeps the two equal. New codes may be added; scripts treat an unknown one as failure.
 */
export const EXIT = {
  OK: 0,
  ERROR: 1,
  USAGE: 2,
  FINDINGS: 20,
  PARTIAL: 21,
  UNAVAILABLE: 69,
  CANTCREAT: 73,
  TEMPFAIL: 75,
  NOPERM: 77,
  CONFIG: 78,
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code tells the caller; the daemon's supervisor restarts on 1, 69, 73 and 75 only. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  OK: 'success, also "nothing to do" and a graceful stop',
  ERROR: 'unexpected error: a bug',
  USAGE: 'unknown command, bad flag, argument or input named by one',
  FINDINGS: 'the check ran and found something: bad rows, mismatch, divergence',
  PARTIAL: 'some orders or trials failed, others were done',
  UNAVAILABLE: 'broker or market data not reachable',
  CANTCREAT: 'a file could not be written, or not be opened',
  TEMPFAIL: 'try later: another process holds the home, or maintenance',
  NOPERM: 'refused by a safety gate: mode, arming, kill switch, limit',
  CONFIG: 'configuration, environment or history invalid or missing',
  INTERRUPTED: 'stopped by Ctrl-C',
};

/** Stable names of failures, each with its exit code. */
export const FAILURES = {
  BUG: EXIT.ERROR,
  USAGE: EXIT.USAGE,
  INPUT_MISSING: EXIT.USAGE,
  INPUT_INVALID: EXIT.USAGE,
  SYMBOL_INVALID: EXIT.USAGE,
  NOT_A_SESSION: EXIT.USAGE,
  OUTSIDE_CALENDAR: EXIT.USAGE,
  RECORD_UNKNOWN: EXIT.USAGE,
  DATA_REFUSED: EXIT.FINDINGS,
  HISTORY_MISMATCH: EXIT.FINDINGS,
  BROKER_UNREACHABLE: EXIT.UNAVAILABLE,
  DATA_UNAVAILABLE: EXIT.UNAVAILABLE,
  CANNOT_WRITE: EXIT.CANTCREAT,
  FILE_REFUSED: EXIT.CANTCREAT,
  HOME_BUSY: EXIT.TEMPFAIL,
  REFUSED_BY_GATE: EXIT.NOPERM,
  CONFIG_INVALID: EXIT.CONFIG,
  CONFIG_MISSING: EXIT.CONFIG,
  ENV_INVALID: EXIT.CONFIG,
  STRATEGY_INVALID: EXIT.CONFIG,
  STRATEGY_FAILED: EXIT.CONFIG,
  HOME_MISMATCH: EXIT.CONFIG,
  HISTORY_DAMAGED: EXIT.CONFIG,
  HISTORY_TOO_NEW: EXIT.CONFIG,
  INTERRUPTED: EXIT.INTERRUPTED,
} as const satisfies Record<string, ExitCode>;
export type FailureCode = keyof typeof FAILURES;

/**
 * A failure the user can act on: what failed (message), why we think so (details, a line each), what to do next
 * (hint, usually a command). Thrown at the edges; the command line prints it without a stack.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly details: readonly string[];
  readonly hint: string | undefined;

  constructor(
    code: FailureCode,
    message: string,
    options: { details?: readonly string[]; hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? [];
    this.hint = options.hint;
  }

  get exit(): ExitCode {
    return FAILURES[this.code];
  }
}
