import type { EpochMs } from '../domain/time.ts';

/** What a person asks of whoever holds the home. */
export interface HandedRequest {
  readonly id: string;
  readonly at: EpochMs;
  readonly command: 'close' | 'flatten';
  /** The symbols it is about; all that are held for `flatten`. */
  readonly symbols: readonly string[];
  /** Who asked, and on which machine. */
  readonly principal: string;
  readonly host: string;
}

/** What came of it. */
export interface HandedAnswer {
  readonly id: string;
  readonly ok: boolean;
  readonly result: unknown;
  readonly message: string;
}

/** Where requests wait for a process that cannot be asked in any other way. */
export interface Inbox {
  /** True where something waits; costs next to nothing. */
  hasRequests(): boolean;
  /** Requests in the order they were made; a damaged one is left out and removed. */
  requests(): readonly HandedRequest[];
  /** Gives the answer and takes the request out. */
  answer(answer: HandedAnswer): void;
}
