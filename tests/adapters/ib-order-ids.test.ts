import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { openOrderIdFile, orderIdFile } from '../../src/adapters/file/order-id-file.ts';
import { OrderIds } from '../../src/adapters/ib/ib-order-ids.ts';

const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true });
});
const newHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'order-ids-'));
  homes.push(home);
  return home;
};

const kept = (start = 0) => {
  const written = [start];
  const write = (highest: number): void => {
    written.push(highest);
  };
  return { written, store: { read: () => written.at(-1) ?? 0, write } };
};

describe('order ids', () => {
  it('never repeat, whatever the gateway says and however often the process starts anew', () => {
    const step = fc.oneof(
      fc.record({ take: fc.integer({ min: 1, max: 3 }), next: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ seen: fc.integer({ min: -5, max: 60 }) }),
      fc.constant('restart' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { store, written } = kept();
        let ids = new OrderIds(store);
        const given: number[] = [];
        let told = 0;
        for (const one of steps) {
          if (one === 'restart') {
            ids = new OrderIds(store);
            told = 0;
          } else if ('seen' in one) {
            ids.seen(one.seen);
            told = Math.max(told, one.seen);
          } else {
            const taken = ids.take(one.take, one.next);
            expect(written.at(-1)).toBe(taken.at(-1));
            for (const id of taken) {
              expect(id).toBeGreaterThan(given.at(-1) ?? 0);
              expect(id).toBeGreaterThan(told);
              expect(id).toBeGreaterThanOrEqual(one.next);
              given.push(id);
            }
          }
        }
      }),
    );
  });

  it('are not given out before they are written down', () => {
    const ids = new OrderIds({
      read: () => 3,
      write: () => {
        throw new Error('the disk is full');
      },
    });
    expect(() => ids.take(1, 1)).toThrow('the disk is full');
  });

  it('stay apart from those of requests', () => {
    const ids = new OrderIds(kept().store);
    ids.seen(1_000_000_007);
    expect(ids.take(1, 1)).toEqual([1]);
    expect(() => new OrderIds(kept(999_999_999).store).take(1, 1)).toThrow('ran out');
  });
});

describe('the file of order ids', () => {
  it('begins at none, and keeps the last of each client', () => {
    const home = newHome();
    const file = openOrderIdFile(home, 17);
    expect(file.read()).toBe(0);
    file.write(41);
    file.write(43);
    expect(openOrderIdFile(home, 17).read()).toBe(43);
    expect(openOrderIdFile(home, 18).read()).toBe(0);
    expect(readFileSync(orderIdFile(home, 17), 'utf8')).toBe('43\n');
  });

  it('refuses to guess where it holds no id', () => {
    const home = newHome();
    mkdirSync(dirname(orderIdFile(home, 17)), { recursive: true });
    for (const text of ['', 'many', '-1', '1.5', '99999999999']) {
      writeFileSync(orderIdFile(home, 17), text);
      expect(() => openOrderIdFile(home, 17).read()).toThrow('holds no order id');
    }
  });
});
