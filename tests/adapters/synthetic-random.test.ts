import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exponentialAt,
  grow,
  hashText,
  normalAt,
  roughNormal,
  scramble,
  sessionKey,
  streamKey,
  uniformAt,
  wordAt,
} from '../../src/adapters/sim/synthetic-random.ts';
import { mean } from './synthetic-shipped.ts';

const KEY = streamKey(1, 'ALTORA', 0);
const sample = (draw: (slot: number) => number, count = 100_000): number[] =>
  Array.from({ length: count }, (_, i) => draw(i));
const moment = (values: number[], power: number): number => mean(values.map((v) => v ** power));

describe('the random words', () => {
  it('match the published test values of FNV-1a', () => {
    expect(hashText('') >>> 0).toBe(0x811c9dc5);
    expect(hashText('a') >>> 0).toBe(0xe40c292c);
    expect(hashText('foobar') >>> 0).toBe(0xbf9cf968);
  });

  it('scramble without collisions', () => {
    expect(new Set(sample(scramble)).size).toBe(100_000);
  });

  it('differ between seeds, texts, streams and sessions', () => {
    const keys = [
      streamKey(1, 'ALTORA', 0),
      streamKey(2, 'ALTORA', 0),
      streamKey(1 + 2 ** 32, 'ALTORA', 0),
      streamKey(-1, 'ALTORA', 0),
      streamKey(1, 'ALTORB', 0),
      streamKey(1, 'ALTORA', 1),
      sessionKey(KEY, 0),
      sessionKey(KEY, 1),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('set each of the 32 bits half of the time', () => {
    const words = sample((i) => wordAt(KEY, i), 20_000);
    const shares = Array.from({ length: 32 }, (_, bit) =>
      mean(words.map((word) => (word >>> bit) & 1)),
    );
    // Four standard errors of a fair coin thrown 20,000 times.
    expect(shares.filter((share) => Math.abs(share - 0.5) > 0.0142)).toEqual([]);
  });
});

describe('the deviates', () => {
  it('are uniform in [0, 1)', () => {
    const values = sample((i) => uniformAt(KEY, i));
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.slice(0, 1000))).toBeLessThan(1);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(moment(values, 2)).toBeCloseTo(1 / 3, 2);
  });

  it('are normal in mean, variance, skew and nearly in kurtosis', () => {
    const values = sample((i) => normalAt(KEY, i));
    expect(mean(values)).toBeCloseTo(0, 1.7);
    expect(moment(values, 2)).toBeCloseTo(1, 1.7);
    expect(Math.abs(moment(values, 3))).toBeLessThan(0.04);
    // Eight uniforms have kurtosis 3 - 1.2 / 8.
    expect(Math.abs(moment(values, 4) - 2.85)).toBeLessThan(0.08);
    const rough = sample((i) => roughNormal(wordAt(KEY, i)));
    expect(mean(rough)).toBeCloseTo(0, 1.7);
    expect(moment(rough, 2)).toBeCloseTo(1, 1.7);
  });

  it('are exponential: minus the logarithm of the uniform they come from', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(1_000_000), (key, slot) => {
        const u = ((wordAt(key, slot) >>> 0) + 0.5) / 2 ** 32;
        expect(exponentialAt(key, slot)).toBeCloseTo(-Math.log(u), 6);
      }),
    );
  });

  it('grow from positive to positive, always upward, by 1 at 0', () => {
    expect(grow(0)).toBe(1);
    fc.assert(
      fc.property(
        fc.double({ min: -6, max: 20, noNaN: true }),
        fc.double({ min: 0.001, max: 5, noNaN: true }),
        (x, step) => {
          expect(grow(x)).toBeGreaterThan(0);
          expect(grow(x + step)).toBeGreaterThan(grow(x));
        },
      ),
    );
  });
});
