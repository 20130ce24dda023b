import { describe, expect, it } from 'vitest';
import { momentum } from '../../src/strategy/momentum.ts';
import type { StrategyView } from '../../src/strategy/strategy.ts';

type Params = StrategyView<ReturnType<typeof momentum.params.parse>, string>['params'];
const PARAMS: Params = momentum.params.parse({});

interface Scene {
  readonly bars?: number;
  readonly closes?: Readonly<Record<number, number>>;
  readonly fast?: number;
  readonly slow?: number;
  readonly atr?: number;
  readonly highest?: number;
}

/** A stock at 100 that is fit to be bought, unless a scene says otherwise. */
function opinion({ bars = 200, closes = {}, fast = 95, slow = 90, atr = 2, highest = 100 }: Scene) {
  const column = (ago = 0): number => closes[ago] ?? 100;
  return momentum.evaluate({
    symbol: 'AAA' as never,
    params: PARAMS,
    held: null,
    bars: () => bars,
    open: column,
    high: column,
    low: column,
    close: column,
    volume: column,
    inputs: { fast: () => fast, slow: () => slow, atr: () => atr, highest: () => highest },
  });
}

describe('momentum', () => {
  it('is long above both averages, with its three features', () => {
    const closes = { 5: 96, 21: 90, 126: 75 };
    expect(opinion({ closes, highest: 104 })).toEqual({
      direction: 'long',
      reason: 'momentum_trend',
      features: [90 / 75 - 1, 100 / 104, 100 / 96 - 1],
    });
  });

  it('needs 200 bars of its own', () => {
    expect(opinion({ bars: 199 })).toEqual({ direction: 'none', reason: 'history_short' });
    expect(opinion({ bars: 200 }).direction).toBe('long');
  });

  it.each([
    [0.5, 'long'],
    [0.499_999, 'none'],
    [8, 'long'],
    [8.000_001, 'none'],
    [Number.NaN, 'none'],
  ])('takes an ATR14 of 0.5 to 8 percent: %f gives %s', (atr, direction) => {
    const said = opinion({ atr });
    expect(said.direction).toBe(direction);
    if (said.direction === 'none') expect(said.reason).toBe('volatility_band');
  });

  it.each([
    ['at its fast average', { fast: 100 }],
    ['with both averages equal', { fast: 95, slow: 95 }],
    ['below its fast average', { fast: 101 }],
    ['without a slow average', { slow: Number.NaN }],
  ])('has no signal %s', (_, scene) => {
    expect(opinion(scene)).toEqual({ direction: 'none', reason: 'no_signal' });
  });

  it('declares the weights and ramps of its score, in order', () => {
    expect(momentum.features(PARAMS)).toEqual([
      { name: 'trend', weight: 0.5, lo: 0, hi: 0.4, inverted: false },
      { name: 'near_high', weight: 0.3, lo: 0.85, hi: 1, inverted: false },
      { name: 'dip', weight: 0.2, lo: 0, hi: 0.08, inverted: true },
    ]);
    expect(momentum.inputs(PARAMS)).toEqual({
      fast: 'sma50',
      slow: 'sma200',
      atr: 'atr14',
      highest: 'donchianhigh55',
    });
    expect(momentum.warmupBars(PARAMS)).toBe(200);
  });
});
