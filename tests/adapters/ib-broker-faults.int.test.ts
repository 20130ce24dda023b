import { afterEach, describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { isFinal } from '../../src/testing/fake-tws/working-order.ts';
import {
  AAPL,
  accepted,
  bracket,
  ENTRY,
  refsOf,
  STOP,
  stop,
  TARGET,
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

/** A stop that no exchange takes. */
const offStep = { ...stop, stopPrice: usd(95.005) };

const orderOf = ({ server }: IbWorld, orderRef: string) => {
  const found = server.exchange.book.orders.find(({ fields }) => fields.orderRef === orderRef);
  if (found === undefined) throw new Error(`${orderRef} did not arrive`);
  return found;
};

/** Says that an order is refused, whatever became of it. */
function sayRefused(it: IbWorld, orderRef: string): void {
  const { orderId } = orderOf(it, orderRef);
  it.server.mutate = (tokens) => (tokens[0] === 4 ? tokens.with(2, orderId) : tokens);
  it.server.announce(201, 'Order rejected - reason:The exchange does not take it.');
  it.server.mutate = null;
}

describe('a refusal', () => {
  it.each(['reject', 'reject-inactive', 'reject-malformed'] as const)(
    'is the answer, and no order is left of the chain (%s)',
    async (name) => {
      const it = await faulty(name, 1);
      const answer = await it.broker.submit(bracket);
      expect(answer).toMatchObject({ outcome: 'rejected', code: '201' });
      expect((answer as { message: string }).message).toContain('Available settled cash');
      expect(refsOf(await it.heard(), 'rejected')).toEqual([]);
      const left = it.server.exchange.book.orders.filter((order) => !isFinal(order));
      expect(left).toEqual([]);
      expect(await openRefs(it)).toEqual([]);
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

  it.each([
    ['and the entry with it, which was never released', { ...bracket, stop: offStep }],
    ['and the entry with it, which works already', { ...bracket, stop: offStep, target }],
  ])('of a stop is one of its chain (%s)', async (_, chain) => {
    const it = await ibWorld();
    expect(await it.broker.submit(chain)).toMatchObject({ outcome: 'rejected', code: '110' });
    const left = it.server.exchange.book.orders.filter((order) => !isFinal(order));
    expect(left).toEqual([]);
    it.server.print(AAPL, 100);
    expect(it.server.exchange.holdings.quantity(AAPL)).toBe(0);
  });

  it('of a stop whose entry was faster is told, and nothing that protects is taken away', async () => {
    const it = await ibWorld();
    it.server.print(AAPL, 100);
    expect(await it.broker.submit({ ...bracket, stop: offStep, target })).toEqual(accepted);
    const events = await it.heard();
    expect(refsOf(events, 'filled')).toEqual([ENTRY]);
    expect(events.filter(({ kind }) => kind === 'rejected')).toMatchObject([
      { orderRef: STOP, code: '110' },
    ]);
    expect(await openRefs(it)).toEqual([TARGET]);
  });

  it('of a stop that comes later has its entry withdrawn, which would buy without one', async () => {
    const it = await ibWorld();
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    it.server.vanish(orderOf(it, STOP));
    sayRefused(it, STOP);
    await expect.poll(() => orderOf(it, ENTRY).state).toBe('Cancelled');
    const events = await it.heard();
    expect(refsOf(events, 'rejected')).toEqual([STOP]);
    expect(refsOf(events, 'cancelled')).toEqual([ENTRY]);
  });

  it('of a stop that comes over a line that is lost has it withdrawn once there is one', async () => {
    const it = await ibWorld();
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    it.server.announce(1100, 'Connectivity between IBKR and Trader Workstation has been lost.');
    it.server.vanish(orderOf(it, STOP));
    sayRefused(it, STOP);
    await it.settled();
    expect(orderOf(it, ENTRY).state).toBe('Submitted');
    it.server.announce(1102, 'Connectivity between IBKR and Trader Workstation has been restored.');
    await it.settled();
    await it.broker.statement(EVER);
    await expect.poll(() => orderOf(it, ENTRY).state).toBe('Cancelled');
  });

  it('of a stop that is shown at work is none: it is not hidden, for it can sell', async () => {
    const it = await withShares();
    sayRefused(it, STOP);
    const events = await it.heard();
    expect(refsOf(events, 'rejected')).toEqual([STOP]);
    expect(orderOf(it, STOP).state).toBe('PreSubmitted');
    expect((await it.broker.statement(EVER)).openOrders).toMatchObject([
      { orderRef: STOP, status: 'working' },
    ]);
    expect(refsOf(await it.heard(), 'acknowledged')).toEqual([STOP]);
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
    const it = await withShares();
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
    expect(fillsOf(await it.heard())).toMatchObject([{ orderRef: ENTRY, quantity: 100 }]);
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
      const it = await withShares();
      it.server.faults.set(name, 1);
      expect(await it.broker.cancel(STOP)).toMatchObject({ outcome: 'rejected', code });
      expect(refsOf(await it.heard(), 'cancel_refused')).toEqual([STOP]);
      expect(await openRefs(it)).toEqual([STOP]);
      expect(await it.broker.cancel(STOP)).toEqual(accepted);
    },
  );

  it('of what has ended, as the broker says, proves nothing by itself', async () => {
    const it = await withShares();
    it.server.faults.set('cancel-final', 1);
    expect(await it.broker.cancel(STOP)).toMatchObject({ outcome: 'rejected', code: '10148' });
    expect(await it.heard()).toEqual([]);
    expect(await openRefs(it)).toEqual([STOP]);
  });

  it('that a fill overtakes ends in the fill', async () => {
    const it = await withShares();
    it.server.faults.set('fill-while-cancelling', 1);
    await it.broker.cancel(STOP);
    const events = await it.heard();
    expect(fillsOf(events)).toMatchObject([{ orderRef: STOP, quantity: 100 }]);
    expect(refsOf(events, 'cancelled')).toEqual([]);
    expect((await it.broker.statement(EVER)).positions).toEqual([]);
  });
});
