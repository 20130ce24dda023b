/** The right to write a home's history, held by one process at a time. */
export interface HomeLock {
  /** Throws HOME_BUSY once another process may have taken the home over: then nothing more is written. */
  assertHeld(): void;
  release(): Promise<void>;
}
