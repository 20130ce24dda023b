import { describe, expect, it } from 'vitest';
import { allKeys, meaningOf } from '../../src/config/keys.ts';
import { loosened } from '../../src/risk/arming.ts';

/** The keys of limits on entries that are numbers. */
const LIMITS = allKeys().filter(
  (key) => /^risk\.(max|min|cooldown)/.test(key) && meaningOf(key)?.unit !== null,
);
const holdsBack = (key: string): boolean => /\.(min|cooldown)/.test(key);

describe('a limit on entries', () => {
  it('is among those that are looked at', () => {
    expect(LIMITS.length).toBeGreaterThan(25);
  });

  it.each(LIMITS)('%s is looser in one direction and in that alone', (key) => {
    const change = (from: number | undefined, to: number | undefined) =>
      loosened(new Map([[key, from]]), new Map([[key, to]]));
    const [strict, loose] = holdsBack(key) ? [2, 1] : [1, 2];
    expect(change(strict, loose)).toEqual([key]);
    expect(change(loose, strict)).toEqual([]);
    expect(change(strict, strict)).toEqual([]);
  });

  it.each(LIMITS)('%s is looser when it goes away, and stricter when it comes', (key) => {
    expect(loosened(new Map([[key, 1]]), new Map())).toEqual([key]);
    expect(loosened(new Map(), new Map([[key, 1]]))).toEqual([]);
  });
});
