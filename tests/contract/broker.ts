import { describe, expect, test } from 'vitest';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import type { Broker, BrokerEvent } from '../../src/ports/broker.ts';
import {
  AAPL,
  accepted,
  bracket,
  ENTRY,
  EXIT,
  entry,
  exit,
  refsOf,
  STOP,
  stop,
  TARGET,
  target,
} from './orders.ts';

/** A broker with an empty account, and a hand on its market. */
export interface BrokerUnderTest {
  readonly broker: Broker;
  /** Lets the symbol trade at this price, in any size, and waits until the broker has dealt with it. */
  readonly trade: (symbol: Symbol, price: number) => Promise<void>;
  /** Waits until the broker has said what it has to say, and returns it. */
  readonly heard: () => Promise<readonly BrokerEvent[]>;
}

const EVER = 0 as EpochMs;

/** What every broker keeps, whatever is behind it. `make` gives a fresh account each time. */
export function describeBroker(name: string, make: () => Promise<BrokerUnderTest>): void {
  const statement = (broker: Broker) => broker.statement(EVER);
  const openRefs = async (broker: Broker): Promise<string[]> =>
    (await statement(broker)).openOrders.map((order) => order.orderRef).toSorted();

  async function withPosition(): Promise<BrokerUnderTest> {
    const it = await make();
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    await it.trade(AAPL, 100);
    return it;
  }

  describe(`${name} as a broker`, () => {
    test('says nothing and holds nothing at first, and says so completely', async () => {
      const { broker, heard } = await make();
      expect(await heard()).toEqual([]);
      const empty = await statement(broker);
      expect(empty.account).toBe(broker.account);
      expect([empty.positions, empty.openOrders, empty.fills]).toEqual([[], [], []]);
      expect(empty.completedOrders).toEqual([]);
      expect(empty.complete).toEqual({
        positions: true,
        openOrders: true,
        fills: true,
        completedOrders: true,
      });
    });

    test('declares what it can do, and can do what every desk needs', async () => {
      const { capabilities } = (await make()).broker;
      expect(capabilities.orderTypes).toEqual(expect.arrayContaining(['market', 'limit', 'stop']));
      expect(capabilities.timesInForce).toEqual(expect.arrayContaining(['DAY', 'GTC']));
      expect(capabilities.ocaReduces).toBe(true);
      expect(capabilities.settleMs).toBeGreaterThanOrEqual(0);
      expect(capabilities.remembersDays).toBeGreaterThanOrEqual(1);
    });

    test('shows what has ended among the completed orders, if it shows any', async () => {
      const { broker } = await make();
      await broker.submit(bracket);
      await broker.cancel(ENTRY);
      const { completedOrders, complete } = await statement(broker);
      expect(complete.completedOrders).toBe(broker.capabilities.showsCompletedOrders);
      const ended = completedOrders.map(({ orderRef, status }) => `${orderRef} ${status}`);
      const both = [`${ENTRY} cancelled`, `${STOP} cancelled`];
      expect(ended.toSorted()).toEqual(complete.completedOrders ? both : []);
    });

    test('acknowledges every order of a bracket and holds them open', async () => {
      const { broker, heard } = await make();
      expect(await broker.submit(bracket)).toEqual(accepted);
      expect(refsOf(await heard(), 'acknowledged').toSorted()).toEqual([ENTRY, STOP]);
      expect(await openRefs(broker)).toEqual([ENTRY, STOP]);
    });

    test('lets the stop sleep until its entry has filled', async () => {
      const it = await make();
      await it.broker.submit(bracket);
      const stopNow = async () =>
        (await statement(it.broker)).openOrders.find((order) => order.orderRef === STOP);
      expect(await stopNow()).toMatchObject({ status: 'submitted', quantity: 100 });
      await it.trade(AAPL, 100);
      expect(await stopNow()).toMatchObject({ status: 'working', stopPrice: usd(95) });
    });

    test('takes the same bracket again as the same, before and after it filled', async () => {
      const { broker, heard, trade } = await make();
      await broker.submit(bracket);
      await heard();
      expect(await broker.submit({ ...bracket, entry: { ...entry } })).toEqual(accepted);
      expect(await heard()).toEqual([]);
      await trade(AAPL, 100);
      await heard();
      expect(await broker.submit(bracket)).toEqual(accepted);
      expect(await heard()).toEqual([]);
      expect((await statement(broker)).positions).toMatchObject([{ quantity: 100 }]);
    });

    test('refuses other terms under a name it knows, and keeps what it has', async () => {
      const { broker, heard } = await make();
      await broker.submit(bracket);
      await heard();
      const larger = { ...bracket, entry: { ...entry, quantity: 200 } };
      expect(await broker.submit(larger)).toMatchObject({ outcome: 'rejected', code: 'CONFLICT' });
      const { openOrders } = await statement(broker);
      expect(openOrders.map((order) => order.quantity)).toEqual([100, 100]);
    });

    test('keeps both orders of a bracket to one name each', async () => {
      const { broker, heard } = await make();
      await broker.submit(bracket);
      await heard();
      const lower = { ...bracket, stop: { ...stop, stopPrice: usd(94) } };
      expect(await broker.submit(lower)).toMatchObject({ outcome: 'rejected', code: 'CONFLICT' });
    });

    test('refuses to cancel or modify what it never had', async () => {
      const { broker, heard } = await make();
      expect(await broker.cancel(ENTRY)).toMatchObject({ outcome: 'rejected' });
      expect(await broker.modify(ENTRY, { quantity: 1 })).toMatchObject({ outcome: 'rejected' });
      expect(await heard()).toEqual([]);
    });

    test('refuses to cancel what has ended', async () => {
      const { broker } = await make();
      await broker.submit(bracket);
      expect(await broker.cancel(ENTRY)).toEqual(accepted);
      expect(await broker.cancel(ENTRY)).toMatchObject({ outcome: 'rejected' });
    });

    test('reports a fill once as an event, and in the statement by its execId', async () => {
      const { broker, heard } = await withPosition();
      const fills = (await heard()).flatMap((event) =>
        event.kind === 'filled' ? [event.fill] : [],
      );
      expect(fills.reduce((total, fill) => total + fill.quantity, 0)).toBe(100);
      expect(new Set(fills.map((fill) => fill.execId)).size).toBe(fills.length);
      const { positions, fills: stated } = await statement(broker);
      expect(positions).toMatchObject([{ symbol: AAPL, quantity: 100 }]);
      expect(stated.map((fill) => fill.execId)).toEqual(fills.map((fill) => fill.execId));
    });

    test('states only fills since the instant asked for', async () => {
      const { broker, heard } = await withPosition();
      const times = (await heard()).flatMap((event) =>
        event.kind === 'filled' ? [event.fill.filledAt] : [],
      );
      const last = Math.max(...times);
      expect((await broker.statement(last as EpochMs)).fills).not.toEqual([]);
      expect((await broker.statement((last + 1) as EpochMs)).fills).toEqual([]);
    });

    test('tells events in the order they happened, each once', async () => {
      const { heard } = await withPosition();
      const events = await heard();
      const kinds = events.map((event) => event.kind);
      expect(kinds.indexOf('filled')).toBeGreaterThan(kinds.lastIndexOf('acknowledged'));
      const times = events.map((event) => event.at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(await heard()).toEqual([]);
    });

    test('cancels the stop together with an entry that did not fill', async () => {
      const { broker, heard } = await make();
      await broker.submit(bracket);
      expect(await broker.cancel(ENTRY)).toEqual(accepted);
      expect(refsOf(await heard(), 'cancelled')).toEqual([ENTRY, STOP]);
      expect(await openRefs(broker)).toEqual([]);
    });

    test('moves a stop, tells its new terms, and acts on them', async () => {
      const { broker, heard, trade } = await withPosition();
      await heard();
      expect(await broker.modify(STOP, { stopPrice: usd(97) })).toEqual(accepted);
      const told = (await heard()).flatMap((event) =>
        event.kind === 'modified' ? [event.order] : [],
      );
      expect(told).toMatchObject([{ orderRef: STOP, stopPrice: usd(97), quantity: 100 }]);
      await trade(AAPL, 96);
      expect(refsOf(await heard(), 'filled')).toEqual([STOP]);
      expect((await statement(broker)).positions).toEqual([]);
    });

    test('takes the repeated bracket as the same after its stop was moved', async () => {
      const { broker, heard } = await withPosition();
      await broker.modify(STOP, { stopPrice: usd(97) });
      await heard();
      expect(await broker.submit(bracket)).toEqual(accepted);
      expect(await heard()).toEqual([]);
    });

    test('sells by the stop when the price falls through it, and ends the exit of its group', async () => {
      const { broker, heard, trade } = await withPosition();
      await trade(AAPL, 99);
      await broker.submitOrder({ ...exit, type: 'limit', limitPrice: usd(110) });
      await heard();
      await trade(AAPL, 94);
      const events = await heard();
      expect(refsOf(events, 'filled')).toEqual([STOP]);
      expect(refsOf(events, 'cancelled')).toEqual([EXIT]);
      expect(await openRefs(broker)).toEqual([]);
    });

    test('sells by the target, and ends the stop', async () => {
      const { broker, heard, trade } = await make();
      expect(await broker.submit({ ...bracket, target })).toEqual(accepted);
      await trade(AAPL, 100);
      expect(refsOf(await heard(), 'filled')).toEqual([ENTRY]);
      expect(await openRefs(broker)).toEqual([STOP, TARGET]);
      await trade(AAPL, 111);
      const events = await heard();
      expect(refsOf(events, 'filled')).toEqual([TARGET]);
      expect(refsOf(events, 'cancelled')).toEqual([STOP]);
      expect((await statement(broker)).positions).toEqual([]);
    });

    test('cuts an order down, tells its new size, and fills no more', async () => {
      const { broker, heard, trade } = await make();
      await broker.submit(bracket);
      await heard();
      expect(await broker.modify(STOP, { quantity: 60 })).toEqual(accepted);
      expect(await broker.modify(ENTRY, { quantity: 60 })).toEqual(accepted);
      const told = (await heard()).flatMap((event) =>
        event.kind === 'modified' ? [`${event.order.orderRef} ${event.order.quantity}`] : [],
      );
      expect(told).toEqual([`${STOP} 60`, `${ENTRY} 60`]);
      await trade(AAPL, 100);
      expect((await statement(broker)).positions).toMatchObject([{ quantity: 60 }]);
    });

    test('refuses a change that asks for less than was filled, or for what an order has not', async () => {
      const { broker } = await make();
      await broker.submit(bracket);
      expect(await broker.modify(ENTRY, { stopPrice: usd(90) })).toMatchObject({
        outcome: 'rejected',
        code: 'INVALID',
      });
      expect(await broker.modify(STOP, { quantity: 0 })).toMatchObject({ outcome: 'rejected' });
    });

    test('ends a stop that stands for itself when it is asked to', async () => {
      const { broker, heard } = await withPosition();
      await heard();
      expect(await broker.cancel(STOP)).toEqual(accepted);
      expect(refsOf(await heard(), 'cancelled')).toEqual([STOP]);
      const { positions, openOrders } = await statement(broker);
      expect(positions).toMatchObject([{ quantity: 100 }]);
      expect(openOrders).toEqual([]);
    });

    test('protects what is owned by a stop of its own', async () => {
      const { broker, heard, trade } = await withPosition();
      await broker.cancel(STOP);
      const again = { ...stop, orderRef: STOP.replace('/1', '/2'), parentRef: null };
      expect(await broker.submitOrder({ ...again, stopPrice: usd(96) })).toEqual(accepted);
      await heard();
      await trade(AAPL, 95.5);
      expect(refsOf(await heard(), 'filled')).toEqual([again.orderRef]);
    });

    test('shows an order that ended among none that are open', async () => {
      const { broker, trade } = await withPosition();
      await trade(AAPL, 94);
      const { openOrders, completedOrders } = await statement(broker);
      expect(openOrders).toEqual([]);
      const ended = completedOrders.map((order) => `${order.orderRef} ${order.filledQuantity}`);
      expect(ended.toSorted()).toEqual([`${ENTRY} 100`, `${STOP} 100`]);
    });

    test('sells by an exit in the group of the stop, and ends the stop', async () => {
      const { broker, heard, trade } = await withPosition();
      await heard();
      expect(await broker.submitOrder(exit)).toEqual(accepted);
      await trade(AAPL, 99);
      const events = await heard();
      expect(refsOf(events, 'filled')).toEqual([EXIT]);
      expect(refsOf(events, 'cancelled')).toEqual([STOP]);
      expect((await statement(broker)).positions).toEqual([]);
    });
  });
}
