import { type EpochMs, epochMs, type Session } from '../domain/time.ts';
import { type Discrepancy, unresolved } from '../ledger/breaks.ts';
import { plural } from '../reporting/format.ts';
import { OpenCheck } from './before-open.ts';
import type { BrokerTimetable } from './broker-session.ts';
import type { System } from './compose.ts';
import type { Engine } from './engine.ts';
import { LinkWatch } from './link-watch.ts';
import type { PlannedSlot } from './session-plan.ts';

/** How often a line is looked at, whatever is heard. */
const LOOK_MS = 10_000;

/** Why no scan begins after a comparison that found this; null where a person took note of all of it. */
export function noScansOver(
  found: readonly Discrepancy[],
  { book }: Pick<System, 'book'>,
): string | null {
  const left = unresolved(found, book.breaks()).length;
  return left > 0 ? `book and broker differ in ${plural(left, 'place')}: no entries` : null;
}

/** What a daemon looks after a line with. */
export interface DaemonLineParts {
  readonly system: () => System;
  readonly engine: Engine;
  readonly timetable: BrokerTimetable;
  readonly now: () => EpochMs;
  readonly tell: (text: string) => void;
  readonly onCompared: (found: readonly Discrepancy[], at: EpochMs) => void;
}

/** What a line to broker or prices adds to the life of a daemon; nothing where everything is simulated. */
export class DaemonLine {
  readonly #parts: DaemonLineParts;
  readonly #watch: LinkWatch | null;
  readonly #openCheck = new OpenCheck();

  constructor(parts: DaemonLineParts) {
    const { system, engine, timetable, tell, onCompared } = parts;
    const { link } = system();
    this.#parts = parts;
    this.#watch =
      link === null
        ? null
        : new LinkWatch({
            link,
            monitors: engine.monitors,
            system,
            window: (at) => timetable.current(at),
            tell,
            onCompared,
          });
  }

  /** Why nothing is entered now; null while orders may be sent. */
  noEntries(): string | null {
    return this.#watch?.noEntries() ?? null;
  }

  /** Why no scan begins; null where book and broker agree, but for what a person took note of, and may be spoken to. */
  noScans(found: readonly Discrepancy[]): string | null {
    return this.noEntries() ?? noScansOver(found, this.#parts.system());
  }

  /** Told what a comparison has found. */
  compared(found: readonly Discrepancy[]): void {
    this.#watch?.compared(found);
  }

  /** When broker or line are looked at again, if nothing is heard before. */
  nextLook(): number {
    if (this.#watch === null) return Infinity;
    const { engine, now } = this.#parts;
    const least = now() + LOOK_MS;
    return Math.min(engine.monitors.nextLook() ?? least, this.#watch.nextLook() ?? least, least);
  }

  /** Takes in what was heard over the line, and does what it asks for. */
  async lookAfter(session: Session): Promise<void> {
    if (this.#watch === null) return;
    const { engine, system } = this.#parts;
    await engine.monitors.takeIn(session.date);
    await this.#watch.follow(session);
    await engine.monitors.lookAgain(session.date);
    await this.#openCheck.look(system(), engine, session);
    engine.followHeld();
  }

  /** When a close that is reported on will be valued: the bar of the day takes a while to come. Null once it was. */
  closesAt({ session, at }: PlannedSlot): EpochMs | null {
    const { lag, book } = this.#parts.system();
    const isOver = at >= session.closeAt;
    if (lag === null || !isOver || (book.lastClose?.session ?? '') >= session.date) return null;
    return epochMs(Math.max(session.closeAt + lag.closeMs, this.#parts.now() + LOOK_MS));
  }
}
