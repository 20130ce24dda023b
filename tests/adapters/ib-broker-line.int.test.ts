import { afterEach, describe, expect, it } from 'vitest';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import { AAPL, accepted, bracket, ENTRY, refsOf, STOP } from '../contract/orders.ts';
import {
  closeIbWorlds,
  EVER,
  faulty,
  fillsOf,
  type IbWorld,
  ibWorld,
  openRefs,
  withShares,
} from './ib-world.ts';

afterEach(closeIbWorlds);

const stateOf = ({ server }: IbWorld, orderRef: string): string | undefined =>
  server.exchange.book.orders.findLast(({ fields }) => fields.orderRef === orderRef)?.state;

describe('a line that breaks', () => {
  it('before the answer leaves a bracket unknown, and the next statement shows it', async () => {
    const it = await faulty('drop-before-ack', 1);
    expect(await it.broker.submit(bracket)).toMatchObject({ outcome: 'unknown' });
    await it.reconnected(2);
    expect(await openRefs(it)).toEqual([ENTRY, STOP]);
    expect(refsOf(await it.heard(), 'acknowledged').toSorted()).toEqual([ENTRY, STOP]);
    expect(it.server.record.placed).toEqual([ENTRY, STOP]);
  });

  it('before anything arrived leaves it unknown, and nothing is sent again by itself', async () => {
    const it = await faulty('drop-order', 1);
    expect(await it.broker.submit(bracket)).toMatchObject({ outcome: 'unknown' });
    await it.reconnected(2);
    expect(await openRefs(it)).toEqual([]);
    expect(await it.broker.submit(bracket)).toMatchObject({ outcome: 'unknown' });
    await it.settled();
    expect(it.server.record.placed).toEqual([]);
  });

  it('between an entry and its stop has the entry withdrawn', async () => {
    const it = await faulty('drop-after-parent', 1);
    expect(await it.broker.submit(bracket)).toMatchObject({ outcome: 'unknown' });
    expect(stateOf(it, ENTRY)).toBe('Untransmitted');
    await it.reconnected(2);
    await expect.poll(() => stateOf(it, ENTRY)).toBe('Cancelled');
    expect(it.server.record.placed).toEqual([ENTRY]);
    expect(refsOf(await it.heard(), 'cancelled')).toEqual([ENTRY]);
  });

  it('in the middle of a message loses nothing that the next statement has', async () => {
    const it = await faulty('drop-mid-frame', 1);
    expect(await it.broker.submit(bracket)).toMatchObject({ outcome: 'unknown' });
    await it.reconnected(2);
    expect(await openRefs(it)).toEqual([ENTRY, STOP]);
  });

  it('after a fill has it told once, from the executions of the day', async () => {
    const it = await ibWorld();
    await it.broker.submit(bracket);
    await it.heard();
    it.server.faults.set('drop-after-fill', 1);
    it.server.print(AAPL, 100);
    await it.reconnected(2);
    const told = fillsOf(await it.heard());
    expect(told.map(({ orderRef, quantity }) => [orderRef, quantity])).toEqual([[ENTRY, 100]]);
    expect((await it.broker.statement(EVER)).openOrders).toMatchObject([
      { orderRef: STOP, status: 'working' },
    ]);
  });

  it('tells what was filled while it was broken', async () => {
    const it = await withShares();
    it.server.drop();
    it.server.print(AAPL, 94);
    await it.reconnected(2);
    const events = await it.heard();
    expect(fillsOf(events)).toMatchObject([{ orderRef: STOP, side: 'sell', quantity: 100 }]);
    const { positions, completedOrders } = await it.broker.statement(EVER);
    expect(positions).toEqual([]);
    expect(completedOrders.map(({ status }) => status)).toEqual(['filled', 'filled']);
  });

  it('has orders not sent while there is none', async () => {
    const it = await ibWorld();
    await it.gateway.close();
    expect(await it.broker.submit(bracket)).toMatchObject({ outcome: 'not_sent' });
    expect(await it.broker.statement(EVER)).toMatchObject({
      cash: null,
      netLiquidation: null,
      positions: [],
      openOrders: [],
      complete: { positions: false, openOrders: false, fills: false, completedOrders: false },
    });
  });
});

describe('an answer that does not come', () => {
  it('is unknown and not refused, until the order is shown', async () => {
    const it = await faulty('swallow-ack', 2);
    const answer = await it.broker.submit(bracket);
    expect(answer).toEqual({ outcome: 'unknown', message: `${ENTRY}: no answer within 5 s` });
    expect(await openRefs(it)).toEqual([ENTRY, STOP]);
    expect(refsOf(await it.heard(), 'acknowledged').toSorted()).toEqual([ENTRY, STOP]);
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    expect(it.server.record.placed).toEqual([ENTRY, STOP]);
  });

  it('of a fill is asked for, as soon as a status counts its shares', async () => {
    const it = await faulty('swallow-fill', 1);
    await it.broker.submit(bracket);
    it.server.print(AAPL, 100);
    const all: BrokerEvent[] = [];
    await expect
      .poll(async () => {
        all.push(...(await it.heard()));
        return fillsOf(all).map(({ orderRef }) => orderRef);
      })
      .toEqual([ENTRY]);
  });

  it('of a fill of another day is not asked for again and again', async () => {
    const first = await withShares();
    first.server.print(AAPL, 94, { shares: 40 });
    await first.heard();
    first.server.exchange.executions.splice(0);
    const it = await first.restarted();
    const asked = (message: number): number => it.sent.filter(([id]) => id === message).length;
    // Minutes pass: the time is asked for every half a minute.
    await expect.poll(() => asked(49)).toBeGreaterThan(4);
    expect(fillsOf(await it.heard())).toEqual([]);
    expect((await it.broker.statement(EVER)).openOrders).toMatchObject([
      { orderRef: STOP, status: 'partial', filledQuantity: 40 },
    ]);
    expect(asked(5)).toBeLessThan(6);
  });

  it('is none to a question either, and the late one is taken for no other', async () => {
    const it = await withShares({ answerMs: 1_000 });
    it.server.faults.set('slow-answers');
    const { complete, positions } = await it.broker.statement(EVER);
    expect(positions).toEqual([]);
    expect(complete).toEqual({
      positions: false,
      openOrders: false,
      fills: false,
      completedOrders: false,
    });
    it.server.faults.clear();
    // Once the late ones have come, an answer is that of its own question again.
    await expect.poll(async () => (await it.broker.statement(EVER)).complete.openOrders).toBe(true);
    expect(await openRefs(it)).toEqual([STOP]);
    expect((await it.broker.statement(EVER)).positions).toMatchObject([{ quantity: 100 }]);
  });
});
