import { type Micros, timesQuantity } from '../domain/money.ts';
import type { SessionDate } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';

/** What was bought and sold, both ways, by the session of the execution and at the terms that are in force. */
export class Traded {
  /** In micros. */
  readonly #bySession = new Map<SessionDate, number>();

  static of(events: Iterable<JournalEvent>): Traded {
    const traded = new Traded();
    for (const event of events) traded.follow(event);
    return traded;
  }

  clone(): Traded {
    const copy = new Traded();
    for (const [session, value] of this.#bySession) copy.#bySession.set(session, value);
    return copy;
  }

  follow(event: JournalEvent): void {
    if (event.type === 'fill.recorded') this.#add(event.session, valueOf(event));
    if (event.type !== 'fill.corrected') return;
    this.#add(event.session, -valueOf(event.old));
    for (const fill of event.by) this.#add(event.session, valueOf(fill));
  }

  /** Dollars, after one close and up to another; null is no bound. */
  between(after: SessionDate | null, upTo: SessionDate | null): number {
    let total = 0;
    for (const [session, value] of this.#bySession) {
      const isInside = (after === null || session > after) && (upTo === null || session <= upTo);
      if (isInside) total += value;
    }
    return total / 1e6;
  }

  #add(session: SessionDate, value: number): void {
    this.#bySession.set(session, (this.#bySession.get(session) ?? 0) + value);
  }
}

const valueOf = ({ price, quantity }: { readonly price: Micros; readonly quantity: number }) =>
  timesQuantity(price, quantity);
