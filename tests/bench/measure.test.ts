import { describe, expect, it } from 'vitest';

interface Row {
  readonly value: number;
  readonly spread: number;
  readonly verdict: string;
}
interface Law {
  readonly quantile: (values: readonly number[], share: number) => number;
  readonly compare: (options: object) => Row;
  readonly absolute: (options: object) => Row;
}
const file = new URL('../../bench/measure.mjs', import.meta.url).href;
const { quantile, compare, absolute } = (await import(file)) as Law;

/** A side that takes these milliseconds in turn, after its unmeasured first run. */
const taking = (...ms: readonly number[]) => {
  let runs = -1;
  return () => (runs++ < 0 ? 1_000 : (ms[(runs - 1) % ms.length] as number));
};

describe('a ratio', () => {
  it('is the median over the pairs, without the first one', () => {
    const row = compare({ name: 'x', subject: taking(20), base: taking(10), atMost: 2 });
    expect(row).toMatchObject({ value: 2, spread: 0, verdict: 'pass' });
  });

  it('fails past its limit, on either side', () => {
    const sides = () => ({ name: 'x', subject: taking(20), base: taking(10) });
    expect(compare({ ...sides(), atMost: 1.9 }).verdict).toBe('FAIL');
    expect(compare({ ...sides(), speed: true, atLeast: 0.6 }).verdict).toBe('FAIL');
    expect(compare({ ...sides(), speed: true, atLeast: 0.5 }).verdict).toBe('pass');
    expect(compare(sides()).verdict).toBe('reported');
  });

  it('is too noisy to pass or fail where the pairs differ by more than 15 %', () => {
    const sides = () => ({ name: 'x', subject: taking(10, 20, 30), base: taking(10) });
    expect(compare({ ...sides(), atMost: 1 }).verdict).toBe('too noisy');
    expect(compare({ ...sides(), atMost: 9 }).verdict).toBe('too noisy');
  });

  it('takes at least seven pairs', () => {
    expect(() => compare({ name: 'x', subject: taking(1), base: taking(1), pairs: 6 })).toThrow(
      /at least 7/,
    );
  });
});

describe('an absolute limit', () => {
  it('is not judged where the calibration loop is slower than it was set for', () => {
    const ask = (atRate: number) =>
      absolute({ name: 'x', unit: 'ms', sample: () => 5, samples: 7, atMost: 1, atRate }).verdict;
    expect(ask(Infinity)).toBe('slow machine');
    expect(ask(0)).toBe('FAIL');
  });
});

describe('a quantile', () => {
  it('is interpolated between the values in order', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([7], 0.75)).toBe(7);
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
  });
});
