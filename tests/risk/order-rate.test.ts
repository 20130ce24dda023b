import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/time.ts';
import { OrderBucket } from '../../src/risk/order-rate.ts';

const RATE = { orderBurst: 10, ordersPerSecond: 2 };
const at = (seconds: number) => epochMs(1_000_000 + seconds * 1000);

describe('the bucket of orders', () => {
  it('lets entries use one half, and keeps the other for exits', () => {
    const bucket = new OrderBucket(RATE, at(0));
    expect(bucket.takeForEntry(3, at(0))).toBe(true);
    expect(bucket.takeForEntry(3, at(0))).toBe(false);
    expect(bucket.takeForEntry(2, at(0))).toBe(true);
    expect(bucket.takeForEntry(1, at(0))).toBe(false);
  });

  it('makes entries wait for exits, and exits for nothing', () => {
    const bucket = new OrderBucket(RATE, at(0));
    for (let i = 0; i < 40; i += 1) bucket.takeForExit(1, at(0));
    expect(bucket.takeForEntry(1, at(2))).toBe(false);
    expect(bucket.takeForEntry(1, at(3))).toBe(true);
  });

  it('gains no more than it holds, and nothing from a clock that goes back', () => {
    const bucket = new OrderBucket(RATE, at(0));
    expect(bucket.takeForEntry(5, at(10_000))).toBe(true);
    expect(bucket.takeForEntry(1, at(5_000))).toBe(false);
  });

  it('never lets more entries through than half its size and what it gains in the time', () => {
    const step = fc.record({
      waits: fc.integer({ min: 0, max: 1500 }),
      orders: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bucket = new OrderBucket(RATE, epochMs(0));
        let now = 0;
        let taken = 0;
        for (const { waits, orders } of steps) {
          now += waits;
          if (bucket.takeForEntry(orders, epochMs(now))) taken += orders;
          expect(taken).toBeLessThanOrEqual(RATE.orderBurst / 2 + (now / 1000) * 2 + 1e-9);
        }
      }),
    );
  });
});
