import { describe, expect, it } from 'vitest';
import { copyOfOrder, copyOfTrade } from '../../src/ledger/book-copies.ts';
import type { BookOrder, OpenTrade } from '../../src/ledger/book-state.ts';
import { ledgerWith } from './book-builder.ts';
import { bracketSent, filled } from './book-drafts.ts';

/** The same members in the same order, each with a value that no other has. */
const marked = <T extends object>(value: T): T =>
  Object.fromEntries(Object.keys(value).map((key) => [key, `its ${key}`])) as T;

const { book } = ledgerWith(100_000).tell(...bracketSent(), filled('buy', 100, 100));

describe('a copy to be changed', () => {
  // A checkpoint is their text.
  it('has every member of an order in its place', () => {
    const [order] = book.live().map(marked);
    expect(order).toBeDefined();
    expect(JSON.stringify(copyOfOrder(order as BookOrder))).toBe(JSON.stringify(order));
  });

  it('has every member of an open trade in its place', () => {
    const [trade] = book.openTrades().map(marked);
    expect(trade).toBeDefined();
    expect(JSON.stringify(copyOfTrade(trade as OpenTrade))).toBe(JSON.stringify(trade));
  });
});
