import { OrderAction, OrderType } from '@stoqey/ib';
import { afterEach, describe, expect, it } from 'vitest';
import type { FakeTws, FakeTwsOptions } from '../../../src/testing/fake-tws/server.ts';
import { HandMadeClient } from './hand-made-client.ts';
import { NOW, serve } from './serving.ts';

/** How often a condition is looked at. */
const OFTEN = { interval: 1 };

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A server whose clock the test moves, and a client that may send orders. */
async function begin(options: Partial<FakeTwsOptions> = {}) {
  const clock = { now: NOW };
  const { server, port } = await serve({ now: () => clock.now, graceMs: 5_000, ...options });
  open.push(() => server.close());
  const client = await connect(port);
  server.print('AAPL', 10, { half: 0.01 });
  const pass = (ms: number): void => {
    clock.now += ms;
    server.audit.look();
  };
  return { server, port, client, pass };
}

async function connect(port: number, clientId = 17): Promise<HandMadeClient> {
  const client = await HandMadeClient.connect(port, clientId);
  open.push(() => client.close());
  await client.look();
  return client;
}

const filled = (client: HandMadeClient, id: number) =>
  client.until('orderStatus', ([order, status]) => order === id && status === 'Filled');
const works = (client: HandMadeClient, id: number) =>
  client.until('orderStatus', ([order, status]) => order === id && status === 'PreSubmitted');
const book = (server: FakeTws) => server.audit.book();

describe("the server's audit", () => {
  it('finds nothing in a bracket that is sent in one chain, and stopped out', async () => {
    const { server, client, pass } = await begin();
    const entry = client.send('AAPL', { transmit: false });
    const stop = client.sendStop('AAPL', 100, 9.5, { parentId: entry });
    await works(client, stop);
    pass(60_000);
    server.print('AAPL', 9.4, { half: 0.01 });
    await filled(client, stop);
    expect(server.audit.findings()).toEqual([]);
    expect(server.audit.messages.map(({ kind }) => kind)).toEqual(['place', 'place']);
    expect(book(server).positions).toEqual({});
    expect(book(server).executions.map(({ side, shares }) => `${side} ${shares}`)).toEqual([
      'BOT 100',
      'SLD 100',
    ]);
  });

  it('sees a naked share, once its grace is over', async () => {
    const { server, client, pass } = await begin();
    await filled(client, client.send('AAPL', {}));
    await works(client, client.sendStop('AAPL', 99, 9.5));
    pass(5_000);
    expect(server.audit.findings()).toEqual([]);
    pass(1);
    expect(server.audit.findings()).toEqual(['100 naked shares of AAPL for 5001 ms']);
  });

  it('sees a stop that went away without a word', async () => {
    const { server, client, pass } = await begin();
    await filled(client, client.send('AAPL', {}));
    await works(client, client.sendStop('AAPL', 100, 9.5));
    const stop = server.exchange.book.orders.at(-1);
    if (stop !== undefined) server.vanish(stop);
    pass(6_000);
    expect(server.audit.findings()).toEqual(['100 naked shares of AAPL for 6000 ms']);
  });

  it('does not count time in which nobody could act, or the market was closed', async () => {
    let isOpen = true;
    const { server, client, pass, port } = await begin({ isOpen: () => isOpen });
    await filled(client, client.send('AAPL', {}));
    server.announce(1100, 'Connectivity between IB and Trader Workstation has been lost.');
    pass(60_000);
    server.announce(1102, 'Connectivity between IB and Trader Workstation has been restored.');
    isOpen = false;
    pass(60_000);
    isOpen = true;
    client.close();
    await expect.poll(() => server.connections, OFTEN).toBe(0);
    pass(60_000);
    expect(server.audit.findings()).toEqual([]);
    await connect(port);
    pass(5_001);
    expect(server.audit.findings()).toEqual(['100 naked shares of AAPL for 5001 ms']);
  });

  it('sees two sells where one is owned, and a short position', async () => {
    const { server, client, pass } = await begin();
    await filled(client, client.send('AAPL', {}));
    await works(client, client.sendStop('AAPL', 100, 9.5));
    await works(client, client.sendStop('AAPL', 100, 9.4));
    pass(5_001);
    expect(server.audit.findings()).toEqual(['100 oversold shares of AAPL for 5001 ms']);
    server.print('AAPL', 9, { half: 0.01 });
    expect(server.audit.findings()).toContain('AAPL is short 100');
  });

  it('takes a target and a stop of one group for one sell', async () => {
    const { server, client, pass } = await begin();
    await filled(client, client.send('AAPL', {}));
    const group = { ocaGroup: 'AAPL-1', ocaType: 2 } as const;
    const target = {
      action: OrderAction.SELL,
      orderType: OrderType.LMT,
      lmtPrice: 11,
      ...group,
    } as const;
    client.send('AAPL', { ...target, orderRef: 'AAPL/target/1' });
    await works(client, client.sendStop('AAPL', 100, 9.5, group));
    pass(60_000);
    expect(server.audit.findings()).toEqual([]);
  });

  it('sees a duplicate', async () => {
    const { server, client } = await begin();
    client.send('AAPL', { orderRef: 'AAPL/entry/1' });
    await filled(client, client.send('AAPL', { orderRef: 'AAPL/entry/1' }));
    expect(server.audit.findings()).toContain('AAPL/entry/1 was accepted more than once');
  });

  it('takes an order that was refused and sent again for one', async () => {
    const { server, client, pass } = await begin();
    client.sendAs(-5, 'AAPL', { orderRef: 'AAPL/entry/1', transmit: false });
    await client.until('error', ([, code]) => code === 103);
    const entry = client.send('AAPL', { orderRef: 'AAPL/entry/1', transmit: false });
    await works(client, client.sendStop('AAPL', 100, 9.5, { parentId: entry }));
    pass(60_000);
    expect(server.audit.findings()).toEqual([]);
  });

  it('sees too many messages', async () => {
    const { server, client } = await begin();
    for (let i = 0; i < 60; i += 1) client.api.reqCurrentTime();
    await client.until('info', ([, code]) => code === 100);
    expect(server.record.fastestPerSecond).toBeGreaterThan(50);
    expect(server.record.problems).toContain('more than 50 messages in a second');
  });

  it.each([1101, 1102])(
    'sees an order while the line is broken, and after %i before a look',
    async (code) => {
      const { server, client, pass } = await begin();
      server.announce(1100, 'Connectivity between IB and Trader Workstation has been lost.');
      pass(1_001);
      const early = client.send('AAPL', { transmit: false });
      await expect.poll(() => server.audit.messages, OFTEN).toHaveLength(1);
      server.announce(code, 'Connectivity between IB and Trader Workstation has been restored.');
      client.api.cancelOrder(early);
      const hasty = client.send('AAPL', { transmit: false });
      await expect.poll(() => server.audit.messages, OFTEN).toHaveLength(3);
      expect(server.audit.findings()).toEqual([
        `place AAPL/entry/${early} line_lost`,
        `place AAPL/entry/${hasty} unreconciled`,
      ]);
    },
  );

  it('sees an order of a client that did not look first', async () => {
    const { server, port } = await begin();
    const hasty = await HandMadeClient.connect(port, 18);
    open.push(() => hasty.close());
    const id = hasty.send('AAPL', { transmit: false });
    await expect.poll(() => server.audit.messages, OFTEN).toHaveLength(1);
    expect(server.audit.findings()).toEqual([`place AAPL/entry/${id} unreconciled`]);
  });
});
