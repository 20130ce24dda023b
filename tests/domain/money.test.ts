import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  allocate,
  formatExact,
  formatUsd,
  MAX_MICROS,
  type Micros,
  micros,
  microsFromFloat,
  mulDiv,
  negate,
  type Rounding,
  roundHalfEven,
  subtract,
  sum,
  timesBps,
  timesFraction,
  timesFractions,
  timesQuantity,
  toUsd,
  usd,
} from '../../src/domain/money.ts';
import { InvariantError } from '../../src/domain/result.ts';

const ROUNDINGS: readonly Rounding[] = ['floor', 'ceil', 'halfEven'];
const rounding = fc.constantFrom(...ROUNDINGS);
const amount = fc
  .oneof(
    fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }),
    fc.maxSafeInteger().map((n) => n % (MAX_MICROS + 1)),
    fc.integer({ min: 0, max: 5_000 }).map((n) => MAX_MICROS - n),
  )
  .map(micros);

/** The whole number that a rational becomes: the floor by subtraction, then the rule in its own words. */
function roundedQuotient(numerator: bigint, denominator: bigint, rule: Rounding): bigint {
  const sign = denominator < 0n ? -1n : 1n;
  const [n, d] = [numerator * sign, denominator * sign];
  const floor = (n - (((n % d) + d) % d)) / d;
  const [below, above] = [n - floor * d, (floor + 1n) * d - n];
  if (below === 0n || rule === 'floor') return floor;
  if (rule === 'ceil') return floor + 1n;
  if (below === above) return floor % 2n === 0n ? floor : floor + 1n;
  return below < above ? floor : floor + 1n;
}

const isSafe = (value: bigint): boolean =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER);

describe('an amount of micros', () => {
  it('takes every whole number in range and nothing else', () => {
    for (const count of [0, 1, -1, MAX_MICROS, -MAX_MICROS]) expect(micros(count)).toBe(count);
    for (const count of [0.5, Number.NaN, Infinity, MAX_MICROS + 1, -MAX_MICROS - 1]) {
      expect(() => micros(count)).toThrow(InvariantError);
    }
  });

  it('knows only one zero', () => {
    expect(micros(-0)).toBe(0);
    expect(negate(micros(0))).toBe(0);
    expect(mulDiv(0, 5, -3, 'floor')).toBe(0);
    expect(timesFraction(micros(-1), 0.1, 'halfEven')).toBe(0);
  });

  it('adds, subtracts and sums exactly, and refuses to leave the range', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const exact = BigInt(a) + BigInt(b);
        if (exact > BigInt(MAX_MICROS) || exact < BigInt(-MAX_MICROS)) {
          expect(() => add(a, b)).toThrow(/out of range/);
          return;
        }
        expect(add(a, b)).toBe(Number(exact));
        expect(sum([a, b])).toBe(Number(exact));
        expect(subtract(add(a, b), b)).toBe(a);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not summed past what a double holds, even where the end would be in range', () => {
    const most = micros(MAX_MICROS);
    expect(() => sum([most, micros(MAX_MICROS - 1), negate(most)])).toThrow(/out of range/);
  });

  it('in dollars prints with at most six decimals and reads back exactly, up to the limit', () => {
    fc.assert(
      fc.property(amount, (count) => {
        const text = JSON.stringify(toUsd(count));
        expect(text).toMatch(/^-?\d+(\.\d{1,6})?$/);
        expect(usd(JSON.parse(text) as number)).toBe(count);
      }),
      { numRuns: 20_000 },
    );
  });

  it('given in dollars has at most six decimals', () => {
    expect(usd(187.4325)).toBe(187_432_500);
    expect(usd(0.1 + 0.2)).toBe(300_000);
    for (const dollars of [0.0000001, 1.0000005, 12.34567891, Number.NaN, Infinity, 9e9]) {
      expect(() => usd(dollars)).toThrow(InvariantError);
    }
  });
});

describe('a float as money', () => {
  it('rounds as named', () => {
    expect(microsFromFloat(1 / 3, 'floor')).toBe(333_333);
    expect(microsFromFloat(1 / 3, 'ceil')).toBe(333_334);
    expect(microsFromFloat(-1 / 3, 'floor')).toBe(-333_334);
    expect(microsFromFloat(2 / 3, 'halfEven')).toBe(666_667);
    expect(() => microsFromFloat(Number.NaN, 'floor')).toThrow(/finite/);
  });

  it('that is an amount of at most six decimals is that amount under every rounding', () => {
    // 2.01 x 1e6 is 2009999.9999999998 in floats, and 1.1 x 1e6 is 1100000.0000000002.
    expect(microsFromFloat(2.01, 'floor')).toBe(2_010_000);
    expect(microsFromFloat(1.1, 'ceil')).toBe(1_100_000);
    fc.assert(
      fc.property(amount, rounding, (count, rule) => {
        expect(microsFromFloat(toUsd(count), rule)).toBe(count);
      }),
      { numRuns: 10_000 },
    );
  });

  it('ends at most one micro away, on the side that was named', () => {
    const price = fc.double({ min: -1_000_000, max: 1_000_000, noNaN: true });
    fc.assert(
      fc.property(price, (dollars) => {
        const [floor, half, ceil] = ROUNDINGS.map((rule) => microsFromFloat(dollars, rule)).sort(
          (a, b) => a - b,
        ) as [Micros, Micros, Micros];
        expect(microsFromFloat(dollars, 'floor')).toBe(floor);
        expect(microsFromFloat(dollars, 'ceil')).toBe(ceil);
        expect(ceil - floor).toBeLessThanOrEqual(1);
        expect([floor, ceil]).toContain(half);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('mulDiv', () => {
  const factor = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -100_000, max: 100_000 }));

  it('equals exact arithmetic under every rounding, or refuses a result that is not safe', () => {
    fc.assert(
      fc.property(factor, factor, factor, rounding, (a, b, c, rule) => {
        fc.pre(c !== 0);
        const exact = roundedQuotient(BigInt(a) * BigInt(b), BigInt(c), rule);
        if (isSafe(exact)) expect(mulDiv(a, b, c, rule)).toBe(Number(exact));
        else expect(() => mulDiv(a, b, c, rule)).toThrow(/out of range/);
      }),
      { numRuns: 20_000 },
    );
  });

  it('is the same of a fraction in any terms', () => {
    const whole = fc.integer({ min: 1, max: 30_000 });
    fc.assert(
      fc.property(amount, whole, whole, whole, rounding, (a, b, c, more, rule) => {
        fc.pre(b <= c);
        const scale = more * 1_000_000;
        expect(mulDiv(a, b * scale, c * scale, rule)).toBe(mulDiv(a, b, c, rule));
        expect(mulDiv(a, -b * scale, c * scale, rule)).toBe(mulDiv(a, b, -c, rule));
      }),
    );
  });

  it('gives ties to the even neighbour, for either sign and for products of any width', () => {
    for (const scale of [1, 1_000_003]) {
      const halves = (count: number) =>
        mulDiv(count * scale, 4_000_000_001, 8_000_000_002 * scale, 'halfEven');
      expect([1, 3, 5, -1, -3, -5].map(halves)).toEqual([0, 2, 2, 0, -2, -2]);
    }
  });

  it('takes whole numbers and a divisor that is not zero', () => {
    expect(() => mulDiv(1, 1, 0, 'floor')).toThrow(InvariantError);
    expect(() => mulDiv(0.5, 1, 1, 'floor')).toThrow(InvariantError);
    expect(() => mulDiv(1, 2 ** 53, 1, 'floor')).toThrow(InvariantError);
  });

  it('rounds a float half to even as it rounds a fraction', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (quarters) => {
        expect(roundHalfEven(quarters / 4) + 0).toBe(mulDiv(quarters, 1, 4, 'halfEven'));
      }),
    );
  });
});

describe('money times a number', () => {
  it('of shares is exact', () => {
    expect(timesQuantity(usd(187.4325), 1_000)).toBe(187_432_500_000);
    expect(() => timesQuantity(usd(1), 0.5)).toThrow(/whole shares/);
    expect(() => timesQuantity(usd(8_000_000), 1_001)).toThrow(/out of range/);
  });

  it('takes a fraction to nine decimals and rounds once', () => {
    expect(timesFraction(usd(100_000), 0.005, 'floor')).toBe(usd(500));
    const billionths = fc.integer({ min: 0, max: 1_000_000_000 });
    fc.assert(
      fc.property(amount, billionths, billionths, rounding, (money, f, g, rule) => {
        const [one, scale] = [BigInt(money) * BigInt(f), 1_000_000_000n];
        expect(timesFraction(money, f / 1e9, rule)).toBe(Number(roundedQuotient(one, scale, rule)));
        expect(timesFractions(money, f / 1e9, g / 1e9, rule)).toBe(
          Number(roundedQuotient(one * BigInt(g), scale * scale, rule)),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes basis points half to even', () => {
    expect(timesBps(usd(123.45), 5)).toBe(61_725);
    expect(timesBps(micros(1_000), 5)).toBe(0);
    expect(timesBps(micros(3_000), 5)).toBe(2);
    expect(timesBps(usd(100), 0.00001)).toBe(0);
  });
});

describe('an allocation', () => {
  const weights = fc
    .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 20 })
    .filter((list) => list.some((weight) => weight > 0));

  it('adds up to the total, each part within one micro of its share and none for no weight', () => {
    fc.assert(
      fc.property(amount, weights, (total, list) => {
        const parts = allocate(total, list);
        const all = list.reduce((a, b) => a + b, 0);
        expect(sum(parts)).toBe(total);
        list.forEach((weight, i) => {
          const exact = BigInt(total) * BigInt(weight);
          const off = BigInt(parts[i] as number) * BigInt(all) - exact;
          expect(off > BigInt(-all) && off < BigInt(all)).toBe(true);
          if (weight === 0) expect(parts[i]).toBe(0);
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives what is left over to the largest remainders, the first of equals first', () => {
    expect(allocate(micros(100), [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(micros(-100), [1, 1, 1])).toEqual([-33, -33, -34]);
    expect(allocate(micros(10), [7, 2, 2])).toEqual([6, 2, 2]);
  });

  it('refuses weights that say nothing', () => {
    for (const list of [[], [0, 0], [-1, 2], [0.5, 0.5], [Number.NaN]]) {
      expect(() => allocate(micros(1), list)).toThrow(InvariantError);
    }
  });
});

describe('an amount as text', () => {
  it('is read back exactly, with two to six decimals', () => {
    fc.assert(
      fc.property(amount, (count) => {
        const text = formatExact(count);
        expect(text).toMatch(/^-?\d+\.\d{2,6}$/);
        expect(text).not.toMatch(/\.\d{2,}0$/);
        const inMicros = text.replace(/\.(\d+)$/, (_, decimals: string) => decimals.padEnd(6, '0'));
        expect(Number(inMicros)).toBe(count);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [1_234_500_000, '$1,234.50'],
    [-3_000_000, '-$3.00'],
    [1_234_567_890_000, '$1,234,567.89'],
    [5_000, '$0.00'],
    [15_000, '$0.02'],
    [-4_000, '$0.00'],
    [999_999_999, '$1,000.00'],
  ])('%s micros reads %s', (count, text) => {
    expect(formatUsd(micros(count))).toBe(text);
  });

  it('shows a plus where the sign is asked for', () => {
    expect(formatUsd(usd(3), { sign: true })).toBe('+$3.00');
    expect(formatUsd(usd(-3), { sign: true })).toBe('-$3.00');
  });
});
