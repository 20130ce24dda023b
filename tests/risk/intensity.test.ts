import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type IntensitySettings,
  intensityFactor,
  settleIntensity,
} from '../../src/risk/intensity.ts';

const SETTINGS: IntensitySettings = { enabled: true, floor: 0.25, window: 20, deadBand: 0.1 };
const trades = (r: number, count = 20): number[] => Array<number>(count).fill(r);
const factor = (netR: readonly number[], drawdown = 0, settings = SETTINGS): number =>
  intensityFactor(netR, drawdown, 0.1, settings);

describe('the share of the risk budget', () => {
  it.each([
    [-1, 0.25],
    [-0.5, 0.25],
    [-0.499_98, 0.250_015],
    [-0.25, 0.4375],
    [0, 0.625],
    [0.25, 0.8125],
    [0.499_98, 0.999_985],
    [0.5, 1],
    [3, 1],
  ])('follows the mean of the last twenty trades: %f R gives %f', (r, expected) => {
    expect(factor(trades(r))).toBe(expected);
  });

  it('looks at the last twenty only, oldest first', () => {
    expect(factor([...trades(-5, 100), ...trades(0.5)])).toBe(1);
    expect(factor([...trades(5, 100), ...trades(-0.5)])).toBe(0.25);
  });

  it('is at most half of its range with fewer than twenty', () => {
    expect(factor([])).toBe(0.625);
    expect(factor(trades(9, 19))).toBe(0.625);
    expect(factor(trades(-9, 19))).toBe(0.625);
    expect(factor(trades(9, 20))).toBe(1);
  });

  it.each([
    [0, 1],
    [0.025, 0.8125],
    [0.05, 0.625],
    [0.099_99, 0.250_075],
    [0.1, 0.25],
    [0.4, 0.25],
  ])('falls with the drawdown: %f gives %f', (drawdown, expected) => {
    expect(factor(trades(2), drawdown)).toBe(expected);
  });

  it('takes the worse of results and drawdown, also with few trades', () => {
    expect(factor(trades(0), 0.025)).toBe(0.625);
    expect(factor(trades(0), 0.075)).toBe(0.4375);
    expect(factor([], 0.075)).toBe(0.4375);
    expect(factor([], 0.02)).toBe(0.625);
  });

  it('is 1 where it is switched off', () => {
    expect(factor(trades(-5), 0.09, { ...SETTINGS, enabled: false })).toBe(1);
  });

  it('is the floor where no drawdown at all is allowed', () => {
    expect(intensityFactor(trades(2), 0, 0, SETTINGS)).toBe(0.25);
  });

  it('is never below its floor nor above 1, in whole millionths', () => {
    const r = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(r, { maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (netR, dd) => {
          const result = factor(netR, dd);
          expect(result).toBeGreaterThanOrEqual(0.25);
          expect(result).toBeLessThanOrEqual(1);
          expect(Math.round(result * 1e6) / 1e6).toBe(result);
        },
      ),
    );
  });

  it('never rises with a worse trade or a deeper drawdown', () => {
    const r = fc.double({ min: -3, max: 3, noNaN: true });
    const deep = fc.double({ min: 0, max: 0.1, noNaN: true });
    fc.assert(
      fc.property(fc.array(r, { minLength: 20, maxLength: 30 }), deep, deep, (netR, a, b) => {
        const worse = netR.with(-1, (netR.at(-1) ?? 0) - 1);
        expect(factor(worse, a)).toBeLessThanOrEqual(factor(netR, a));
        expect(factor(netR, Math.max(a, b))).toBeLessThanOrEqual(factor(netR, Math.min(a, b)));
      }),
    );
  });
});

describe('a new factor', () => {
  it('counts directly when it is the first', () => {
    expect(settleIntensity(null, 0.26, SETTINGS)).toBe(0.26);
  });

  it.each([
    [0.25, 0.35, 0.35],
    [0.35, 0.25, 0.25],
    [0.25, 0.349_999, 0.25],
    [0.7, 0.8, 0.8],
    [0.7, 0.600_001, 0.7],
    [0.7, 0.6, 0.6],
    [0.5, 0.5, 0.5],
  ])('counts when it differs by a tenth: %f, then %f, is %f', (inForce, computed, expected) => {
    expect(settleIntensity(inForce, computed, SETTINGS)).toBe(expected);
  });

  it('counts whatever it differs by where the one in force is below the floor', () => {
    expect(settleIntensity(0.55, 0.6, { ...SETTINGS, floor: 0.6 })).toBe(0.6);
  });

  it('is 1 at once where results are not followed any more', () => {
    expect(settleIntensity(0.95, 1, { ...SETTINGS, enabled: false })).toBe(1);
  });

  it('always counts without a dead band', () => {
    expect(settleIntensity(0.5, 0.500_001, { ...SETTINGS, deadBand: 0 })).toBe(0.500_001);
  });
});
