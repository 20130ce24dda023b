import { nextWindowChange, type Occurrence, windowAt } from '../calendar/windows.ts';
import { type BrokerWindow, brokerWindowsOf, type Config } from '../config/schema.ts';
import type { BrokerSession } from '../domain/run.ts';
import type { EpochMs } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';

/** Follows the broker's own timetable: when it is away that is a state, not a failure. */
export class BrokerTimetable {
  #windows: readonly BrokerWindow[];
  #state: BrokerSession = 'open';

  constructor(config: Config) {
    this.#windows = brokerWindowsOf(config);
  }

  follow(config: Config): void {
    this.#windows = brokerWindowsOf(config);
  }

  get state(): BrokerSession {
    return this.#state;
  }

  /** The window in progress. */
  current(at: EpochMs): Occurrence<BrokerWindow> | null {
    return windowAt(this.#windows, at);
  }

  /** When that changes next; null where the broker is always there. */
  nextChange(at: EpochMs): EpochMs | null {
    return nextWindowChange(this.#windows, at);
  }

  /** The event of a change since the last call; null where nothing changed. */
  change(at: EpochMs): EventDraft | null {
    const occurrence = this.current(at);
    const from = this.#state;
    const to = occurrence === null ? 'open' : STATES[occurrence.window.kind];
    if (from === to) return null;
    this.#state = to;
    return {
      type: 'broker.session_changed',
      at,
      runId: null,
      from,
      to,
      window: occurrence?.window.name ?? '',
      until: occurrence?.to ?? null,
    };
  }
}

const STATES: Readonly<Record<BrokerWindow['kind'], BrokerSession>> = {
  maintenance: 'maintenance',
  login: 'needs_login',
};
