import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTrialFile } from '../../src/adapters/file/trial-file.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';

const PATH = '/sweep/trials.jsonl';
const RESULTS: readonly (readonly [string, unknown])[] = [
  ['1', { sharpe: 0.1 + 0.2, note: 'naïve, "quoted"\nsecond line', halted: null }],
  ['2', { sharpe: -1.5e-9, trades: [] }],
  ['w1/3', { failed: 'no bar' }],
];

function written(disk: SimulatedDisk, results = RESULTS): SimulatedDisk {
  const file = openTrialFile(PATH, disk);
  for (const [name, result] of results) file.add(name, result);
  file.close();
  return disk;
}

describe('a file of results', () => {
  it('gives back what was added, once it is opened again, as plain lines of JSON', () => {
    const disk = written(new SimulatedDisk());
    const { results, damagedLines } = openTrialFile(PATH, disk);
    expect([...results]).toEqual(RESULTS);
    expect(damagedLines).toEqual([]);
    const lines = (disk.content(PATH) ?? '').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(
      RESULTS.map(([name]) => name),
    );
  });

  it('cut off at any byte has every result whose line is whole, and takes the others again', () => {
    const whole = Buffer.from(written(new SimulatedDisk()).content(PATH) ?? '');
    for (let length = 0; length <= whole.length; length += 1) {
      const disk = written(new SimulatedDisk());
      disk.tamper(PATH, (content) => content.subarray(0, length));
      const file = openTrialFile(PATH, disk);
      const lines = whole.subarray(0, length).filter((byte) => byte === 0x0a).length;
      expect([...file.results]).toEqual(RESULTS.slice(0, lines));
      expect(file.damagedLines).toEqual([]);
      for (const [name, result] of RESULTS.slice(lines)) file.add(name, result);
      file.close();
      expect(disk.content(PATH)).toBe(whole.toString('utf8'));
    }
  });

  it('loses nothing acknowledged when the machine dies at any operation', () => {
    const count = written(new SimulatedDisk()).operations.length;
    for (let at = 0; at < count; at += 1) {
      for (const bytes of [0, 1, 40]) {
        const disk = new SimulatedDisk({ at, bytes });
        const acknowledged: string[] = [];
        try {
          const file = openTrialFile(PATH, disk);
          for (const [name, result] of RESULTS) {
            file.add(name, result);
            acknowledged.push(name);
          }
        } catch {
          // The machine is dead.
        }
        for (const image of [disk.killed(), disk.onlySynced()]) {
          const { results, damagedLines } = openTrialFile(PATH, image);
          const kept = RESULTS.filter(([name]) => results.has(name));
          expect([...results]).toEqual(kept);
          expect(kept.map(([name]) => name).slice(0, acknowledged.length)).toEqual(acknowledged);
          expect(damagedLines).toEqual([]);
        }
      }
    }
  });

  it('takes no line that was changed for what was written, and says which', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const disk = written(new SimulatedDisk());
        let isLastByte = false;
        disk.tamper(PATH, (content) => {
          const at = place % content.length;
          isLastByte = at === content.length - 1;
          content[at] = (content[at] as number) ^ change;
          return content;
        });
        const { results, damagedLines } = openTrialFile(PATH, disk);
        for (const [name, result] of results) {
          expect(RESULTS).toContainEqual([name, result]);
        }
        expect(results.size).toBeLessThan(RESULTS.length);
        // Without its last byte the last line is one that was being written.
        expect(damagedLines.length > 0).toBe(!isLastByte);
      }),
    );
  });

  it('has of two results of one name the later one', () => {
    const disk = written(new SimulatedDisk(), [
      ['1', { value: 1 }],
      ['2', { value: 2 }],
      ['1', { value: 3 }],
    ]);
    expect(openTrialFile(PATH, disk).results.get('1')).toEqual({ value: 3 });
  });
});
