import { describe, expect, test } from 'vitest';
import { slippageBps } from '../../src/adapters/sim/sim-slippage.ts';
import { usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import {
  AAA,
  bracket,
  exit,
  fives,
  loneStop,
  type Prices,
  session,
  type World,
  week,
  world,
} from './sim-world.ts';

/** 100 AAA bought at the first open, at 100; their own stop is out of the way. */
async function holding(...days: Prices[]): Promise<World> {
  const it = world({ daily: { AAA: week([100, 100, 100, 100], ...days) } }, { slippageBps: 0 });
  await it.broker.submit(bracket({ stop: 1 }));
  it.day(0);
  await it.broker.cancel('AAA/stop/1');
  it.story();
  return it;
}

const stopLimit = (stop: number, limit: number): Order => ({
  ...loneStop({ stopPrice: usd(stop), limitPrice: usd(limit) }),
  type: 'stop_limit',
});
const trailing = (stop: number, distance: number): Order => ({
  ...loneStop({ stopPrice: usd(stop), trailAmount: usd(distance) }),
  type: 'trailing_stop',
});

describe('a stop-limit', () => {
  const played = async (order: Order, ...days: Prices[]): Promise<string[]> => {
    const it = await holding(...days);
    expect(await it.broker.submitOrder(order)).toEqual({ outcome: 'accepted' });
    it.story();
    for (const i of days.keys()) it.day(i + 1);
    return it.story();
  };

  test('sells at its stop while that is at its limit or above', async () => {
    expect(await played(stopLimit(95, 94), [98, 99, 93, 94])).toEqual([
      'AAA/stop/2 sells 100 at 95.00, Tue close',
    ]);
  });

  test('is jumped by a gap below its limit, and rests at it from the next bar on', async () => {
    const jumped = stopLimit(95, 94);
    expect(await played(jumped, [90, 93, 88, 91])).toEqual([]);
    expect(await played(jumped, [90, 93, 88, 91], [92, 95, 91, 93])).toEqual([
      'AAA/stop/2 sells 100 at 94.00, Wed close',
    ]);
    expect(await played(jumped, [90, 93, 88, 91], [96, 97, 95, 96])).toEqual([
      'AAA/stop/2 sells 100 at 96.00, Wed open',
    ]);
  });

  test('is refused with its limit above its stop', async () => {
    const it = await holding();
    expect(await it.broker.submitOrder(stopLimit(95, 96))).toMatchObject({ code: 'INVALID' });
  });
});

describe('a trailing stop', () => {
  test('follows each new high, never falls, and takes effect from the next price', async () => {
    const it = await holding([101, 110, 100, 108], [107, 108, 104.5, 106], [106, 107, 104, 105]);
    await it.broker.submitOrder(trailing(95, 5));
    it.story();
    it.day(1);
    expect(it.story()).toEqual(['AAA/stop/2 is 100 at 96.00', 'AAA/stop/2 is 100 at 105.00']);
    it.day(2);
    expect(it.story()).toEqual(['AAA/stop/2 sells 100 at 105.00, Wed close']);
  });

  test('is the only type with a distance, and needs one', async () => {
    const it = await holding();
    const none = { ...loneStop(), type: 'trailing_stop' } as const;
    expect(await it.broker.submitOrder(none)).toMatchObject({ code: 'INVALID' });
    const odd = { ...loneStop(), trailAmount: usd(5) };
    expect(await it.broker.submitOrder(odd)).toMatchObject({ code: 'INVALID' });
  });

  test('survives being saved and restored', async () => {
    const it = await holding([101, 110, 100, 108], [107, 108, 104, 106]);
    await it.broker.submitOrder(trailing(95, 5));
    it.day(1);
    const state = JSON.parse(JSON.stringify(it.broker.state())) as never;
    const daily = { AAA: week([100, 100, 100, 100], [101, 110, 100, 108], [107, 108, 104, 106]) };
    const again = world({ daily }, { slippageBps: 0, restore: state });
    again.story();
    again.day(2);
    expect(again.story()).toEqual(['AAA/stop/2 sells 100 at 105.00, Wed close']);
  });
});

describe('slippage by spread and volume', () => {
  test('is half the spread, plus the square of the share of the volume', () => {
    const model = { kind: 'spread_volume', halfSpreadBps: 2, impact: 0.1 } as const;
    expect(slippageBps(model, 0, 1_000)).toBe(2);
    expect(slippageBps(model, 100, 1_000)).toBeCloseTo(2 + 0.1 * 0.01 * 10_000, 9);
    expect(slippageBps(model, 1_000, 1_000)).toBeCloseTo(1_002, 9);
    expect(slippageBps(model, 5_000, 1_000)).toBeCloseTo(1_002, 9);
    expect(slippageBps({ kind: 'fixed', bps: 5 }, 5_000, 1_000)).toBe(5);
  });

  test('is paid by what fills', async () => {
    const slippage = { kind: 'spread_volume', halfSpreadBps: 10, impact: 0.1 } as const;
    const it = world({ daily: { AAA: week([100, 101, 99, 100, 1_000]) } }, { slippage });
    await it.broker.submit(bracket({ limit: 103 }));
    it.open(0);
    // 100 of 1,000 shares: 0.1 x 0.1^2 is 10 bps more.
    expect(it.story().at(-1)).toBe('AAA/entry/1 buys 100 at 100.20, Mon open');
  });
});

describe('a cash dividend', () => {
  const paid = { symbol: AAA, exDate: session(1).date, kind: 'dividend', value: 0.5 } as const;
  const daily = { AAA: week([100, 100, 100, 100], [99.5, 100, 99, 100]) };

  test('is paid on its ex-date, and lowers sell stops by as much', async () => {
    const it = world({ daily, actions: [paid] }, { slippageBps: 0 });
    await it.broker.submit(bracket());
    it.day(0);
    it.story();
    const { dividends } = it.broker.startSession(session(1));
    expect(dividends).toEqual([
      { symbol: AAA, exDate: session(1).date, perShare: usd(0.5), quantity: 100, amount: usd(50) },
    ]);
    expect(it.story()).toEqual(['AAA/stop/1 is 100 at 94.50']);
    const { cash, netLiquidation } = await it.statement();
    expect(cash).toBe(usd(100_000 - 10_000 + 50));
    expect(netLiquidation).toBe(usd(100_000));
    expect(it.broker.startSession(session(1)).dividends).toEqual([]);
  });

  test('is nobody’s who bought on the ex-date', async () => {
    const it = world({ daily, actions: [paid] }, { slippageBps: 0 });
    it.day(0);
    await it.broker.submit(bracket());
    it.day(1);
    expect((await it.statement()).cash).toBe(usd(100_000 - 9_950));
  });
});

describe('what exchanges and brokers do to accepted orders', () => {
  test('a late refusal ends the order, and with an entry its children', async () => {
    const it = world({ daily: { AAA: week([100, 101, 99, 100]) } });
    await it.broker.submit(bracket());
    it.story();
    it.broker.refuseLater('AAA/entry/1', '201', 'no');
    const kinds = it.broker.drain().map((event) => event.kind);
    expect(kinds).toEqual(['rejected', 'cancelled']);
    const { openOrders, completedOrders } = await it.statement();
    expect(openOrders).toEqual([]);
    expect(completedOrders.map(({ orderRef, status }) => `${orderRef} ${status}`)).toEqual([
      'AAA/entry/1 rejected',
      'AAA/stop/1 cancelled',
    ]);
  });

  test('an order that is held back does not fill until it is let go', async () => {
    const it = world({ daily: { AAA: week([100, 101, 99, 100], [100, 101, 99, 100]) } });
    await it.broker.submit({ ...bracket(), entry: { ...bracket().entry, timeInForce: 'GTC' } });
    it.broker.setHeld('AAA/entry/1', true, 'locate');
    it.open(0);
    expect((await it.statement()).positions).toEqual([]);
    expect((await it.statement()).openOrders[0]?.status).toBe('inactive');
    it.broker.setHeld('AAA/entry/1', false, '');
    it.close(0);
    it.open(1);
    expect((await it.statement()).positions).toMatchObject([{ quantity: 100 }]);
  });

  test('a symbol without its bar is halted until it trades again', async () => {
    const bars = fives(0, [100, 100, 100, 100], null, [100, 100, 100, 100]);
    const it = world({ fives: { 0: bars } });
    await it.broker.submit(bracket());
    it.openFive(0, 0);
    expect(it.broker.isHalted(AAA)).toBe(false);
    it.closeFive(0, 0);
    it.openFive(0, 1);
    expect(it.broker.isHalted(AAA)).toBe(true);
    it.openFive(0, 2);
    expect(it.broker.isHalted(AAA)).toBe(false);
  });
});

test('an exit larger than a position is refused, whatever its type', async () => {
  const it = await holding();
  for (const order of [exit({ quantity: 101 }), trailing(95, 5), stopLimit(95, 94)]) {
    const larger = { ...order, quantity: 101 };
    expect(await it.broker.submitOrder(larger)).toMatchObject({ code: 'OVERSELL' });
  }
});
