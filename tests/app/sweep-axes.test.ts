import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Axis, levelAt, levelsOf, parseAxis, valueAt } from '../../src/app/sweep-axes.ts';
import { Failure } from '../../src/domain/failure.ts';

/** Every value of an axis that has levels. */
function allOf(text: string): string[] {
  const axis = parseAxis(text);
  if (axis.kind === 'between') throw new Error('it has no levels');
  return Array.from({ length: levelsOf(axis) ?? 0 }, (_, level) => levelAt(axis, level));
}

function refusalOf(text: string): Failure {
  try {
    parseAxis(text);
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error(`${text} was not refused`);
}

describe('an axis', () => {
  it.each([
    ['sizing.perTradeFraction=0.002..0.01:5', ['0.002', '0.004', '0.006', '0.008', '0.01']],
    ['risk.maxPositions=4..10:4', ['4', '6', '8', '10']],
    ['costs.slippageBps=0..1:3', ['0', '0.5', '1']],
    ['strategy.params.x=-1..1:3', ['-1', '0', '1']],
    ['risk.maxPositions=5,10,20', ['5', '10', '20']],
    ['schedule.scan-open.at=09:30, open+5m', ['09:30', 'open+5m']],
    [
      'exits.trail={kind: atr, multiple: 2},{kind: none}',
      ['{kind: atr, multiple: 2}', '{kind: none}'],
    ],
    ['scan.rule=gap', ['gap']],
  ])('%s has these values', (text, values) => {
    expect(allOf(text)).toEqual(values);
  });

  it('of steps begins and ends at its ends exactly, and ascends', () => {
    const end = fc.double({ min: -1000, max: 1000, noNaN: true }).map((x) => Number(x.toFixed(4)));
    fc.assert(
      fc.property(end, end, fc.integer({ min: 2, max: 200 }), (a, b, count) => {
        fc.pre(Math.abs(a - b) > 0.01);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const values = allOf(`costs.slippageBps=${low}..${high}:${count}`).map(Number);
        expect(values).toHaveLength(count);
        expect(values[0]).toBe(low === 0 ? 0 : low);
        expect(values.at(-1)).toBe(high === 0 ? 0 : high);
        expect(values).toEqual([...new Set(values)].sort((x, y) => x - y));
      }),
    );
  });

  it.each([
    ['', /takes KEY=VALUES/],
    ['risk.maxPositions', /takes KEY=VALUES/],
    ['=1,2', /takes KEY=VALUES/],
    ['risk.maxPositions=', /takes KEY=VALUES/],
    ['risk.maxPositions=1,,2', /has an empty value/],
    ['risk.maxPositions=1,2,1', /has 1 twice/],
    ['risk.maxPositions=10..5:3', /the first number must be below the second/],
    ['risk.maxPositions=5..5:3', /the first number must be below the second/],
    ['risk.maxPositions=5..10:1', /at least 2/],
    ['ib.port=1,2', /ib\.port cannot be swept/],
    ['data.barsDir=a,b', /data\.barsDir cannot be swept/],
    ['mode=sim,paper', /mode cannot be swept/],
  ])('%s is refused', (text, reason) => {
    const failure = refusalOf(text);
    expect(failure.code).toBe('USAGE');
    expect(failure.message).toMatch(reason);
  });
});

describe('a value drawn from between two ends', () => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('lies between them, and is whole where the key takes whole numbers', () => {
    const positions = parseAxis('risk.maxPositions=3..7');
    const fraction = parseAxis('sizing.perTradeFraction=0.002..0.01');
    fc.assert(
      fc.property(share, (at) => {
        const [whole, part] = [Number(valueAt(positions, at)), Number(valueAt(fraction, at))];
        expect([3, 4, 5, 6, 7]).toContain(whole);
        expect(part).toBeGreaterThanOrEqual(0.002);
        expect(part).toBeLessThanOrEqual(0.01);
      }),
    );
  });

  it('reaches both ends', () => {
    const positions = parseAxis('risk.maxPositions=3..7');
    expect(valueAt(positions, 0)).toBe('3');
    expect(valueAt(positions, 1 - 2 ** -32)).toBe('7');
    expect(valueAt(parseAxis('risk.maxPositions=1,2,9'), 1 - 2 ** -32)).toBe('9');
  });

  it.each([
    ['schedule.scan-open.top=1..3', true],
    ['sizing.stop.multiple=1..3', false],
    ['strategy.params.fastBars=20..100', true],
    ['strategy.params.maxAtrFraction=0.01..1', false],
  ])('%s is drawn whole: %s', (text, whole) => {
    expect(parseAxis(text)).toMatchObject({ kind: 'between', whole } satisfies Partial<Axis>);
  });
});
