import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros, usd } from '../../src/domain/money.ts';
import { InvariantError } from '../../src/domain/result.ts';
import {
  averagePrice,
  commissionOf,
  costOf,
  type Lot,
  quantityOf,
  sellFrom,
  splitLots,
} from '../../src/ledger/lots.ts';

const lot = (quantity: number, cost: number, commission = 0, execId = `${cost}`): Lot => ({
  execId,
  quantity,
  cost: usd(cost),
  commission: usd(commission),
});

const lots = fc.array(
  fc.record({
    execId: fc.uuid(),
    quantity: fc.integer({ min: 1, max: 500 }),
    cost: fc.integer({ min: 1, max: 1e11 }).map(micros),
    commission: fc.integer({ min: 0, max: 5e6 }).map(micros),
  }),
  { minLength: 1, maxLength: 8 },
);
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

describe('a sale', () => {
  it('takes the first lots whole and a part of the next one', () => {
    const sale = sellFrom([lot(10, 1000, 1), lot(10, 1100, 2), lot(10, 1200, 3)], 15);
    expect(sale.cost).toBe(usd(1550));
    expect(sale.entryCommission).toBe(usd(2));
    expect(sale.remaining).toEqual([lot(5, 550, 1, '1100'), lot(10, 1200, 3)]);
  });

  it('neither makes nor loses a micro of cost, commission or a share', () => {
    fc.assert(
      fc.property(lots, share, (held, part) => {
        const quantity = Math.max(1, Math.floor(quantityOf(held) * part));
        const { remaining, cost, entryCommission } = sellFrom(held, quantity);
        expect(quantityOf(remaining)).toBe(quantityOf(held) - quantity);
        expect(costOf(remaining) + cost).toBe(costOf(held));
        expect(commissionOf(remaining) + entryCommission).toBe(commissionOf(held));
        expect(remaining.every((left) => left.quantity > 0)).toBe(true);
      }),
    );
  });

  it('costs the same in one piece as share by share, once all is sold', () => {
    fc.assert(
      fc.property(lots, (held) => {
        let left: readonly Lot[] = held.map((each) => ({
          ...each,
          quantity: each.quantity % 7 || 1,
        }));
        const whole = sellFrom(left, quantityOf(left)).cost;
        let pieces = 0;
        while (quantityOf(left) > 0) {
          const sale = sellFrom(left, 1);
          pieces += sale.cost;
          left = sale.remaining;
        }
        expect(pieces).toBe(whole);
      }),
    );
  });

  it('of nothing, or of more than is owned, is refused', () => {
    for (const quantity of [0, -1, 11]) {
      expect(() => sellFrom([lot(10, 100)], quantity)).toThrow(InvariantError);
    }
  });
});

describe('lots after a split', () => {
  it('have the new number of shares and the old cost', () => {
    fc.assert(
      fc.property(lots, fc.integer({ min: 1, max: 5000 }), (held, after) => {
        const split = splitLots(held, after);
        expect(quantityOf(split)).toBe(after);
        expect(costOf(split)).toBe(costOf(held));
        expect(commissionOf(split)).toBe(commissionOf(held));
        expect(split.every(({ quantity }) => quantity > 0)).toBe(true);
      }),
    );
  });

  it('keep their order and their proportions', () => {
    expect(splitLots([lot(10, 1000), lot(30, 900)], 20)).toEqual([lot(5, 1000), lot(15, 900)]);
    expect(splitLots([lot(10, 1000), lot(30, 900)], 80)).toEqual([lot(20, 1000), lot(60, 900)]);
  });

  it('give the cost of one that lost its last share to the next', () => {
    expect(splitLots([lot(1, 10, 1), lot(9, 90, 2)], 1)).toEqual([lot(1, 100, 3, '90')]);
    expect(splitLots([lot(9, 90, 2), lot(1, 10, 1)], 1)).toEqual([lot(1, 100, 3, '90')]);
  });

  it('are none where no share is left', () => {
    expect(splitLots([lot(3, 300)], 0)).toEqual([]);
  });
});

describe('an average price', () => {
  it.each([
    [10, 4, 2],
    [10, 3, 3],
    [11, 3, 4],
    [3, 2, 2],
    [5, 2, 2],
    [-5, 2, -2],
    [-3, 2, -2],
    [7, 0, 0],
  ])('of %i micros over %i shares is %i, halves to even', (total, quantity, price) => {
    expect(averagePrice(micros(total), quantity)).toBe(price);
  });
});
