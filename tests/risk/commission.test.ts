import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, type Micros, usd, ZERO } from '../../src/domain/money.ts';
import type { Side } from '../../src/domain/order.ts';
import { sessionDate } from '../../src/domain/time.ts';
import {
  type CommissionSpec,
  commissionModel,
  incrementalCommission,
} from '../../src/risk/commission.ts';
import { SEC_RATES, secFee, TAF_RATES, tafFee } from '../../src/risk/regulatory-fees.ts';

const D2015 = sessionDate('2015-06-01');

/** Cost of an order of `quantity` at `price` dollars, in Micros. */
const cost = (spec: CommissionSpec, side: Side, quantity: number, price: number, day = D2015) =>
  commissionModel(spec).estimate(quantity, usd(price), side, day);

describe('the fixed plan', () => {
  test.each([
    // The three examples of the broker's price page.
    [100, 25, 1],
    [1000, 25, 5],
    [1000, 0.25, 2.5],
    // Minimum, and the cap of 1 % that wins over it.
    [1, 500, 1],
    [10, 5, 0.5],
    [1, 0.07, 0.0007],
    [200, 10, 1],
    [201, 10, 1.005],
  ])('charges a purchase of %i at %f with %f', (quantity, price, dollars) => {
    expect(cost('ibkr-fixed', 'buy', quantity, price)).toBe(usd(dollars));
  });

  test('rounds half a Micro of the cap to even', () => {
    expect(cost('ibkr-fixed', 'buy', 1, 0.00025)).toBe(2);
    expect(cost('ibkr-fixed', 'buy', 1, 0.00035)).toBe(4);
  });

  test('adds the SEC fee and the activity fee of the trade date to a sale', () => {
    // 1000 x 50: commission 5.00, SEC 18.40 per million of 50,000 = 0.92, activity 0.119.
    expect(cost('ibkr-fixed', 'sell', 1000, 50)).toBe(usd(5 + 0.92 + 0.119));
    // 2026-07: SEC 20.60 = 1.03, activity 0.195.
    const summer = sessionDate('2026-07-01');
    expect(cost('ibkr-fixed', 'sell', 1000, 50, summer)).toBe(usd(5 + 1.03 + 0.195));
  });
});

test('the tiered plan charges its first tier, clearing and pass-through fees', () => {
  // 1000 x 25: 3.50 + 0.20 + 3.50 x 0.000735 = 0.0025725, half even 0.002572.
  expect(cost('ibkr-tiered', 'buy', 1000, 25)).toBe(usd(3.702572));
  expect(cost('ibkr-tiered', 'buy', 10, 25)).toBe(usd(0.35 + 0.002 + 0.000257));
});

test('a percentage charges its fraction of the value both ways, and none charges nothing', () => {
  expect(cost({ kind: 'percent', fraction: 0.001 }, 'buy', 100, 25)).toBe(usd(2.5));
  expect(cost({ kind: 'percent', fraction: 0.001 }, 'sell', 100, 25)).toBe(usd(2.5));
  expect(cost('none', 'sell', 100, 25)).toBe(ZERO);
});

describe('the SEC fee', () => {
  test.each([
    ['2013-05-24', 22.4],
    ['2013-05-25', 17.4],
    ['2014-03-17', 17.4],
    ['2014-03-18', 22.1],
    ['2015-02-14', 18.4],
    ['2016-02-16', 21.8],
    ['2017-07-04', 23.1],
    ['2018-05-21', 23.1],
    ['2018-05-22', 13],
    ['2019-04-16', 20.7],
    ['2020-02-18', 22.1],
    ['2021-02-25', 5.1],
    ['2022-05-14', 22.9],
    ['2023-02-27', 8],
    ['2024-05-22', 27.8],
    ['2025-05-14', 0],
    ['2026-04-03', 0],
    ['2026-04-04', 20.6],
    ['2011-01-03', 22.4],
  ])('on %s is %f dollars per million', (date, dollars) => {
    expect(secFee(usd(1_000_000), sessionDate(date))).toBe(usd(dollars));
  });
});

describe('the trading activity fee', () => {
  test.each([
    ['2021-12-31', 0.119, 5.95],
    ['2022-01-03', 0.13, 6.49],
    ['2023-01-03', 0.145, 7.27],
    ['2024-01-02', 0.166, 8.3],
    ['2025-12-31', 0.166, 8.3],
    ['2026-01-02', 0.195, 9.79],
    ['2027-01-04', 0.232, 11.61],
    ['2028-01-03', 0.24, 12.05],
  ])('on %s is %f for a thousand shares, and never above %f', (date, thousand, most) => {
    expect(tafFee(1000, sessionDate(date))).toBe(usd(thousand));
    expect(tafFee(10_000_000, sessionDate(date))).toBe(usd(most));
  });
});

test('fee tables ascend in time and name a source in every row', () => {
  for (const table of [SEC_RATES, TAF_RATES]) {
    const dates = table.map((row) => row.from);
    expect(dates).toEqual([...new Set(dates)].toSorted());
    expect(table.every((row) => row.source.length > 0)).toBe(true);
  }
});

test('an order costs the same in parts as at once, and no part costs less than nothing', () => {
  const specs: readonly CommissionSpec[] = [
    'ibkr-fixed',
    'ibkr-tiered',
    'none',
    { kind: 'percent', fraction: 0.0003 },
  ];
  const parts = fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 2000 }),
      price: fc.integer({ min: 1_000, max: 900_000_000 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...specs),
      fc.constantFrom<Side>('buy', 'sell'),
      parts,
      (spec, side, fills) => {
        const model = commissionModel(spec);
        const soFar = { side, quantity: 0, value: ZERO, session: D2015 };
        let charged = ZERO;
        for (const { quantity, price } of fills) {
          soFar.quantity += quantity;
          soFar.value = add(soFar.value, (price * quantity) as Micros);
          const part = incrementalCommission(model, soFar, charged);
          expect(part).toBeGreaterThanOrEqual(0);
          charged = add(charged, part);
        }
        expect(charged).toBe(model.ofOrder(soFar));
      },
    ),
  );
});
