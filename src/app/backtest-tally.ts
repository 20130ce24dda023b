import { createHash } from 'node:crypto';
import { NO_COUNTS, type RunCounts } from '../domain/run.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { RunOutcome } from '../pipeline/run.ts';

/** Counts of all scans together. */
export interface BacktestCounts extends RunCounts {
  readonly runs: number;
  /** Scans that had no price at their instant. */
  readonly skipped: number;
}

/** Filled is counted from the fills themselves: a run is over before its orders are. */
type Summed = Exclude<keyof RunCounts, 'filled'>;
const SUMMED = (Object.keys(NO_COUNTS) as (keyof RunCounts)[]).filter(
  (name): name is Summed => name !== 'filled',
);

/** Counts while it is played. */
export class Tally {
  readonly denials: Record<string, number> = {};
  readonly #marks = new Map<SessionDate, EventOf<'account.marked'>>();
  readonly #signal = createHash('sha256');
  readonly #decision = createHash('sha256');
  readonly #filledEntries = new Set<string>();
  readonly #sums: Record<Summed, number> = { ...NO_COUNTS };
  #runs = 0;
  #skipped = 0;
  #hashes: { readonly signal: string; readonly decision: string } | null = null;

  hear(events: readonly JournalEvent[]): void {
    for (const event of events) {
      // The last close of a session stands.
      if (event.type === 'account.marked' && event.cause === 'close') {
        this.#marks.set(event.session, event);
      }
      if (event.type === 'fill.recorded' && event.side === 'buy') {
        this.#filledEntries.add(event.orderRef ?? event.execId);
      }
    }
  }

  count({ runId, status, counts, denials, decision }: RunOutcome): void {
    this.#runs += 1;
    if (status === 'skipped') this.#skipped += 1;
    for (const name of SUMMED) this.#sums[name] += counts[name];
    for (const [code, n] of Object.entries(denials)) {
      this.denials[code] = (this.denials[code] ?? 0) + n;
    }
    this.#signal.update(`${runId} ${decision?.signalHash ?? status}\n`);
    this.#decision.update(`${runId} ${decision?.decisionHash ?? status}\n`);
  }

  /** A scan that is left out since no price can be known at its instant. */
  skip(): void {
    this.#runs += 1;
    this.#skipped += 1;
  }

  marks(): EventOf<'account.marked'>[] {
    return [...this.#marks.values()];
  }

  counts(): BacktestCounts {
    const filled = this.#filledEntries.size;
    return { ...this.#sums, filled, runs: this.#runs, skipped: this.#skipped };
  }

  hashes(): { readonly signal: string; readonly decision: string } {
    this.#hashes ??= { signal: this.#signal.digest('hex'), decision: this.#decision.digest('hex') };
    return this.#hashes;
  }
}
