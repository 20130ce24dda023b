import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pauseBeforeAttempt } from '../../src/adapters/ib/ib-attempts.ts';

const jitters = fc.double({ min: 0, max: 1, noNaN: true });

describe('the pause before another attempt', () => {
  it('is 2.5 s at least and 75 s at most, and never shorter after more failures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), jitters, (failures, jitter) => {
        const pause = pauseBeforeAttempt('failed', failures, jitter);
        expect(pause).toBeGreaterThanOrEqual(2_500);
        expect(pause).toBeLessThanOrEqual(75_000);
        expect(pauseBeforeAttempt('failed', failures + 1, jitter)).toBeGreaterThanOrEqual(pause);
      }),
    );
  });

  it('doubles from 2.5 s to a minute, and chance adds a quarter at most', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7].map((failures) => [
      pauseBeforeAttempt('failed', failures, 0),
      pauseBeforeAttempt('failed', failures, 1),
    ]);
    expect(pauses).toEqual([
      [2_500, 3_125],
      [5_000, 6_250],
      [10_000, 12_500],
      [20_000, 25_000],
      [40_000, 50_000],
      [60_000, 75_000],
      [60_000, 75_000],
    ]);
  });

  it('is long where a person has to act or the broker is away, however often it was tried', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), jitters, (failures, jitter) => {
        expect(pauseBeforeAttempt('refused', failures, jitter)).toBeGreaterThanOrEqual(60_000);
        expect(pauseBeforeAttempt('away', failures, jitter)).toBeGreaterThanOrEqual(120_000);
      }),
    );
  });
});
