import { describe, expect, it } from 'vitest';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type { Bracket, Order } from '../../src/domain/order.ts';
import { bracketFault, orderFault } from '../../src/domain/order-checks.ts';
import { DEFAULT_TICKS } from '../../src/domain/price.ts';

const ENTRY: Order = {
  orderRef: '2016-06-24/scan-open/AAA/entry/1',
  symbol: 'AAA' as Symbol,
  leg: 'entry',
  side: 'buy',
  type: 'limit',
  quantity: 100,
  limitPrice: usd(50.5),
  stopPrice: null,
  timeInForce: 'DAY',
  parentRef: null,
  ocaGroup: null,
  exitReason: null,
};
const STOP: Order = {
  ...ENTRY,
  orderRef: '2016-06-24/scan-open/AAA/stop/1',
  leg: 'stop',
  side: 'sell',
  type: 'stop',
  limitPrice: null,
  stopPrice: usd(45),
  timeInForce: 'GTC',
  parentRef: ENTRY.orderRef,
  ocaGroup: 'AAA-1',
  exitReason: 'stop',
};
const TARGET: Order = {
  ...STOP,
  orderRef: '2016-06-24/scan-open/AAA/target/1',
  leg: 'target',
  type: 'limit',
  limitPrice: usd(60),
  stopPrice: null,
  exitReason: 'target',
};
const BRACKET: Bracket = { entry: ENTRY, stop: STOP, target: TARGET, band: null };

const codeOf = (order: Order) => orderFault(order, DEFAULT_TICKS)?.code ?? null;
const bracketCode = (change: Partial<Bracket>) =>
  bracketFault({ ...BRACKET, ...change }, DEFAULT_TICKS)?.code ?? null;

describe('an order', () => {
  it.each([ENTRY, STOP, TARGET])('that makes sense is not refused', (order) => {
    expect(codeOf(order)).toBeNull();
  });

  it.each<readonly [string, Order, string]>([
    ['a limit order without a limit', { ...ENTRY, limitPrice: null }, 'ORDER_INVALID'],
    ['a limit of nothing', { ...ENTRY, limitPrice: usd(0) }, 'ORDER_INVALID'],
    ['a market order with a limit', { ...ENTRY, type: 'market' }, 'ORDER_INVALID'],
    ['a limit order with a stop price', { ...ENTRY, stopPrice: usd(45) }, 'ORDER_INVALID'],
    [
      'a buy that waits for a higher price',
      { ...ENTRY, type: 'stop', limitPrice: null, stopPrice: usd(52) },
      'ORDER_INVALID',
    ],
    [
      'a sell stop-limit with its limit above its stop',
      { ...STOP, type: 'stop_limit', limitPrice: usd(45.01) },
      'ORDER_INVALID',
    ],
    ['a trailing stop without a distance', { ...STOP, type: 'trailing_stop' }, 'ORDER_INVALID'],
    ['a distance on a stop that does not trail', { ...STOP, trailAmount: usd(1) }, 'ORDER_INVALID'],
    ['no shares', { ...ENTRY, quantity: 0 }, 'QUANTITY_ZERO'],
    ['a price off the grid', { ...ENTRY, limitPrice: usd(50.505) }, 'PRICE_OFF_TICK'],
  ])('is refused for %s', (_, order, code) => {
    expect(codeOf(order)).toBe(code);
  });
});

describe('a bracket', () => {
  it('that makes sense is not refused, with a target and without', () => {
    expect(bracketCode({})).toBeNull();
    expect(bracketCode({ target: null })).toBeNull();
  });

  it.each<readonly [string, Partial<Bracket>]>([
    ['an entry that is a child', { entry: { ...ENTRY, parentRef: 'another' } }],
    ['a protective leg that is a limit order', { stop: { ...TARGET, leg: 'stop' } }],
    ['a stop of another entry', { stop: { ...STOP, parentRef: 'another' } }],
    ['a stop of another symbol', { stop: { ...STOP, symbol: 'BBB' as Symbol } }],
    ['a stop of more shares than its entry', { stop: { ...STOP, quantity: 101 } }],
    ['a target beside the group of its stop', { target: { ...TARGET, ocaGroup: 'AAA-2' } }],
    ['stop and target without a group', { target: { ...TARGET, ocaGroup: null } }],
  ])('is refused for %s', (_, change) => {
    expect(bracketCode(change)).toBe('ORDER_INVALID');
  });

  it('is refused for a stop that is not below the limit of its entry', () => {
    expect(bracketCode({ stop: { ...STOP, stopPrice: usd(50.49) } })).toBeNull();
    expect(bracketCode({ stop: { ...STOP, stopPrice: usd(50.5) } })).toBe('STOP_NOT_BELOW_ENTRY');
  });
});
