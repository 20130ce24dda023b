import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFiles } from '../../src/adapters/file/memory-files.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';

/** Reaches almost to the end of a piece of a mebibyte: some writes lie across it, some beyond. */
const LONG = Buffer.alloc((1 << 20) - 50, 'x');
const place = fc.oneof(fc.nat(300), fc.integer({ min: LONG.length - 100, max: LONG.length + 200 }));
const move = fc.oneof(
  fc.record({ at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }) }),
  fc.record({ cutTo: place }),
);

describe('a file in memory', () => {
  it('reads as the same file on a disk does, whatever is written, cut and read', () => {
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 8 }), (moves) => {
        const disk = new SimulatedDisk();
        disk.makeFolder('/d');
        const plain = disk.open('/d/x', 'edit');
        const file = memoryFiles().open('/d/x', 'edit');
        for (const one of [plain, file]) one.write(LONG, 0);
        for (const step of moves) {
          const before = plain.stat().size;
          for (const one of [plain, file]) {
            if ('cutTo' in step) one.truncate(Math.min(step.cutTo, before));
            else one.write(step.bytes, Math.min(step.at, before));
          }
        }
        const { size } = plain.stat();
        expect(file.stat().size).toBe(size);
        const read = [Buffer.alloc(size + 5), Buffer.alloc(size + 5)] as const;
        expect([file.read(read[0], 0), plain.read(read[1], 0)]).toEqual([size, size]);
        expect(read[0].equals(read[1])).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps its content under a new name, and is gone when it is removed', () => {
    const files = memoryFiles();
    files.open('a', 'create').append(Buffer.from('text'));
    const { inode } = files.stat('a') ?? { inode: null };
    files.open('b', 'edit');
    files.rename('a', 'b');
    expect([files.stat('a'), files.stat('b')]).toMatchObject([null, { size: 4, inode }]);
    files.remove('b');
    expect(files.stat('b')).toBeNull();
    expect(() => files.open('b', 'read')).toThrow('b is not there');
  });
});
