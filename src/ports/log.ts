export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Values a line carries beside its message: names of things, numbers, identifiers; never secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Where the system explains itself. Writing returns nothing, so that no decision can depend on it; the journal
 * proves, the log explains.
 */
export interface Log {
  write(level: LogLevel, message: string, fields?: LogFields): void;
  /** An error with its stack and cause. */
  failure(message: string, error: unknown, fields?: LogFields): void;
  /** A log whose lines all carry these fields too, such as a run's id. */
  child(fields: LogFields): Log;
  /** Resolves when everything written is on its way to disk. */
  close(): Promise<void>;
}
