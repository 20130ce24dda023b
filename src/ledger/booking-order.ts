import type { Fill } from '../domain/fill.ts';
import type { Symbol } from '../domain/market.ts';
import type { BrokerEvent } from '../ports/broker.ts';
import type { Book } from './book.ts';

/** Messages that can be booked now, and sales whose purchase we have not been told of yet. */
export interface BookingOrder {
  readonly messages: readonly BrokerEvent[];
  readonly early: readonly Fill[];
}

/**
 * Puts executions in the order in which they can be booked: by their times, each sale behind the purchase it needs.
 * Messages are lost and overtake each other, so that a sale may be told of before its purchase: it waits. A repeated
 * execution is left out.
 */
export function bookingOrder(
  book: Book,
  waiting: readonly Fill[],
  messages: readonly BrokerEvent[],
): BookingOrder {
  if (waiting.length === 0 && !messages.some(({ kind }) => kind === 'filled')) {
    return { messages, early: [] };
  }
  const all: BrokerEvent[] = [
    ...waiting.map((fill): BrokerEvent => ({ kind: 'filled', fill, at: fill.filledAt })),
    ...messages,
  ];
  const fills = new Map<string, Fill>();
  const corrections = new Set<string>();
  /** Of these fills, by the names that they were first told under. */
  const names = new Set<string>();
  for (const message of all) {
    if (message.kind !== 'filled') continue;
    const { fill } = message;
    const isNew = !fills.has(fill.execId) && !book.hasFill(fill.execId);
    if (!isNew || !isOurs(book, fill)) continue;
    // What stands in another's place trades no shares of its own.
    if (replaces(book, names, fill)) corrections.add(fill.execId);
    else {
      fills.set(fill.execId, fill);
      names.add(fill.corrects?.of ?? fill.execId);
    }
  }
  if (fills.size === 0) return { messages: all, early: [] };
  const { bookable, early } = inOrder([...fills.values()], (symbol) => book.owned(symbol));
  let next = 0;
  const ordered = all.flatMap((message): BrokerEvent[] => {
    if (message.kind !== 'filled') return [message];
    if (corrections.has(message.fill.execId)) return [message];
    if (!fills.delete(message.fill.execId)) return isOurs(book, message.fill) ? [] : [message];
    const fill = bookable[next];
    next += 1;
    return fill === undefined ? [] : [{ kind: 'filled', fill, at: message.at }];
  });
  return { messages: ordered, early };
}

const replaces = (
  book: Book,
  names: ReadonlySet<string>,
  { execId, orderRef, quantity, corrects }: Fill,
): boolean => {
  const name = corrects?.of ?? execId;
  if (names.has(name)) return true;
  if (corrects !== undefined) return book.hasFill(name);
  return book.inferredFill(orderRef) !== null || book.statedFill(orderRef, quantity) !== null;
};

const isOurs = (book: Book, { orderRef }: Fill): boolean => book.order(orderRef) !== null;

function inOrder(
  fills: readonly Fill[],
  ownedBefore: (symbol: Symbol) => number,
): { readonly bookable: readonly Fill[]; readonly early: readonly Fill[] } {
  const owned = new Map<Symbol, number>();
  const bookable: Fill[] = [];
  let early: Fill[] = [];
  const fits = (fill: Fill): boolean => {
    const held = owned.get(fill.symbol) ?? ownedBefore(fill.symbol);
    if (fill.side === 'sell' && fill.quantity > held) return false;
    owned.set(fill.symbol, fill.side === 'buy' ? held + fill.quantity : held - fill.quantity);
    bookable.push(fill);
    return true;
  };
  for (const fill of fills.toSorted((a, b) => a.filledAt - b.filledAt)) {
    if (!fits(fill)) early.push(fill);
    else if (fill.side === 'buy') early = early.filter((sale) => !fits(sale));
  }
  return { bookable, early };
}
