import { describe, expect, it } from 'vitest';
import { writeAtomic } from '../../src/adapters/file/atomic-file.ts';
import { type Death, PowerLost, SimulatedDisk } from './simulated-disk.ts';

const PATH = '/home/sim-account.json';
const [OLD, NEW] = ['the account as it was', 'the account after a fill'];

/** A disk on which the old content was put in place for good, and that may die later. */
function withOld(death: Death | null = null): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.makeFolder('/home');
  writeAtomic(disk, PATH, OLD);
  return disk.onlySynced(death);
}

describe('a file that is put in place of another', () => {
  it('is the new one after a loss of power, once it was put there', () => {
    const disk = withOld();
    writeAtomic(disk, PATH, NEW);
    expect(disk.onlySynced().content(PATH)).toBe(NEW);
  });

  it('is the old one or the new one, whole, wherever and however the machine dies', () => {
    const whole = withOld();
    writeAtomic(whole, PATH, NEW);
    expect(whole.operations.length).toBeGreaterThan(3);
    for (let at = 0; at < whole.operations.length; at += 1) {
      for (const bytes of [0, 7]) {
        const disk = withOld({ at, bytes });
        expect(() => writeAtomic(disk, PATH, NEW)).toThrow(PowerLost);
        const left = [
          disk.killed(),
          disk.onlySynced(),
          disk.sectors(() => true),
          disk.sectors(() => false),
        ].map((after) => after.content(PATH));
        expect([OLD, NEW]).toEqual(expect.arrayContaining(left));
      }
    }
  });
});
