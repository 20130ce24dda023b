import type { SeenMarket } from '../bars/seen.ts';
import type { Decided } from '../domain/decided.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { Result } from '../domain/result.ts';
import type { Mode } from '../domain/run.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';

/** The run that a recording belongs to, and the rules it decided by. */
export interface RecordedRun {
  readonly runId: string;
  readonly slot: string;
  readonly session: SessionDate;
  readonly mode: Mode;
  readonly account: string;
  /** The desk's name. */
  readonly identity: string;
  /** Of the program that decided. */
  readonly version: string;
  readonly configHash: string;
  /** The sections of the configuration that a decision depends on, as they were. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly strategy: {
    readonly name: string;
    /** Fingerprint of the name, the parameters and the features. */
    readonly identity: string;
    /** SHA-256 of a strategy file of one's own; null for a built-in one. */
    readonly fileHash: string | null;
  };
  /** Candidates passed to sizing. */
  readonly top: number;
  /** True where the broker was a simulated one: modelled quotes count, and commissions are modelled. */
  readonly simulatedBroker: boolean;
  /** The only symbols that were looked at; null for all. */
  readonly symbols: readonly string[] | null;
}

/** What a run saw and what it decided: enough to decide again without any other source. */
export interface Recording {
  readonly run: RecordedRun;
  readonly market: SeenMarket;
  readonly state: PortfolioState;
  readonly decided: Decided;
}

/** Which recordings there are, without reading them. */
export interface RecordingName {
  readonly session: SessionDate;
  readonly runId: string;
  readonly file: string;
}

/** A recording that cannot be believed: the file, and what is wrong with it. */
export interface RecordingDamage {
  readonly runId: string;
  readonly session: SessionDate;
  readonly file: string;
  readonly reason: string;
  /** SHA-256 that the file must have; null where none is known. */
  readonly expected: string | null;
  /** SHA-256 that it has; null where it could not be read. */
  readonly found: string | null;
}

/** Where recordings are kept, by session. */
export interface Recordings {
  /** Writes one; a second one of the same run takes the place of the first. */
  write(recording: Recording): Promise<void>;
  /** In order of session and run; those of one session where it is given. */
  list(session?: SessionDate): readonly RecordingName[];
  read(name: RecordingName): Promise<Result<Recording, RecordingDamage>>;
  /** Removes sessions older than so many days; returns their dates. */
  prune(keep: { readonly now: EpochMs; readonly keepDays: number }): readonly SessionDate[];
}
