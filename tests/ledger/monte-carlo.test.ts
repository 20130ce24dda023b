import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MONTE_CARLO_FLOOR, monteCarlo } from '../../src/ledger/monte-carlo.ts';

/** Draws in turn: the first draw takes the first trade every time, the second the second one. */
const byDraw = (n: number) => (draw: number) => (draw % n) / n;

describe('drawing trades again', () => {
  it('needs enough trades', () => {
    const few = Array.from({ length: MONTE_CARLO_FLOOR - 1 }, () => 0.01);
    expect(monteCarlo(few, 100, { draws: 10, seed: 1, uniform: () => 0 })).toBeNull();
  });

  it('compounds what was drawn, and finds its deepest fall', () => {
    const returns = Array.from({ length: 20 }, (_, i) => (i === 0 ? -0.01 : 0.01));
    const drawn = monteCarlo(returns, 1_000, { draws: 20, seed: 1, uniform: byDraw(20) });
    // One draw of twenty losses in a row, nineteen of twenty gains.
    const worst = 0.99 ** 20;
    expect(drawn?.drawdowns[0]).toBeCloseTo(worst - 1, 12);
    expect(drawn?.drawdowns.slice(1)).toEqual(Array.from({ length: 19 }, () => 0));
    expect(drawn?.endEquity.p95).toBeCloseTo(1_000 * 1.01 ** 20, 8);
    expect(drawn?.lossProbability).toBe(1 / 20);
  });

  it('orders its percentiles, and never loses more than everything', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1.5, max: 1, noNaN: true }), { minLength: 20, maxLength: 40 }),
        fc.integer({ min: 1, max: 2 ** 30 }),
        (returns, seed) => {
          const uniform = (draw: number, place: number) =>
            ((Math.imul(draw * 131 + place + seed, 0x9e3779b1) >>> 0) % 1_000) / 1_000;
          const drawn = monteCarlo(returns, 100, { draws: 50, seed, uniform });
          if (drawn === null) throw new Error('enough trades');
          const { endEquity: e, maxDrawdown: d } = drawn;
          expect(e.p5 <= e.p50 && e.p50 <= e.p95 && e.p5 >= 0).toBe(true);
          expect(d.p5 <= d.p50 && d.p50 <= d.p95 && d.p95 <= 0 && d.p5 >= -1).toBe(true);
        },
      ),
    );
  });
});
