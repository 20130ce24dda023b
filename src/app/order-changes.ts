import type { EpochMs } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { Book } from '../ledger/book.ts';
import { sameTerms, termsOf } from '../ledger/book-orders.ts';
import type { OrderChange } from '../ports/broker.ts';

/** A change of a working order, and why it is asked for. */
export interface AskedChange {
  readonly orderRef: string;
  readonly change: OrderChange;
  readonly cause: string;
}

/** The record of a change that is about to be asked for; none where it asks for nothing new. */
export function changeRequest(
  book: Book,
  { orderRef, change, cause }: AskedChange,
  at: EpochMs,
): EventDraft[] {
  const known = book.order(orderRef);
  if (known === null) return [];
  const old = termsOf(known);
  const terms = { ...old, ...change };
  if (known.asked === null && sameTerms(old, terms)) return [];
  const type = 'order.modify_requested';
  return [{ at, runId: null, type, orderRef, old, new: terms, cause }];
}
