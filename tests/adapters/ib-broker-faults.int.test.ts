import { afterEach, describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import type { FaultName } from '../../src/testing/fake-tws/faults.ts';
import {
  AAPL,
  accepted,
  bracket,
  ENTRY,
  EXIT,
  exit,
  refsOf,
  STOP,
  target,
} from '../contract/broker.ts';
import { closeIbWorlds, type IbWorld, ibWorld } from './ib-world.ts';

afterEach(closeIbWorlds);

const EVER = 0 as EpochMs;

async function faulty(name: FaultName, times?: number): Promise<IbWorld> {
  const it = await ibWorld();
  it.server.faults.set(name, times);
  return it;
}

async function held(): Promise<IbWorld> {
  const it = await ibWorld();
  expect(await it.broker.submit(bracket)).toEqual(accepted);
  await it.trade(AAPL, 100);
  await it.heard();
  return it;
}

const openRefs = async ({ broker }: IbWorld): Promise<string[]> =>
  (await broker.statement(EVER)).openOrders.map(({ orderRef }) => orderRef).toSorted();

const fills = (events: readonly BrokerEvent[]) =>
  events.flatMap((event) => (event.kind === 'filled' ? [event.fill] : []));

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
    const told = fills(await it.heard());
    expect(told.map(({ orderRef, quantity }) => [orderRef, quantity])).toEqual([[ENTRY, 100]]);
    expect((await it.broker.statement(EVER)).openOrders).toMatchObject([
      { orderRef: STOP, status: 'working' },
    ]);
  });

  it('tells what was filled while it was broken', async () => {
    const it = await held();
    it.server.drop();
    it.server.print(AAPL, 94);
    await it.reconnected(2);
    const events = await it.heard();
    expect(fills(events)).toMatchObject([{ orderRef: STOP, side: 'sell', quantity: 100 }]);
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
        return fills(all).map(({ orderRef }) => orderRef);
      })
      .toEqual([ENTRY]);
  });

  it('is none to a question either, and the late one is taken for no other', async () => {
    const it = await held();
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
    await expect
      .poll(async () => (await it.broker.statement(EVER)).complete.openOrders, { timeout: 20_000 })
      .toBe(true);
    expect(await openRefs(it)).toEqual([STOP]);
    expect((await it.broker.statement(EVER)).positions).toMatchObject([{ quantity: 100 }]);
  });
});

describe('a refusal', () => {
  it.each(['reject', 'reject-inactive', 'reject-malformed'] as const)(
    'is the answer, and no order is left of the chain (%s)',
    async (name) => {
      const it = await faulty(name, 1);
      const answer = await it.broker.submit(bracket);
      expect(answer).toMatchObject({ outcome: 'rejected', code: '201' });
      expect((answer as { message: string }).message).toContain('Available settled cash');
      expect(refsOf(await it.heard(), 'rejected')).toEqual([]);
      await expect.poll(() => openRefs(it)).toEqual([]);
    },
  );

  it.each([
    ['refuse-price', '110'],
    ['refuse-contract', '200'],
  ] as const)('by %s is one too', async (name, code) => {
    const it = await faulty(name, 1);
    expect(await it.broker.submit(bracket)).toMatchObject({ outcome: 'rejected', code });
    expect(await openRefs(it)).toEqual([]);
  });

  it('of the whole interface refuses, and is remarked for what it is', async () => {
    const it = await faulty('read-only');
    expect(await it.broker.submit(bracket)).toMatchObject({ outcome: 'rejected', code: '321' });
    expect(it.remarks.map(({ kind }) => kind)).toContain('read_only');
  });

  it('of an id that was used is no refusal of the order: it was not sent, and may be', async () => {
    const it = await faulty('refuse-id', 1);
    expect(await it.broker.submit(bracket)).toMatchObject({ outcome: 'not_sent' });
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    expect(await openRefs(it)).toEqual([ENTRY, STOP]);
  });

  it('of a change leaves the order as it was', async () => {
    const it = await held();
    it.server.faults.set('refuse-modify', 1);
    expect(await it.broker.modify(STOP, { stopPrice: usd(97) })).toMatchObject({
      outcome: 'rejected',
      code: '105',
    });
    expect(await it.heard()).toEqual([]);
    expect((await it.broker.statement(EVER)).openOrders).toMatchObject([
      { orderRef: STOP, stopPrice: usd(95), status: 'working' },
    ]);
  });
});

describe('a message on an order that works', () => {
  it('changes nothing but what is remarked', async () => {
    const it = await faulty('message-on-live-order');
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    await it.trade(AAPL, 100);
    expect(fills(await it.heard())).toMatchObject([{ orderRef: ENTRY, quantity: 100 }]);
    const codes = new Set(it.remarks.map(({ code }) => code));
    expect([...codes].toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([
      399, 404, 2_109, 2_161, 10_349,
    ]);
  });

  it('of a preset that makes day orders of standing ones is remarked, and the statement has it', async () => {
    const it = await faulty('preset-day');
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    const { openOrders } = await it.broker.statement(EVER);
    expect(openOrders.find(({ orderRef }) => orderRef === STOP)?.timeInForce).toBe('DAY');
    expect(it.remarks.map(({ kind }) => kind)).toContain('preset_changed');
  });
});

describe('a cancellation', () => {
  it.each([
    ['cancel-not-found', '10147'],
    ['cancel-impossible', '161'],
  ] as const)(
    'that is not taken (%s) leaves the order to work, and says so',
    async (name, code) => {
      const it = await held();
      it.server.faults.set(name, 1);
      expect(await it.broker.cancel(STOP)).toMatchObject({ outcome: 'rejected', code });
      expect(refsOf(await it.heard(), 'cancel_refused')).toEqual([STOP]);
      expect(await openRefs(it)).toEqual([STOP]);
      expect(await it.broker.cancel(STOP)).toEqual(accepted);
    },
  );

  it('of what has ended, as the broker says, proves nothing by itself', async () => {
    const it = await held();
    it.server.faults.set('cancel-final', 1);
    expect(await it.broker.cancel(STOP)).toMatchObject({ outcome: 'rejected', code: '10148' });
    expect(await it.heard()).toEqual([]);
    expect(await openRefs(it)).toEqual([STOP]);
  });

  it('that a fill overtakes ends in the fill', async () => {
    const it = await held();
    it.server.faults.set('fill-while-cancelling', 1);
    await it.broker.cancel(STOP);
    const events = await it.heard();
    expect(fills(events)).toMatchObject([{ orderRef: STOP, quantity: 100 }]);
    expect(refsOf(events, 'cancelled')).toEqual([]);
    expect((await it.broker.statement(EVER)).positions).toEqual([]);
  });
});

describe('executions', () => {
  it('count without any status', async () => {
    const it = await faulty('no-status');
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    await it.trade(AAPL, 100);
    expect(fills(await it.heard())).toMatchObject([{ orderRef: ENTRY, quantity: 100 }]);
    expect((await it.broker.statement(EVER)).openOrders).toMatchObject([
      { orderRef: STOP, status: 'working' },
    ]);
  });

  it.each(['status-first', 'duplicate-execution', 'zero-perm-id'] as const)(
    'are told once each (%s)',
    async (name) => {
      const it = await faulty(name);
      await it.broker.submit({ ...bracket, target });
      await it.trade(AAPL, 100);
      await it.trade(AAPL, 94);
      const told = fills(await it.heard());
      expect(told.map(({ orderRef }) => orderRef)).toEqual([ENTRY, STOP]);
      expect(it.remarks).toEqual([]);
    },
  );

  it('are corrected under the first name, and the statement has the last word', async () => {
    const it = await faulty('correct-execution', 1);
    await it.broker.submit(bracket);
    await it.trade(AAPL, 100);
    const [first, corrected, ...more] = fills(await it.heard());
    expect(more).toEqual([]);
    expect(first).toMatchObject({ price: usd(100) });
    expect(corrected).toMatchObject({
      price: usd(100.01),
      quantity: 100,
      corrects: { of: first?.execId, revision: 1 },
    });
    const { fills: stated, positions } = await it.broker.statement(EVER);
    expect(stated.map(({ execId }) => execId)).toEqual([corrected?.execId]);
    expect(positions).toMatchObject([{ quantity: 100 }]);
    // The same again, asked for, is not told again.
    expect(fills(await it.heard())).toEqual([]);
  });

  it('wait for a commission that is never told, or has no value', async () => {
    for (const name of ['no-commission', 'unset-commission'] as const) {
      const it = await faulty(name, 1);
      await it.broker.submit(bracket);
      await it.trade(AAPL, 100);
      const events = await it.heard();
      expect(fills(events)).toMatchObject([{ commission: null }]);
      expect(events.map(({ kind }) => kind)).not.toContain('commission');
    }
  });

  it('get their commission when it comes', async () => {
    const it = await held();
    const { fills: stated } = await it.broker.statement(EVER);
    expect(stated).toMatchObject([{ commission: usd(1) }]);
  });
});

describe('an entry that ends filled in part', () => {
  it('has its stop and target cut down to what it bought', async () => {
    const it = await ibWorld();
    expect(await it.broker.submit({ ...bracket, target })).toEqual(accepted);
    it.server.print(AAPL, 100, { shares: 40 });
    await it.settled();
    expect(await it.broker.cancel(ENTRY)).toEqual(accepted);
    await expect.poll(() => it.server.exchange.cover(AAPL)).toEqual({ held: 40, stops: 40 });
    const { openOrders } = await it.broker.statement(EVER);
    expect(openOrders.map(({ leg, quantity }) => [leg, quantity])).toEqual([
      ['stop', 40],
      ['target', 40],
    ]);
    await it.trade(AAPL, 94);
    expect(it.server.exchange.holdings.quantity(AAPL)).toBe(0);
    expect(await openRefs(it)).toEqual([]);
  });
});

describe('the last look', () => {
  it('lets no entry out unarmed, and everything that reduces risk', async () => {
    let why: string | null = null;
    const it = await ibWorld({ broker: { isArmed: () => why } });
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    await it.trade(AAPL, 100);
    why = 'TRADE_LABS_ARMED is not set';
    const again = { ...bracket.entry, orderRef: ENTRY.replace('/1', '/2') };
    expect(await it.broker.submitOrder(again)).toEqual({
      outcome: 'denied',
      code: 'DISARMED',
      message: why,
    });
    expect(await it.broker.modify(STOP, { stopPrice: usd(96) })).toEqual(accepted);
    expect(await it.broker.submitOrder(exit)).toEqual(accepted);
    expect(it.server.record.placed).toEqual([ENTRY, STOP, EXIT]);
  });
});
