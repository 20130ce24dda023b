import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bulkFiles } from '../../src/adapters/file/bulk-files.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';

/** Bytes of a write, and of what may wait: a few writes overflow it. */
const UNIT = 64;
const TAIL = 256;

describe('a file that waits in memory', () => {
  it.each([
    ['its end', false],
    ['the whole of it', true],
  ])('reads as if everything were written, and is written when it is synced: %s', (_, whole) => {
    const writes = fc.array(fc.tuple(fc.nat(12), fc.nat(3), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(writes, fc.nat(11), (moves, syncAfter) => {
        const disk = new SimulatedDisk();
        disk.makeFolder('/d');
        const waiting = bulkFiles(disk, () => whole, TAIL).open('/d/waiting', 'edit');
        const plain = disk.open('/d/plain', 'edit');
        moves.forEach(([place, size, value], i) => {
          // Views grow at the end or change what is there; they leave no holes.
          const position = Math.min(place * UNIT, plain.stat().size);
          const bytes = Buffer.alloc(size * UNIT + 7, value);
          for (const file of [waiting, plain]) file.write(bytes, position);
          if (i === syncAfter) waiting.sync();
          const looks = [Buffer.alloc(UNIT + 3), Buffer.alloc(UNIT + 3)] as const;
          const from = Math.max(0, position - 5);
          expect(waiting.read(looks[0], from)).toBe(plain.read(looks[1], from));
          expect(looks[0].equals(looks[1])).toBe(true);
          expect(waiting.stat().size).toBe(plain.stat().size);
        });
        waiting.sync();
        expect(disk.content('/d/waiting') === disk.content('/d/plain')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('may not get its name before it is written', () => {
    const disk = new SimulatedDisk();
    const files = bulkFiles(disk, () => true);
    const file = files.open('/d/new', 'edit');
    file.write(Buffer.from('x'), 0);
    expect(() => files.rename('/d/new', '/d/real')).toThrow('synced before');
    file.sync();
    files.rename('/d/new', '/d/real');
    expect(disk.content('/d/real')).toBe('x');
  });
});
