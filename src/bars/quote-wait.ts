import type { Quote } from '../domain/market.ts';
import type { EpochMs } from '../domain/time.ts';

/** A wait that has brought in nobody new for so long is over. */
const NOTHING_NEW_MS = 2_000;

/** True where a symbol trades in this session, and its quote was heard at or after an instant. */
export const isReadyQuote = (quote: Quote | null, from: EpochMs): boolean =>
  quote !== null && quote.at >= from && quote.hasOpened !== false && quote.halted !== true;

/**
 * Whether quotes of several symbols are still waited for: up to `patientUntil` for everybody, then only while further
 * ones come in, and at most to `until`. A few stragglers hold up nobody.
 */
export class PatientWait {
  readonly #until: EpochMs;
  readonly #patientUntil: EpochMs;
  #ready = -1;
  #since = 0;

  constructor({
    until,
    patientUntil,
  }: { readonly until: EpochMs; readonly patientUntil: EpochMs }) {
    this.#until = until;
    this.#patientUntil = patientUntil;
  }

  /** Told how many of those that are wanted are ready now. */
  isOver(ready: number, wanted: number, now: EpochMs): boolean {
    if (ready > this.#ready) {
      this.#ready = ready;
      this.#since = now;
    }
    if (ready >= wanted || now >= this.#until) return true;
    return now >= this.#patientUntil && now >= this.#since + NOTHING_NEW_MS;
  }
}
