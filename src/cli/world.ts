import type { EpochMs } from '../domain/time.ts';

/** A stream that results or messages go to. */
export interface Output {
  readonly write: (text: string) => void;
  readonly terminal: boolean;
  /** Width of the terminal, where it is one and says so. */
  readonly columns?: number | undefined;
}

/**
 * All that the command line takes from outside; the entry builds the real one, tests build theirs.
 */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly now: () => EpochMs;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdinTerminal: boolean;
  /** One line from the person at the terminal; null at end of input. */
  readonly ask: (question: string) => Promise<string | null>;
  /** Aborted by Ctrl-C. */
  readonly interrupt: AbortSignal;
}
