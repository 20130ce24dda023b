import { describe, expect, it } from 'vitest';
import { computeIndicator, parseIndicator } from '../../src/indicators/registry.ts';
import { flatBars } from './clean-bars.ts';

/** Prices whose sums are not exact in binary: rounding dust would show as movement. */
const flat = flatBars(0.1, 60);

describe('a market in which nothing moves', () => {
  it.each([
    ['rsi14', 50],
    ['mfi14', 50],
    ['stochk14', 50],
    ['stochd14', 50],
    ['willr14', -50],
    ['cci20', 0],
    ['adx14', 0],
    ['dx14', 0],
    ['plusdi14', 0],
    ['minusdi14', 0],
    ['atr14', 0],
    ['natr14', 0],
    ['tr', 0],
    ['stddev20', 0],
    ['roc10', 0],
    ['mom10', 0],
    ['bbupper20', 0.1],
    ['bblower20', 0.1],
    ['sma20', 0.1],
    ['relvol20', 1],
    ['obv', 100],
  ])('is neutral to %s: %f', (name, neutral) => {
    const spec = parseIndicator(name);
    if (!spec.ok) throw new Error(spec.error);
    const values = computeIndicator(spec.value, flat).slice(spec.value.warmupBars);
    expect(new Set(values)).toEqual(new Set([neutral]));
  });
});
