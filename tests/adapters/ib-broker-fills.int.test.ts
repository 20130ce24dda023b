import { afterEach, describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
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
} from '../contract/orders.ts';
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

describe('executions', () => {
  it('count without any status', async () => {
    const it = await faulty('no-status');
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    await it.trade(AAPL, 100);
    expect(fillsOf(await it.heard())).toMatchObject([{ orderRef: ENTRY, quantity: 100 }]);
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
      const told = fillsOf(await it.heard());
      expect(told.map(({ orderRef }) => orderRef)).toEqual([ENTRY, STOP]);
      expect(it.remarks).toEqual([]);
    },
  );

  it('are corrected under the first name, and the statement has the last word', async () => {
    const it = await faulty('correct-execution', 1);
    await it.broker.submit(bracket);
    await it.trade(AAPL, 100);
    const events = await it.heard();
    const [first, corrected, ...more] = fillsOf(events);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ price: usd(100) });
    expect(corrected).toMatchObject({
      price: usd(100.01),
      quantity: 100,
      corrects: { of: first?.execId, revision: 1 },
      commission: null,
    });
    const paid = events.filter((event) => event.kind === 'commission');
    expect(paid).toMatchObject([
      { execId: first?.execId, commission: usd(1) },
      { execId: corrected?.execId, commission: usd(1.05) },
    ]);
    const { fills: stated, positions } = await it.broker.statement(EVER);
    expect(stated).toMatchObject([{ execId: corrected?.execId, commission: usd(1.05) }]);
    expect(positions).toMatchObject([{ quantity: 100 }]);
    // The same again, asked for, is not told again.
    expect(fillsOf(await it.heard())).toEqual([]);
  });

  it('wait for a commission that is never told, or has no value', async () => {
    for (const name of ['no-commission', 'unset-commission'] as const) {
      const it = await faulty(name, 1);
      await it.broker.submit(bracket);
      await it.trade(AAPL, 100);
      const events = await it.heard();
      expect(fillsOf(events)).toMatchObject([{ commission: null }]);
      expect(events.map(({ kind }) => kind)).not.toContain('commission');
    }
  });

  it('get their commission when it comes', async () => {
    const it = await withShares();
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

  const endedInPart = async (): Promise<IbWorld> => {
    const it = await ibWorld();
    await it.broker.submit(bracket);
    it.server.print(AAPL, 100, { shares: 40 });
    await it.settled();
    await it.broker.cancel(ENTRY);
    await expect.poll(() => it.server.exchange.cover(AAPL)).toEqual({ held: 40, stops: 40 });
    return it;
  };

  it('leaves its stop as sales of its group left it', async () => {
    const it = await endedInPart();
    it.server.print(AAPL, 100);
    await it.broker.submitOrder({ ...exit, quantity: 10 });
    for (let round = 0; round < 2; round += 1) await it.broker.statement(EVER);
    await it.settled();
    expect(it.server.exchange.cover(AAPL)).toEqual({ held: 30, stops: 30 });
  });

  it('leaves its stop at what it was enlarged to for shares that were added', async () => {
    const it = await endedInPart();
    it.server.print(AAPL, 100);
    const added = { ...bracket.entry, orderRef: ENTRY.replace('/1', '/2'), quantity: 50 };
    expect(await it.broker.submitOrder(added)).toEqual(accepted);
    expect(await it.broker.modify(STOP, { quantity: 90 })).toEqual(accepted);
    for (let round = 0; round < 2; round += 1) await it.broker.statement(EVER);
    await it.settled();
    expect(it.server.exchange.cover(AAPL)).toEqual({ held: 90, stops: 90 });
  });

  it('has its stop follow what turns out to have been bought besides', async () => {
    const it = await endedInPart();
    const order = it.server.exchange.book.orders.find(({ fields }) => fields.orderRef === ENTRY);
    if (order !== undefined) it.server.exchange.fill(order, 10, 100);
    await expect.poll(() => it.server.exchange.cover(AAPL)).toEqual({ held: 50, stops: 50 });
  });

  it('takes its stop along, where it ended without a share and without a word', async () => {
    const it = await ibWorld();
    await it.broker.submit(bracket);
    await it.heard();
    const order = it.server.exchange.book.orders.find(({ fields }) => fields.orderRef === ENTRY);
    if (order !== undefined) it.server.vanish(order);
    await it.broker.statement(EVER);
    await expect
      .poll(() => it.server.exchange.book.orders.map(({ state }) => state))
      .toEqual(['Cancelled', 'Cancelled']);
    expect(refsOf(await it.heard(), 'cancelled')).toEqual([ENTRY, STOP]);
  });
});

describe('the last look', () => {
  it('lets nothing out unarmed, not even what reduces risk', async () => {
    let why: string | null = null;
    const it = await ibWorld({ broker: { isArmed: () => why } });
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    await it.trade(AAPL, 100);
    why = 'TRADE_LABS_ARMED is not set';
    const denied = { outcome: 'denied', code: 'DISARMED', message: why };
    const again = { ...bracket.entry, orderRef: ENTRY.replace('/1', '/2') };
    expect(await it.broker.submitOrder(again)).toEqual(denied);
    expect(await it.broker.submitOrder(exit)).toEqual(denied);
    expect(await it.broker.modify(STOP, { stopPrice: usd(96) })).toEqual(denied);
    expect(await it.broker.cancel(STOP)).toEqual(denied);
    expect(await it.broker.preview(again)).toEqual({ complete: false, code: null, why });
    expect(it.sent.filter(([message]) => message === 3 || message === 4)).toHaveLength(2);
    expect(it.server.record.placed).toEqual([ENTRY, STOP]);
    why = null;
    expect(await it.broker.submitOrder(exit)).toEqual(accepted);
    expect(it.server.record.placed).toEqual([ENTRY, STOP, EXIT]);
  });
});
