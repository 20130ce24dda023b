import { describe, expect, it } from 'vitest';
import { viewDesk } from '../../src/app/desk-view.ts';
import { assertExists } from '../../src/domain/result.ts';
import { inHome, TABLE } from './daemon-world.ts';

/** Small positions in a small market, so that there is room to add. */
const SIZES = `${TABLE}sizing: { perTradeFraction: 0.001, minNotionalUsd: 100 }\n`;
const ADDING = `${SIZES}entry: { scaleIn: { afterR: 0.2, maxAdds: 2 } }\n`;
const [FROM, TO] = ['2026-02-02', '2026-03-06'] as const;

describe('adding to winners', () => {
  it(
    'is off unless it is asked for: one entry for each round trip',
    () =>
      inHome(SIZES, async (home) => {
        await home.simulate(FROM, TO);
        const { book } = await viewDesk(home.dir);
        expect(book.openTrades().length).toBeGreaterThan(0);
        const bought = (await home.of('fill.recorded')).filter(({ side }) => side === 'buy');
        const opened = await home.of('trade.opened');
        expect(new Set(bought.map(({ orderRef }) => orderRef)).size).toBe(opened.length);
      }),
    120_000,
  );

  it(
    'buys more of what has gained, at most so often, as large as a position may be, under one stop',
    () =>
      inHome(ADDING, async (home) => {
        await home.simulate(FROM, TO);
        const fills = await home.of('fill.recorded');
        const opened = await home.of('trade.opened');
        const first = new Set(opened.map(({ entryRef }) => entryRef));
        const adds = new Map<string, number[]>();
        for (const { side, orderRef, symbol, price } of fills) {
          if (side === 'sell' || first.has(orderRef)) continue;
          adds.set(symbol, [...(adds.get(symbol) ?? []), price]);
        }
        expect(adds.size).toBeGreaterThan(0);
        const { book, statement, proofs } = await viewDesk(home.dir);
        const closed = await home.of('trade.closed');
        for (const [symbol, prices] of adds) {
          const trips = opened.filter((trip) => trip.symbol === symbol).length;
          expect(prices.length).toBeLessThanOrEqual(2 * trips);
        }
        // After a close every position has one stop, in the group it began with.
        const held = book.openTrades().filter(({ symbol }) => adds.has(symbol));
        for (const { symbol, entryRef, lots } of held) {
          if (closed.some((trade) => trade.symbol === symbol)) continue;
          const stops = book.live(symbol).filter(({ leg }) => leg === 'stop');
          expect(stops).toHaveLength(1);
          const [stop] = stops;
          expect(assertExists(stop, 'a stop').parentRef).toBe(entryRef);
          expect(stop?.quantity).toBe(lots.reduce((sum, { quantity }) => sum + quantity, 0));
        }
        expect(held.length).toBeGreaterThan(0);
        expect(proofs.map(({ state }) => state)).toEqual(proofs.map(() => 'protected'));
        expect(await home.of('protection.breached')).toEqual([]);
        const worth = assertExists((await home.of('account.marked')).at(-1), 'a mark');
        for (const { quantity, mark } of worth.marks) {
          expect(quantity * mark).toBeLessThanOrEqual(worth.equity * 0.12);
        }
        expect(statement?.cash).toBe(book.cash);
      }),
    120_000,
  );
});
