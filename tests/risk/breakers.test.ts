import { describe, expect, it } from 'vitest';
import {
  type BreakerSettings,
  clockSkewTrip,
  equityJumpTrip,
  refusalTrip,
  rejectionTrip,
  silenceTrip,
  slippageOf,
  slippageTrip,
  stopOutTrip,
} from '../../src/risk/breakers.ts';

const SETTINGS: BreakerSettings = {
  slippageFraction: 0.01,
  dataSilenceMs: 30_000,
  rejections: 5,
  stopOuts: 4,
  equityJumpFraction: 0.1,
  clockSkewMs: 10_000,
  coolOffMs: 3_600_000,
};
const OFF: BreakerSettings = {
  slippageFraction: 0,
  dataSilenceMs: 0,
  rejections: 0,
  stopOuts: 0,
  equityJumpFraction: 0,
  clockSkewMs: 0,
  coolOffMs: 0,
};

describe('slippage', () => {
  it('is what a fill cost against the price it should have had', () => {
    expect(slippageOf('buy', 101, 100)).toBeCloseTo(0.01, 12);
    expect(slippageOf('sell', 99, 100)).toBeCloseTo(0.01, 12);
    expect(slippageOf('buy', 99, 100)).toBeCloseTo(-0.01, 12);
    expect(slippageOf('sell', 5, 0)).toBe(0);
  });

  const fill = (slippage: number, settings = SETTINGS) =>
    slippageTrip({ orderRef: 'x', slippage }, settings);

  it('trips above its limit and not at it', () => {
    expect(fill(slippageOf('buy', 101, 100))).toBeNull();
    expect(fill(0.010001)).toMatchObject({ breaker: 'slippage', state: 'reducing' });
    expect(fill(-0.5)).toBeNull();
  });

  it('of any size trips nothing where it is off', () => {
    expect(fill(0.5, OFF)).toBeNull();
  });
});

describe('silence of the data', () => {
  it('trips beyond its limit and not at it', () => {
    expect(silenceTrip(30_000, SETTINGS)).toBeNull();
    expect(silenceTrip(30_001, SETTINGS)).toMatchObject({ breaker: 'data_silence', value: 30_001 });
    expect(silenceTrip(1e9, OFF)).toBeNull();
  });
});

describe('rejections in a row', () => {
  it('trip at their limit', () => {
    expect(rejectionTrip(4, SETTINGS)).toBeNull();
    expect(rejectionTrip(5, SETTINGS)).toMatchObject({ breaker: 'rejections', state: 'reducing' });
    expect(rejectionTrip(50, OFF)).toBeNull();
  });
});

describe('trades that are stopped out', () => {
  it('trip at their limit', () => {
    expect(stopOutTrip(3, SETTINGS)).toBeNull();
    expect(stopOutTrip(4, SETTINGS)).toMatchObject({ breaker: 'stop_outs', state: 'reducing' });
    expect(stopOutTrip(50, OFF)).toBeNull();
  });
});

describe('a jump of the account', () => {
  it('trips above its limit in either direction, halts, and does not cool off', () => {
    expect(equityJumpTrip(100_000, 110_000, SETTINGS)).toBeNull();
    expect(equityJumpTrip(100_000, 90_000, SETTINGS)).toBeNull();
    const halted = { breaker: 'equity_jump', state: 'halted', coolsOff: false };
    expect(equityJumpTrip(100_000, 110_001, SETTINGS)).toMatchObject(halted);
    expect(equityJumpTrip(100_000, 89_999, SETTINGS)).toMatchObject(halted);
  });

  it('says nothing of an account that had nothing', () => {
    expect(equityJumpTrip(0, 1_000, SETTINGS)).toBeNull();
    expect(equityJumpTrip(1_000, 1, OFF)).toBeNull();
  });
});

describe('a clock that is off', () => {
  it('trips beyond its limit, ahead or behind', () => {
    expect(clockSkewTrip(10_000, SETTINGS)).toBeNull();
    expect(clockSkewTrip(-10_001, SETTINGS)).toMatchObject({
      breaker: 'clock_skew',
      value: 10_001,
    });
    expect(clockSkewTrip(10_001, SETTINGS)).not.toBeNull();
    expect(clockSkewTrip(1e9, OFF)).toBeNull();
  });
});

describe('what the last gate refused', () => {
  it('for its rate stops entries for a while', () => {
    for (const code of ['ORDER_RATE', 'ORDERS_PER_MINUTE']) {
      expect(refusalTrip({ code, orderRef: 'x' })).toMatchObject({
        breaker: 'order_rate',
        state: 'reducing',
        coolsOff: true,
      });
    }
  });

  it('because nobody wrote it down or approved it halts until a person has looked', () => {
    for (const code of ['CONSERVATION', 'NOT_JOURNALLED', 'PAYLOAD_CONFLICT']) {
      expect(refusalTrip({ code, orderRef: 'x' })).toMatchObject({
        breaker: 'conservation',
        state: 'halted',
        coolsOff: false,
      });
    }
    expect(refusalTrip(null)).toBeNull();
  });
});
