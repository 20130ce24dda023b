import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOrder } from '../../src/adapters/ib/ib-order-decoding.ts';
import { vendorContract, vendorOrder } from '../../src/adapters/ib/ib-order-encoding.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { micros, usd } from '../../src/domain/money.ts';
import { ORDER_TYPES, type Order } from '../../src/domain/order.ts';
import { takesStop } from '../../src/domain/order-checks.ts';
import { entry, stop } from '../contract/orders.ts';

const routing = { account: 'DU1234567', parentId: 0, transmit: true };
const contract = vendorContract('AAPL' as Symbol, null);

const prices = fc.integer({ min: 1, max: 5_000_000_000 }).map((cents) => micros(cents * 100));
const orders: fc.Arbitrary<Order> = fc
  .record({
    type: fc.constantFrom(...ORDER_TYPES),
    quantity: fc.integer({ min: 1, max: 1_000_000 }),
    limit: prices,
    stopAt: prices,
    trail: prices,
    timeInForce: fc.constantFrom('DAY' as const, 'GTC' as const),
    ocaGroup: fc.constantFrom(null, '2026-03-05/scan-open/AAPL/entry/1/oca'),
  })
  .map(({ type, quantity, limit, stopAt, trail, timeInForce, ocaGroup }) => ({
    ...stop,
    type,
    quantity,
    timeInForce,
    ocaGroup,
    limitPrice: type === 'limit' || type === 'stop_limit' ? limit : null,
    stopPrice: takesStop({ ...stop, type }) ? stopAt : null,
    ...(type === 'trailing_stop' ? { trailAmount: trail } : {}),
  }));

describe('an order for Interactive Brokers', () => {
  it('comes back as it went out, to the last digit', () => {
    fc.assert(
      fc.property(orders, (order) => {
        const { orderRef, parentRef } = order;
        const told = vendorOrder(order, routing);
        expect(decodeOrder(contract, told, { orderRef, parentRef })).toEqual(order);
      }),
    );
  });

  it('says what it is in so many words, and what it never is', () => {
    const words = vendorOrder(entry, routing);
    expect(words).toMatchObject({
      action: 'BUY',
      orderType: 'LMT',
      totalQuantity: 100,
      lmtPrice: 101,
      tif: 'DAY',
      account: 'DU1234567',
      orderRef: entry.orderRef,
      transmit: true,
      ocaGroup: '',
      ocaType: 0,
    });
    const flags = Object.values(words).filter((value) => typeof value === 'boolean');
    // Transmitted, and nothing else that could be switched on.
    expect(flags.filter(Boolean)).toEqual([true]);
    expect(Object.values(words)).not.toContain(undefined);
  });

  it('has its group reduce share by share, one of them at an exchange at a time', () => {
    expect(vendorOrder(stop, { ...routing, parentId: 7 })).toMatchObject({
      action: 'SELL',
      orderType: 'STP',
      auxPrice: 95,
      tif: 'GTC',
      parentId: 7,
      ocaGroup: 'AAPL/1',
      ocaType: 2,
    });
  });

  it('has the distance of a trailing stop where others have their price', () => {
    const trailing: Order = { ...stop, type: 'trailing_stop', trailAmount: usd(2.5) };
    const words = vendorOrder(trailing, routing);
    expect(words).toMatchObject({ orderType: 'TRAIL', auxPrice: 2.5, trailStopPrice: 95 });
    expect(words).not.toHaveProperty('lmtPrice');
  });

  it('names a stock by its number where that is known, and a class of shares after a space', () => {
    const stock = { conId: 265_598, symbol: 'AAPL', primaryExchange: 'NASDAQ' };
    expect(vendorContract('AAPL' as Symbol, stock)).toEqual({
      symbol: 'AAPL',
      secType: 'STK',
      exchange: 'SMART',
      currency: 'USD',
      conId: 265_598,
      primaryExch: 'NASDAQ',
    });
    expect(vendorContract('BRK.B' as Symbol, null).symbol).toBe('BRK B');
  });
});

describe('an order that the broker tells', () => {
  const told = vendorOrder(stop, routing);
  const named = { orderRef: 'foreign/7', parentRef: null };

  it('is none where it is no stock of the United States, or no whole shares', () => {
    const other = { ...contract, currency: 'CAD' };
    expect(decodeOrder(other, told, named)).toBeNull();
    expect(decodeOrder({ ...contract, secType: 'OPT' as never }, told, named)).toBeNull();
    for (const totalQuantity of [10.5, -1, Number.NaN]) {
      expect(decodeOrder(contract, { ...told, totalQuantity }, named)).toBeNull();
    }
  });

  it('has no price where none that can be one is told', () => {
    for (const auxPrice of [0, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE]) {
      expect(decodeOrder(contract, { ...told, auxPrice }, named)?.stopPrice).toBeNull();
    }
  });

  it('is told as what it comes closest to, where it is of a type that we never send', () => {
    const typeOf = (orderType: string) =>
      decodeOrder(contract, { ...told, orderType: orderType as never }, named)?.type;
    expect(['LOC', 'MOC', 'STP PRT', 'TRAIL LIMIT', 'MTL'].map(typeOf)).toEqual([
      'limit',
      'market',
      'stop',
      'trailing_stop',
      'market',
    ]);
  });
});
