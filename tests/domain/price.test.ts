import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Micros, micros, usd } from '../../src/domain/money.ts';
import { isOnTick, roundToTick, type TickTable, tickAt } from '../../src/domain/price.ts';
import { InvariantError } from '../../src/domain/result.ts';

const HALF_CENT: TickTable = [
  { from: usd(0), tick: usd(0.0001) },
  { from: usd(1), tick: usd(0.005) },
  { from: usd(50), tick: usd(0.01) },
];
const price = fc.integer({ min: 1, max: 2_000_000_000 }).map(micros);
const nearOneDollar = fc.integer({ min: 985_000, max: 1_015_000 }).map(micros);
const anyPrice = fc.oneof(price, nearOneDollar);

describe('the tick of a price', () => {
  it('is a cent from one dollar on and a hundredth of a cent below', () => {
    expect(tickAt(usd(1))).toBe(usd(0.01));
    expect(tickAt(usd(0.999999))).toBe(usd(0.0001));
    expect(tickAt(usd(750_000))).toBe(usd(0.01));
  });

  it('is what the contract says where it says something', () => {
    expect([0.5, 1, 49.995, 50].map((dollars) => tickAt(usd(dollars), HALF_CENT))).toEqual([
      100, 5_000, 5_000, 10_000,
    ]);
    expect(() => tickAt(usd(1), [])).toThrow(InvariantError);
  });
});

describe('a price moved to the grid', () => {
  it.each([undefined, HALF_CENT])('is on it, within one tick, on the side asked for', (table) => {
    fc.assert(
      fc.property(anyPrice, (raw) => {
        const down = roundToTick(raw, 'down', table);
        const up = roundToTick(raw, 'up', table);
        const nearest = roundToTick(raw, 'nearest', table);
        const tick = tickAt(raw, table);
        for (const moved of [down, up, nearest]) expect(isOnTick(moved, table)).toBe(true);
        expect(down <= raw && raw <= up).toBe(true);
        expect(up - down).toBe(isOnTick(raw, table) ? 0 : tick);
        expect(Math.abs(nearest - raw) * 2).toBeLessThanOrEqual(tick);
      }),
      { numRuns: 5_000 },
    );
  });

  it('stays where it is once it is there, whatever the direction', () => {
    fc.assert(
      fc.property(anyPrice, (raw) => {
        const on = roundToTick(raw, 'down');
        expect([
          roundToTick(on, 'down'),
          roundToTick(on, 'up'),
          roundToTick(on, 'nearest'),
        ]).toEqual([on, on, on]);
      }),
    );
  });

  it('keeps the order of prices, across the dollar too', () => {
    fc.assert(
      fc.property(anyPrice, anyPrice, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        for (const direction of ['down', 'up', 'nearest'] as const) {
          expect(roundToTick(low, direction)).toBeLessThanOrEqual(roundToTick(high, direction));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [1.005, 'down', 1],
    [1.005, 'up', 1.01],
    [1.005, 'nearest', 1.01],
    [0.99995, 'down', 0.9999],
    [0.99995, 'up', 1],
    [0.00005, 'down', 0],
  ] as const)('%s %s is %s', (raw, direction, moved) => {
    expect(roundToTick(usd(raw), direction)).toBe(usd(moved) as Micros);
  });
});
