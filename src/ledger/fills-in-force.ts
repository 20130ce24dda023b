import { instantOf, newYorkDate } from '../calendar/nyse.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';

type Recorded = EventOf<'fill.recorded'>;

/** An execution as the journal has it in the end: corrected where it was, its commission with it. */
export interface FillInForce
  extends Pick<
    Recorded,
    | 'execId'
    | 'orderRef'
    | 'symbol'
    | 'side'
    | 'quantity'
    | 'price'
    | 'commission'
    | 'filledAt'
    | 'session'
  > {
  /** The day a statement counts it on: New York's; what is inferred has none but the session it was noticed in. */
  readonly date: SessionDate;
  readonly inferred: boolean;
  /** It cannot have been before: then its order was sent, or the first of its shares bought. */
  readonly notBefore: EpochMs;
}

/** Gathers from the journal every execution that counts, whatever it was called before it was corrected. */
export class FillsInForce {
  readonly #fills = new Map<string, FillInForce>();
  /** Every execution by each name it had, and what stands for it since it was corrected. */
  readonly #told = new Map<string, FillInForce>();
  readonly #inForce = new Map<string, readonly string[]>();
  readonly #commissions = new Map<string, Recorded['commission']>();
  readonly #sentAt = new Map<string, EpochMs>();
  readonly #owned = new Map<string, number>();
  readonly #openedAt = new Map<string, EpochMs>();

  add(event: JournalEvent): void {
    if (event.type === 'fill.recorded') this.#record(event);
    else if (event.type === 'fill.corrected') this.#correct(event);
    else if (event.type === 'commission.recorded') {
      this.#commissions.set(event.execId, event.commission);
    } else if (event.type === 'order.submitted') this.#sentAt.set(event.orderRef, event.at);
    else if (event.type === 'split.applied') this.#owned.set(event.symbol, event.quantityAfter);
  }

  /** In the order they were recorded. */
  all(): FillInForce[] {
    return [...this.#fills.values()].map((fill) => ({
      ...fill,
      commission: fill.commission ?? this.#commissions.get(fill.execId) ?? null,
    }));
  }

  /** True for any name that an execution had. */
  has(execId: string): boolean {
    return this.#told.has(execId);
  }

  #record(event: Recorded): void {
    const { symbol, side, quantity, filledAt, session, orderRef } = event;
    if (this.#told.has(event.execId)) return;
    const owned = this.#owned.get(symbol) ?? 0;
    if (side === 'buy' && owned <= 0) this.#openedAt.set(symbol, filledAt);
    this.#owned.set(symbol, owned + (side === 'buy' ? quantity : -quantity));
    const inferred = event.source === 'inferred';
    // Shares that are there and were never ordered came in the session in which they were noticed, as far as is known.
    const begun =
      side === 'sell' ? (this.#openedAt.get(symbol) ?? filledAt) : instantOf(session, 0);
    const sent = this.#sentAt.get(orderRef) ?? begun;
    const date = inferred ? session : newYorkDate(filledAt);
    this.#tell({ ...event, date, inferred, notBefore: sent > begun ? sent : begun });
  }

  /** Others stand in the place of an execution: the statement has them from the beginning. */
  #correct({ execId, symbol, side, old, by }: EventOf<'fill.corrected'>): void {
    const told = this.#told.get(execId);
    if (told === undefined) return;
    const more = by.reduce((sum, { quantity }) => sum + quantity, -old.quantity);
    this.#owned.set(symbol, (this.#owned.get(symbol) ?? 0) + (side === 'buy' ? more : -more));
    for (const name of this.#inForce.get(execId) ?? [execId]) this.#fills.delete(name);
    for (const fill of by) {
      const date = fill.inferred ? told.session : newYorkDate(fill.filledAt);
      this.#tell({ ...told, ...fill, date });
    }
    this.#inForce.set(
      execId,
      by.map((fill) => fill.execId),
    );
  }

  #tell(fill: FillInForce): void {
    if (this.#told.has(fill.execId)) return;
    this.#told.set(fill.execId, fill);
    this.#fills.set(fill.execId, fill);
  }
}
