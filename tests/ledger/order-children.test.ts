import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BookOrder } from '../../src/ledger/book-state.ts';
import { addChild, childrenOf, removeChild } from '../../src/ledger/order-children.ts';

const order = (orderRef: string, parentRef: string | null) =>
  ({ orderRef, parentRef }) as unknown as BookOrder;

/** What the index stands for: all orders looked at, in the order they were sent. */
const searched = (orders: ReadonlyMap<string, BookOrder>, parentRef: string): BookOrder[] =>
  [...orders.values()].filter((child) => child.parentRef === parentRef);

describe('the orders that were sent with an entry', () => {
  const names = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const acts = fc.array(
    fc.record({
      ref: names,
      parent: fc.option(fc.constantFrom('p', 'q'), { nil: null }),
      goes: fc.boolean(),
    }),
    { maxLength: 30 },
  );

  it('are those that a search finds, whatever is added, sent again and forgotten', () => {
    fc.assert(
      fc.property(acts, fc.nat(10), (steps, asked) => {
        const orders = new Map<string, BookOrder>();
        steps.forEach(({ ref, parent, goes }, i) => {
          const known = orders.get(ref);
          if (goes && known !== undefined) {
            orders.delete(ref);
            removeChild(orders, known);
          } else if (known === undefined || known.parentRef === parent) {
            const sent = order(ref, parent);
            orders.set(ref, sent);
            addChild(orders, sent);
          }
          if (i < asked) return;
          for (const name of ['p', 'q']) {
            expect(childrenOf(orders, name)).toEqual(searched(orders, name));
          }
        });
      }),
    );
  });

  it('are found again in a book that was read', () => {
    const orders = new Map(
      [order('s', 'p'), order('t', 'p'), order('u', 'q')].map((each) => [each.orderRef, each]),
    );
    expect(childrenOf(orders, 'p').map(({ orderRef }) => orderRef)).toEqual(['s', 't']);
    expect(childrenOf(orders, 'x')).toEqual([]);
  });
});
