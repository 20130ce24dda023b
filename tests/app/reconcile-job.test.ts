import { describe, expect, it } from 'vitest';
import { compareUntilSettled } from '../../src/app/reconcile-job.ts';
import type { BrokerStatement } from '../../src/domain/account.ts';
import { epochMs } from '../../src/domain/time.ts';
import { LIVE_RULES, reconcile } from '../../src/ledger/reconcile.ts';
import { AAA, minute } from '../ledger/book-drafts.ts';
import { agreeing, desk } from '../ledger/reconcile-scenes.ts';

/** Reads one statement after the other, the last one again and again, on a clock that only waiting moves. */
function reading(...shares: readonly number[]) {
  const ledger = desk();
  let at = minute(2, 0);
  const waits: number[] = [];
  let reads = 0;
  const read = async () => {
    const quantity = shares[Math.min(reads, shares.length - 1)] ?? 0;
    reads += 1;
    const positions = [{ symbol: AAA, quantity, averageCost: null }];
    const statement: BrokerStatement = { ...agreeing(ledger), at, positions };
    return reconcile(ledger.book, statement, LIVE_RULES);
  };
  const wait = async (ms: number) => {
    waits.push(ms);
    at = epochMs(at + ms);
  };
  return {
    read,
    patience: { now: () => at, wait, until: minute(2, 1) },
    waits,
    count: () => reads,
  };
}

describe('a comparison beyond a wire', () => {
  it('reads once where nothing differs', async () => {
    const scene = reading(100);
    const { discrepancies } = await compareUntilSettled(scene.read, scene.patience);
    expect(discrepancies).toEqual([]);
    expect(scene.waits).toEqual([]);
  });

  it('reads a second time, 5 s later, before it calls a difference a break', async () => {
    const scene = reading(90);
    const { discrepancies } = await compareUntilSettled(scene.read, scene.patience);
    expect(discrepancies).toMatchObject([{ kind: 'quantity', statement: 90 }]);
    expect(discrepancies[0]).not.toHaveProperty('state');
    expect(scene.waits).toEqual([5000]);
  });

  it('finds nothing where the second read agrees', async () => {
    const scene = reading(90, 100);
    const { discrepancies } = await compareUntilSettled(scene.read, scene.patience);
    expect(discrepancies).toEqual([]);
    expect(scene.count()).toBe(2);
  });

  it('goes on while the numbers move, until its time is over', async () => {
    const moving = Array.from({ length: 40 }, (_, i) => 99 - i);
    const scene = reading(...moving);
    const { discrepancies } = await compareUntilSettled(scene.read, scene.patience);
    expect(discrepancies).toMatchObject([{ kind: 'quantity', state: 'pending' }]);
    expect(scene.patience.now()).toBe(minute(2, 1));
  });
});
