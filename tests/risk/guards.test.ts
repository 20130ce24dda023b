import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { GATE_CODES, REASON_CODES } from '../../src/domain/reason.ts';
import { GUARDS, judge } from '../../src/risk/guards.ts';
import { SymbolSet } from '../../src/risk/symbol-set.ts';
import { position, sym, working } from '../pipeline/builders.ts';
import { BOUNDARIES } from './boundaries.ts';
import { guardInput, type Scene, told, verdictOf } from './guard-input.ts';

describe.each(BOUNDARIES)('a guard of %s', (_, boundaries) => {
  it.each(boundaries)('trips alone at %s', (_what, inside, outside, said) => {
    const { intent } = guardInput(inside);
    expect(told(inside)).toBe(`approved ${intent.quantity}`);
    const allowed = said.split(', ').map((one) => Number(one.split(' ')[1]));
    expect(told(outside)).toBe(`approved ${Math.min(...allowed)}: ${said}`);
  });
});

describe('the least value of an order', () => {
  const worth = (price: number, shares: number, least: number): Scene => ({
    intent: { referencePrice: usd(price), quantity: shares },
    sizing: { minNotionalUsd: least },
    risk: { maxAdvFraction: 1 },
  });

  it('denies below and allows at it, to the millionth of a dollar', () => {
    expect(told(worth(50, 100, 5_000))).toBe('approved 100');
    expect(told(worth(50, 100, 5_000.000001))).toBe('approved 0: MIN_NOTIONAL 0');
    // In floating point 1.15 x 100 is a little below 115.
    const cheap = worth(1.15, 100, 115);
    const small = { ...cheap.intent, limitPrice: usd(1.16), stopPrice: usd(1.05) };
    const quote = { bid: usd(1.149), ask: usd(1.15) };
    expect(told({ ...cheap, quote, intent: small })).toBe('approved 100');
  });

  it('is asked of what other guards leave, which is never rounded up', () => {
    const scene = { medianVolume: 1_900, sizing: { minNotionalUsd: 1_000 } };
    expect(told(scene)).toBe('approved 0: LIQUIDITY 19, MIN_NOTIONAL 0');
    expect(told({ ...scene, medianVolume: 2_000 })).toBe('approved 20: LIQUIDITY 20');
  });
});

describe('the reward of a target', () => {
  /** 100 shares at 50.50: 1 USD of commission and 5 bps of 5,050, 2.525 USD, each way: 7.05 USD in all. */
  const wins = (target: number, multiple: number, shares = 100): Scene => ({
    intent: { targetPrice: usd(target), quantity: shares },
    risk: { minRewardOverCosts: multiple },
    sizing: { minNotionalUsd: 0 },
  });

  it('denies below so many times the costs both ways, and allows at it', () => {
    expect(told(wins(50.57, 1))).toBe('approved 0: REWARD_TOO_SMALL 0');
    expect(told(wins(50.58, 1))).toBe('approved 100');
    expect(told(wins(57.55, 100))).toBe('approved 100');
    expect(told(wins(57.54, 100))).toBe('approved 0: REWARD_TOO_SMALL 0');
    expect(verdictOf(wins(50.57, 1)).reasons).toEqual([
      { code: 'REWARD_TOO_SMALL', allowed: 0, limit: 7.05, value: 7 },
    ]);
  });

  it('is asked of what other guards leave, since the least commission weighs more on less', () => {
    // Ten shares cost 1 USD and 0.2525 USD each way, 2.505 in all, and win 0.80.
    const few = { ...wins(50.58, 1), medianVolume: 1_000 };
    expect(told(few)).toBe('approved 0: LIQUIDITY 10, REWARD_TOO_SMALL 0');
  });

  it('is asked of nothing without a target, or while the limit is off', () => {
    expect(told({ risk: { minRewardOverCosts: 100 } })).toBe('approved 100');
    expect(told({ intent: { targetPrice: usd(50.51) } })).toBe('approved 100');
  });
});

describe('the guards', () => {
  it('approve an ordinary order whole and say nothing', () => {
    expect(told({})).toBe('approved 100');
  });

  it('print reasons in order: the day, the market, exposure, position size, the stop', () => {
    const scene: Scene = {
      state: { dayPnl: usd(-2_000), positions: [position('AAA', { markStale: true })] },
      quote: { kind: 'delayed' },
      risk: { maxGrossFraction: 0.01, maxPositions: 1 },
      sizing: { maxPositionFraction: 0.001 },
      intent: { stopPrice: usd(0) },
    };
    expect(verdictOf(scene).reasons.map(({ code }) => code)).toEqual([
      'DAILY_LOSS',
      'STALE_MARK',
      'QUOTE_DELAYED',
      'MAX_POSITIONS',
      'GROSS_EXPOSURE',
      'BUYING_POWER',
      'OPEN_RISK',
      'LOSS_ROOM',
      'POSITION_SIZE',
      'ALREADY_HELD',
      'STOP_MISSING',
    ]);
  });

  it('say the numbers of the limit and of the order', () => {
    const scene: Scene = { sizing: { maxPositionFraction: 0.05 } };
    expect(verdictOf(scene).reasons).toEqual([
      { code: 'POSITION_SIZE', allowed: 99, limit: 5_000, value: 5_050 },
    ]);
    const closed = verdictOf({ minutes: 380 }).reasons;
    expect(closed).toEqual([{ code: 'SESSION_LATE', allowed: 0, limit: 30, value: 10 }]);
  });

  it('count a position that may be added to among those that are taken', () => {
    const input = guardInput({ risk: { maxPositions: 3 } });
    const budget = { ...input.budget, positionsLeft: 0, taken: SymbolSet.of([sym('B')]) };
    expect(judge({ ...input, budget }).reasons).toEqual([
      { code: 'MAX_POSITIONS', allowed: 0, limit: 3, value: 3 },
    ]);
  });

  it('each say something different', () => {
    const codes = new Set<string>();
    for (const [, , outside] of BOUNDARIES.flatMap(([, boundaries]) => boundaries)) {
      for (const { code } of verdictOf(outside).reasons) codes.add(code);
    }
    codes.add('QUANTITY_ZERO').add('MIN_NOTIONAL').add('REWARD_TOO_SMALL');
    const atSending = ['REVIEW_DECLINED', 'MARGIN', 'MARGIN_UNKNOWN'];
    const elsewhere: string[] = ['STOP_TOO_CLOSE', ...atSending, ...GATE_CODES];
    expect([...codes].sort()).toEqual(
      REASON_CODES.filter((code) => !elsewhere.includes(code)).toSorted(),
    );
    expect(new Set(GUARDS).size).toBe(GUARDS.length);
  });

  it('refuse a quantity that is not whole shares', () => {
    for (const quantity of [0, -5, 0.5, Number.NaN]) {
      expect(told({ intent: { quantity } })).toBe('approved 0: QUANTITY_ZERO 0');
    }
  });

  it('count symbols, not orders, as taken', () => {
    const state = { positions: [position('BBB')], working: [working('BBB')] };
    expect(guardInput({ state, risk: { maxPositions: 2 } }).budget.positionsLeft).toBe(1);
    expect(guardInput({ state }).budget.taken.list()).toEqual([sym('BBB')]);
  });
});
