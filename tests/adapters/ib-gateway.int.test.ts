import { afterEach, describe, expect, it, vi } from 'vitest';
import { contractDetails, mostActive, serverTime } from '../../src/adapters/ib/ib-questions.ts';
import {
  closeDesks,
  connected,
  gatewayDesk,
  orderSent,
  PATIENCE,
  readyDesk,
} from './ib-gateway-desk.ts';

afterEach(closeDesks);

describe('a gateway that is connected', () => {
  it('is compared before it takes orders', async () => {
    const desk = await gatewayDesk();
    const { gateway, server } = desk;
    expect(await gateway.link.start()).toMatchObject({ state: 'reconciling', episode: 1 });
    expect(await orderSent(desk)).toBe(false);
    expect(await gateway.ask(serverTime())).toMatchObject({ complete: true });
    gateway.link.confirm(1);
    expect(gateway.link.standing).toMatchObject({ state: 'ready', episode: 1 });
    expect(await orderSent(desk)).toBe(true);
    expect(server.record.problems).toEqual([]);
  });

  it.each([178, 193])('is understood at server version %i', async (version) => {
    const { gateway, server } = await gatewayDesk({ server: { version } });
    expect(await gateway.link.start()).toMatchObject({ state: 'reconciling' });
    expect(gateway.connection).toMatchObject({ number: 1, serverVersion: version });
    expect(await gateway.ask(contractDetails('AAPL'))).toMatchObject({ complete: true });
    expect(server.record.problems).toEqual([]);
  });

  it('is understood a byte at a time', async () => {
    const { gateway, server } = await gatewayDesk();
    server.faults.set('byte-by-byte');
    expect(await gateway.link.start()).toMatchObject({ state: 'reconciling' });
    expect(await gateway.ask(contractDetails('AAPL'))).toMatchObject({ complete: true });
    expect(gateway.connection?.number).toBe(1);
  });

  it('takes cancels while it is compared', async () => {
    const desk = await gatewayDesk();
    await desk.gateway.link.start();
    expect(await desk.gateway.send('cancel', 1, (api) => api.cancelOrder(5))).toBe(true);
  });

  it('is not ready by the confirmation of another episode', async () => {
    const desk = await gatewayDesk();
    await desk.gateway.link.start();
    desk.gateway.link.confirm(0);
    desk.gateway.link.confirm(2);
    expect(desk.gateway.link.standing.state).toBe('reconciling');
  });

  it('tells of a connection before anything else is sent over it', async () => {
    const sent: unknown[] = [];
    const desk = await gatewayDesk({
      gateway: {
        onWire: (direction, tokens) => {
          if (direction === 'sent') sent.push(tokens[0]);
        },
      },
    });
    const before: unknown[][] = [];
    desk.gateway.onConnection(() => before.push([...sent]));
    await desk.gateway.link.start();
    await desk.gateway.ask(serverTime());
    // The greeting and START_API.
    expect(before).toEqual([['API\0', 71]]);
  });

  it('gives ids that no order has and no other connection gave', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    const first = gateway.nextRequestId();
    expect(first).toBeGreaterThan(1_000_000_000);
    server.drop();
    await connected(desk, 2);
    expect(gateway.nextRequestId()).toBeGreaterThan(first);
    expect(gateway.nextRequestId()).toBeLessThan(2 ** 31);
  });

  it('is closed for good, and no socket is left', async () => {
    const desk = await readyDesk();
    await desk.gateway.close();
    expect(desk.gateway.link.standing.state).toBe('closed');
    expect(desk.gateway.connection).toBeNull();
    await vi.waitUntil(() => desk.server.connections === 0, PATIENCE);
    expect(await desk.gateway.ask(serverTime())).toMatchObject({ complete: false });
    expect(await orderSent(desk)).toBe(false);
  });

  it('answers whoever starts it again', async () => {
    const desk = await readyDesk();
    expect(await desk.gateway.link.start()).toMatchObject({ state: 'ready' });
    await desk.gateway.close();
    expect(await desk.gateway.link.start()).toMatchObject({ state: 'closed' });
    expect(desk.server.record.clientIds).toEqual([17]);
  });
});

describe('messages to a gateway', () => {
  it('are never more than 45 in a second, of all kinds together', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    const asked = Array.from({ length: 120 }, () => gateway.ask(serverTime(), 60_000));
    const placed = Array.from({ length: 60 }, () => orderSent(desk));
    const chain = gateway.send('cancel', 3, (api) => {
      for (let order = 1; order <= 3; order += 1) api.cancelOrder(order);
    });
    expect(await chain).toBe(true);
    expect((await Promise.all(asked)).every(({ complete }) => complete)).toBe(true);
    expect((await Promise.all(placed)).every(Boolean)).toBe(true);
    expect(server.record.fastestPerSecond).toBeGreaterThan(30);
    expect(server.record.fastestPerSecond).toBeLessThanOrEqual(45);
    expect(server.record.problems).toEqual([]);
  });

  it('go out as cancels, orders, questions where they have to wait', async () => {
    const sent: unknown[] = [];
    const { gateway } = await readyDesk({
      gateway: {
        onWire: (direction, tokens) => {
          if (direction === 'sent') sent.push(tokens[0]);
        },
      },
    });
    const filling = Array.from({ length: 45 }, () => gateway.ask(serverTime(), 60_000));
    const before = sent.length;
    const question = gateway.ask(serverTime(), 60_000);
    const order = gateway.send('order', 1, (api) => api.reqGlobalCancel());
    const cancel = gateway.send('cancel', 1, (api) => api.cancelOrder(1));
    expect(await Promise.all([order, cancel])).toEqual([true, true]);
    await Promise.all([question, ...filling]);
    const [CANCEL, GLOBAL_CANCEL, TIME] = [4, 58, 49];
    const urgent = sent.slice(before).filter((id) => id !== TIME);
    expect(urgent).toEqual([CANCEL, GLOBAL_CANCEL]);
    expect(sent.lastIndexOf(TIME)).toBeGreaterThan(sent.indexOf(GLOBAL_CANCEL));
  });

  it('take no answer of a question that was given up for one of the next', async () => {
    const { gateway, server } = await readyDesk();
    server.faults.set('slow-answers');
    expect(await gateway.ask(contractDetails('AAPL'), 1_000)).toEqual({
      complete: false,
      code: null,
      why: 'no answer to contract details of AAPL within 1 s',
    });
    const next = await gateway.ask(contractDetails('MSFT'), 10_000);
    expect(next.complete && next.value.map(({ symbol }) => symbol)).toEqual(['MSFT']);
  });

  it('end every subscription, however its question ended', async () => {
    const sent: unknown[] = [];
    const { gateway, server } = await readyDesk({
      gateway: {
        onWire: (direction, tokens) => {
          if (direction === 'sent') sent.push(tokens[0]);
        },
      },
    });
    const [SCAN, CANCEL_SCAN] = [22, 23];
    expect((await gateway.ask(mostActive(5))).complete).toBe(true);
    server.faults.set('no-scanner-items');
    expect((await gateway.ask(mostActive(5))).complete).toBe(false);
    server.faults.set('slow-answers');
    expect((await gateway.ask(mostActive(5), 1_000)).complete).toBe(false);
    server.faults.clear();
    await gateway.ask(serverTime());
    expect(sent.filter((id) => id === SCAN || id === CANCEL_SCAN)).toEqual([
      SCAN,
      CANCEL_SCAN,
      SCAN,
      CANCEL_SCAN,
      SCAN,
      CANCEL_SCAN,
    ]);
  });
});
