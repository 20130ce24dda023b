import { isLive } from '../domain/order.ts';
import { assert } from '../domain/result.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { BrokerEvent } from '../ports/broker.ts';
import type { Book } from './book.ts';

/**
 * What the journal records of the broker's messages: each fact once. A repeated execution or acknowledgement, or the
 * end of an order that has ended already, adds nothing.
 */
export function intake(
  book: Book,
  messages: readonly BrokerEvent[],
  session: SessionDate,
): EventDraft[] {
  const drafts: EventDraft[] = [];
  const execIds = new Set<string>();
  for (const message of messages) {
    const draft = draftOf(book, message, session);
    if (draft === null) continue;
    if (draft.type === 'fill.recorded') {
      if (execIds.has(draft.execId)) continue;
      execIds.add(draft.execId);
    }
    drafts.push(draft);
  }
  return drafts;
}

function draftOf(book: Book, message: BrokerEvent, session: SessionDate): EventDraft | null {
  const base = { at: message.at, runId: null };
  switch (message.kind) {
    case 'acknowledged': {
      if (book.order(message.orderRef)?.status !== 'submitted') return null;
      const { orderRef, brokerId } = message;
      return { ...base, type: 'order.acknowledged', orderRef, brokerId };
    }
    case 'filled': {
      const { fill } = message;
      if (book.hasFill(fill.execId)) return null;
      return { ...base, type: 'fill.recorded', ...fill, session, source: 'broker' };
    }
    case 'commission': {
      const { execId, commission } = message;
      return { ...base, type: 'commission.recorded', execId, commission };
    }
    case 'modified':
      return modified(book, message, base);
    case 'cancelled':
    case 'expired': {
      if (!stillLive(book, message.orderRef)) return null;
      const { orderRef, cause } = message;
      const type = message.kind === 'cancelled' ? 'order.cancelled' : 'order.expired';
      return { ...base, type, orderRef, cause };
    }
    case 'rejected': {
      if (!stillLive(book, message.orderRef)) return null;
      const { orderRef, code } = message;
      return { ...base, type: 'order.rejected', orderRef, code, message: message.message };
    }
  }
}

function stillLive(book: Book, orderRef: string): boolean {
  const order = book.order(orderRef);
  return order !== null && isLive(order.status);
}

function modified(
  book: Book,
  { order }: Extract<BrokerEvent, { kind: 'modified' }>,
  base: { at: EventDraft['at']; runId: null },
): EventDraft | null {
  const known = book.order(order.orderRef);
  if (known === null) return null;
  const old = termsOf(known);
  const now = termsOf(order);
  if (JSON.stringify(old) === JSON.stringify(now)) return null;
  assert(now.quantity > 0, `a modified order keeps a quantity (${order.orderRef})`);
  return {
    ...base,
    type: 'order.modified',
    orderRef: order.orderRef,
    old,
    new: now,
    cause: 'broker',
  };
}

const termsOf = <T extends { quantity: number; limitPrice: unknown; stopPrice: unknown }>({
  quantity,
  limitPrice,
  stopPrice,
}: T): Pick<T, 'quantity' | 'limitPrice' | 'stopPrice'> => ({ quantity, limitPrice, stopPrice });
