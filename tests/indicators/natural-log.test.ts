import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naturalLog } from '../../src/indicators/natural-log.ts';

describe('the natural logarithm', () => {
  it('has the known constants', () => {
    expect(naturalLog(1)).toBe(0);
    // OEIS A016578, A002162, A002392.
    expect(naturalLog(1.5)).toBeCloseTo(0.405_465_108_108_164_38, 15);
    expect(naturalLog(2)).toBeCloseTo(Math.LN2, 15);
    expect(naturalLog(10)).toBeCloseTo(Math.LN10, 15);
    expect(naturalLog(0.5)).toBeCloseTo(-Math.LN2, 15);
  });

  it("agrees with the engine's own to the last digits, whatever the size", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        const expected = Math.log(x);
        const error = Math.abs(naturalLog(x) - expected);
        expect(error).toBeLessThanOrEqual(4 * Number.EPSILON * Math.max(Math.abs(expected), 0.05));
      }),
    );
  });

  it('agrees with it where returns of a day lie', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), (x) => {
        const expected = Math.log(x);
        const error = Math.abs(naturalLog(x) - expected);
        expect(error).toBeLessThanOrEqual(4 * Number.EPSILON * Math.abs(expected));
      }),
    );
  });

  it('is not a number where there is none', () => {
    for (const x of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(naturalLog(x)).toBeNaN();
  });
});
