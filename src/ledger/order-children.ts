import type { BookOrder } from './book-state.ts';

type Orders = ReadonlyMap<string, BookOrder>;

/**
 * For each book's orders, which were sent with which: a book may remember thousands, and every round trip that begins
 * asks for two of them. Derived: a book that was read from a checkpoint finds it again when it is first asked.
 */
const KNOWN = new WeakMap<Orders, Map<string, string[]>>();

function indexOf(orders: Orders): Map<string, string[]> {
  const known = KNOWN.get(orders);
  if (known !== undefined) return known;
  const index = new Map<string, string[]>();
  for (const { parentRef, orderRef } of orders.values()) insert(index, parentRef, orderRef);
  KNOWN.set(orders, index);
  return index;
}

function insert(index: Map<string, string[]>, parentRef: string | null, orderRef: string): void {
  if (parentRef === null) return;
  const refs = index.get(parentRef) ?? [];
  if (!refs.includes(orderRef)) refs.push(orderRef);
  index.set(parentRef, refs);
}

/** The orders that were sent with an entry, in the order they were sent. */
export const childrenOf = (orders: Orders, parentRef: string): BookOrder[] =>
  (indexOf(orders).get(parentRef) ?? []).flatMap((ref) => {
    const child = orders.get(ref);
    return child?.parentRef === parentRef ? [child] : [];
  });

/** To be told of every order that is added. */
export function addChild(orders: Orders, { parentRef, orderRef }: BookOrder): void {
  insert(indexOf(orders), parentRef, orderRef);
}

/** To be told of every order that is forgotten. */
export function removeChild(orders: Orders, { parentRef, orderRef }: BookOrder): void {
  if (parentRef === null) return;
  const index = indexOf(orders);
  const left = (index.get(parentRef) ?? []).filter((ref) => ref !== orderRef);
  if (left.length === 0) index.delete(parentRef);
  else index.set(parentRef, left);
}
