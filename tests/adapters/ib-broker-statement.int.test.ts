import { afterEach, describe, expect, it } from 'vitest';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type { Token } from '../../src/testing/fake-tws/frame.ts';
import { AAPL, accepted, bracket, ENTRY, entry, refsOf, STOP, stop } from '../contract/orders.ts';
import { ACCOUNT } from '../testing/fake-tws/serving.ts';
import { CLIENT, closeIbWorlds, EVER, ibWorld, openRefs, withShares } from './ib-world.ts';

afterEach(closeIbWorlds);

/** An order that another program places. */
const MARKET_BUY = {
  symbol: AAPL,
  action: 'BUY',
  totalQuantity: '10',
  orderType: 'MKT',
  tif: 'DAY',
  account: ACCOUNT,
  orderRef: '',
  transmit: '1',
};

describe('a statement', () => {
  it('says cash and worth, and what else the account may spend', async () => {
    const it = await withShares();
    it.server.print(AAPL, 103);
    const { cash, netLiquidation } = await it.broker.statement(EVER);
    expect(cash).toBe(usd(100_000 - 100 * 100 - 1));
    expect(netLiquidation).toBe(usd(100_000 + 100 * 3 - 1));
    expect(it.broker.funds).toMatchObject({ settledCash: cash, accountType: 'INDIVIDUAL' });
  });

  it('shows orders of others under names that none of ours has, and leaves them alone', async () => {
    const it = await withShares();
    it.server.faults.set('foreign-orders');
    const { openOrders } = await it.broker.statement(EVER);
    expect(openOrders.map(({ orderRef, side, quantity }) => [orderRef, side, quantity])).toEqual([
      [STOP, 'sell', 100],
      ['foreign/900000099', 'sell', 50],
      ['foreign/900000000', 'sell', 50],
    ]);
    expect(await it.heard()).toEqual([]);
    expect(await it.broker.cancel('foreign/900000099')).toMatchObject({ code: 'UNKNOWN_ORDER' });
    expect(it.sent.filter(([message]) => message === 4)).toEqual([]);
  });

  it('leaves out positions of no shares, and those of other accounts', async () => {
    const it = await ibWorld();
    it.server.faults.set('zero-position');
    it.server.faults.set('foreign-account-position');
    const { positions, complete } = await it.broker.statement(EVER);
    expect(positions).toEqual([]);
    expect(complete.positions).toBe(true);
  });

  it('shows sales of our shares that somebody else made', async () => {
    const it = await withShares();
    it.server.exchange.place(99, 1, { ...MARKET_BUY, action: 'SELL', totalQuantity: '30' });
    const { fills, positions } = await it.broker.statement(EVER);
    expect(positions).toMatchObject([{ quantity: 70 }]);
    expect(fills.map(({ orderRef, quantity }) => [orderRef.split('/')[0], quantity])).toEqual([
      ['2026-03-05', 100],
      ['foreign', 30],
    ]);
  });

  it('never hides an order that lives twice under one name', async () => {
    const it = await ibWorld();
    await it.broker.submitOrder({ ...stop, parentRef: null });
    const [one] = it.server.exchange.book.orders;
    it.server.exchange.place(99, 1, one?.fields ?? {});
    const { openOrders } = await it.broker.statement(EVER);
    expect(openOrders.map(({ orderRef }) => orderRef)).toEqual([STOP, STOP]);
    expect(it.remarks.map(({ kind }) => kind)).toEqual(['duplicate_order']);
  });

  it('shows an order whose name came back shortened as somebody else’s', async () => {
    const it = await ibWorld();
    const shortened = (token: Token): Token => (token === ENTRY ? ENTRY.slice(0, 12) : token);
    it.server.mutate = (tokens) => tokens.map(shortened);
    const answer = await it.broker.submitOrder(entry);
    expect(answer).toMatchObject({ outcome: 'unknown' });
    expect(it.remarks.map(({ kind }) => kind)).toEqual(['renamed_order']);
    const { openOrders } = await it.broker.statement(EVER);
    expect(openOrders).toMatchObject([{ side: 'buy', quantity: 100 }]);
    expect(openOrders[0]?.orderRef).toMatch(/^foreign\//);
  });

  it('hears fills while the line to the market is broken, and nothing is sent', async () => {
    const it = await withShares();
    it.server.announce(1100, 'Connectivity between IBKR and Trader Workstation has been lost.');
    await it.settled();
    expect(await it.broker.modify(STOP, { stopPrice: usd(96) })).toMatchObject({
      outcome: 'not_sent',
    });
    expect(await it.broker.cancel(STOP)).toMatchObject({ outcome: 'not_sent' });
    it.server.print(AAPL, 94);
    expect(refsOf(await it.heard(), 'filled')).toEqual([STOP]);
  });

  it('proves nothing while the gateway tells from memory', async () => {
    const it = await withShares();
    const complete = async () => new Set(Object.values((await it.broker.statement(EVER)).complete));
    it.server.announce(1100, 'Connectivity between IBKR and Trader Workstation has been lost.');
    await it.settled();
    expect(await complete()).toEqual(new Set([false]));
    it.server.announce(1102, 'Connectivity between IBKR and Trader Workstation has been restored.');
    await it.settled();
    expect(await complete()).toEqual(new Set([true]));
  });

  it('gives a connection up that leaves questions open again and again', async () => {
    const it = await withShares();
    const OPEN_ORDER_END = 53;
    it.server.mutate = (tokens) => (tokens[0] === OPEN_ORDER_END ? [49, 1, 0] : tokens);
    for (let round = 0; round < 3; round += 1) {
      expect((await it.broker.statement(EVER)).complete.openOrders).toBe(false);
    }
    it.server.mutate = null;
    await it.reconnected(2);
    expect(await openRefs(it)).toEqual([STOP]);
  });

  it('names what else the account holds once', async () => {
    const it = await ibWorld();
    it.server.mutate = (tokens) =>
      tokens[0] === 61 ? tokens.map((token) => (token === 'STK' ? 'OPT' : token)) : tokens;
    it.server.exchange.place(99, 1, MARKET_BUY);
    it.server.print(AAPL, 100);
    for (let round = 0; round < 3; round += 1) await it.broker.statement(EVER);
    const told = it.remarks.filter(({ kind }) => kind === 'foreign_instrument');
    expect(told.map(({ message }) => message)).toEqual(['10 AAPL (OPT, USD) are left alone']);
  });
});

describe('another process', () => {
  it('finds the orders of the one before by their names, and changes them', async () => {
    const first = await ibWorld();
    await first.broker.submit(bracket);
    const it = await first.restarted();
    expect(refsOf(await it.heard(), 'acknowledged').toSorted()).toEqual([ENTRY, STOP]);
    const { openOrders } = await it.broker.statement(EVER);
    expect(openOrders).toEqual([
      { ...entry, status: 'working', filledQuantity: 0 },
      { ...stop, status: 'submitted', filledQuantity: 0 },
    ]);
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    expect(await it.broker.modify(STOP, { stopPrice: usd(96) })).toEqual(accepted);
    expect(await it.broker.cancel(ENTRY)).toEqual(accepted);
    expect(it.server.record.placed).toEqual([ENTRY, STOP]);
    expect(it.server.exchange.book.orders.map(({ state }) => state)).toEqual([
      'Cancelled',
      'Cancelled',
    ]);
  });

  it('changes the stop of an entry that is over without naming it', async () => {
    const it = await (await withShares()).restarted();
    expect(await it.broker.modify(STOP, { stopPrice: usd(97) })).toEqual(accepted);
    const order = it.server.exchange.book.orders.find(({ fields }) => fields.orderRef === STOP);
    expect(order?.fields).toMatchObject({ parentId: '0', auxPrice: '97', transmit: '1' });
    await it.trade(AAPL, 96);
    expect(refsOf(await it.heard(), 'filled')).toContain(STOP);
  });

  it('is told the executions of the day again', async () => {
    const it = await (await withShares()).restarted();
    const events = await it.heard();
    expect(refsOf(events, 'filled')).toEqual([ENTRY]);
    const { fills, completedOrders } = await it.broker.statement(EVER);
    expect(fills).toMatchObject([{ orderRef: ENTRY, quantity: 100, price: usd(100) }]);
    expect(completedOrders).toMatchObject([
      { orderRef: ENTRY, status: 'filled', filledQuantity: 100 },
    ]);
  });

  it('does not send again what ended before it began', async () => {
    const first = await withShares();
    await first.trade(AAPL, 94);
    const it = await first.restarted();
    expect(await it.broker.submit(bracket)).toEqual(accepted);
    expect(await it.broker.submitOrder({ ...entry, side: 'sell' })).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await it.broker.cancel(ENTRY)).toMatchObject({ code: 'NOT_WORKING' });
    expect(it.server.record.placed).toEqual([ENTRY, STOP]);
  });

  it('gives out no id again that the gateway forgot it had given out', async () => {
    const first = await withShares();
    expect(first.highestId()).toBe(2);
    await first.server.restart(0, 2);
    const it = await first.restarted();
    expect(it.gateway.connection?.nextValidId).toBe(1);
    const again = { ...stop, orderRef: STOP.replace('/1', '/2'), parentRef: null };
    expect(await it.broker.submitOrder(again)).toEqual(accepted);
    expect(it.highestId()).toBe(3);
    const { orders } = it.server.exchange.book;
    expect(orders.map(({ orderId, fields }) => [orderId, fields.orderRef])).toEqual([
      [1, ENTRY],
      [2, STOP],
      [3, again.orderRef],
    ]);
  });

  it('goes above the ids that it sees, where those on its disk are lost', async () => {
    const first = await withShares();
    await first.server.restart(0, 2);
    const it = await first.restarted({ orderIds: { read: () => 0, write: () => undefined } });
    const again = { ...stop, orderRef: STOP.replace('/1', '/2'), parentRef: null };
    expect(await it.broker.submitOrder(again)).toEqual(accepted);
    const ids = it.server.exchange.book.orders.map(({ orderId }) => orderId);
    expect(ids).toEqual([1, 2, 3]);
  });

  it('leaves alone what another client id placed, and says so', async () => {
    const first = await ibWorld();
    await first.broker.submit(bracket);
    const it = await first.restarted({ clientId: CLIENT + 1 });
    expect(it.remarks.map(({ kind, orderRef }) => [kind, orderRef])).toEqual([
      ['other_client', ENTRY],
      ['other_client', STOP],
    ]);
    expect(await it.broker.cancel(ENTRY)).toMatchObject({
      outcome: 'rejected',
      code: 'OTHER_CLIENT',
    });
  });
});

describe('an order that the gateway tells without an id', () => {
  it('is left alone, and a person is called: no message could name it', async () => {
    const first = await ibWorld();
    await first.broker.submit(bracket);
    for (const order of first.server.exchange.book.orders) Object.assign(order, { orderId: 0 });
    const it = await first.restarted();
    expect(it.remarks.map(({ kind }) => kind)).toContain('other_client');
    const change = { stopPrice: usd(96) };
    expect(await it.broker.modify(STOP, change)).toMatchObject({ code: 'OTHER_CLIENT' });
    expect(it.sent.filter(([type]) => type === 3 || type === 4)).toEqual([]);
  });
});

describe('an id that cannot be written down', () => {
  it('lets nothing be sent', async () => {
    const write = (): void => {
      throw new Error('the disk is full');
    };
    const it = await ibWorld({ broker: { orderIds: { read: () => 7, write } } });
    expect(await it.broker.submit(bracket)).toEqual({
      outcome: 'not_sent',
      message: 'no order id could be written down: the disk is full',
    });
    expect(it.sent.filter(([message]) => message === 3)).toEqual([]);
  });
});

describe('a stock that the broker names otherwise', () => {
  it.each(['BRK-B', 'BRK/B', 'BRK B'])(
    'is not bought: its shares would come back under another name (%s)',
    async (symbol) => {
      const it = await ibWorld();
      expect(await it.broker.submitOrder({ ...entry, symbol: symbol as Symbol })).toEqual({
        outcome: 'denied',
        code: 'SYMBOL_UNKNOWN',
        message: `the broker tells ${symbol} as BRK.B: write it so`,
      });
      expect(it.server.record.placed).toEqual([]);
    },
  );
});

describe('a preview', () => {
  it('says margin and costs, and places nothing', async () => {
    const it = await ibWorld();
    const answer = await it.broker.preview(entry);
    expect(answer).toEqual({
      complete: true,
      value: {
        initialMarginChange: usd(5_050),
        maintenanceMarginChange: usd(2_525),
        initialMarginAfter: usd(5_050),
        equityWithLoanAfter: usd(100_000),
        commission: usd(1),
        warning: null,
      },
    });
    expect(await it.heard()).toEqual([]);
    expect(it.server.record.placed).toEqual([]);
    expect((await it.broker.statement(EVER)).openOrders).toEqual([]);
    // Its id is used up: no order gets it.
    await it.broker.submitOrder(entry);
    expect(it.server.exchange.book.orders.map(({ orderId }) => orderId)).toEqual([2]);
  });

  it('is in no statement that is made meanwhile', async () => {
    const it = await ibWorld();
    const [stated] = await Promise.all([it.broker.statement(EVER), it.broker.preview(entry)]);
    expect(stated.complete.openOrders).toBe(true);
    expect(stated.openOrders).toEqual([]);
  });

  it('of a stock that the broker does not know is none', async () => {
    const it = await ibWorld();
    const answer = await it.broker.preview({ ...entry, symbol: 'NOPE' as Symbol });
    expect(answer.complete).toBe(false);
  });
});
