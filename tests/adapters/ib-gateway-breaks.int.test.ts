import { EventName } from '@stoqey/ib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Question } from '../../src/adapters/ib/ib-ask.ts';
import { serverTime } from '../../src/adapters/ib/ib-questions.ts';
import {
  buy,
  closeDesks,
  closedDesk,
  connected,
  type GatewayDesk,
  gatewayDesk,
  orderSent,
  PATIENCE,
  readyDesk,
  stands,
  until,
} from './ib-gateway-desk.ts';

afterEach(closeDesks);

describe('a gateway whose connection breaks', () => {
  it('is connected anew, as another connection that has to be compared', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    const numbers: number[] = [];
    gateway.onConnection(({ number }) => numbers.push(number));
    server.drop();
    await stands(desk, 'reconciling');
    expect(gateway.link.standing.episode).toBe(2);
    expect(numbers).toEqual([2]);
    gateway.link.confirm(1);
    expect(await orderSent(desk)).toBe(false);
    gateway.link.confirm(2);
    expect(await orderSent(desk)).toBe(true);
  });

  it('leaves questions unanswered at once', async () => {
    const desk = await readyDesk();
    desk.server.faults.set('slow-answers');
    const asked = desk.gateway.ask(serverTime(), 600_000);
    desk.server.drop();
    expect(await asked).toEqual({ complete: false, code: null, why: 'the connection was lost' });
  });

  it('sends nothing on the next connection that was meant for the last', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    const sent = Array.from({ length: 100 }, () => orderSent(desk));
    server.drop();
    const went = (await Promise.all(sent)).filter(Boolean).length;
    expect(went).toBeLessThanOrEqual(45);
    const wire: unknown[] = [];
    gateway.listen((name) => wire.push(name));
    await connected(desk, 2);
    gateway.link.confirm(2);
    await gateway.ask(serverTime());
    expect(server.record.problems).toEqual([]);
    expect(wire).not.toContain('openOrder');
  });

  it('is given up once it does not answer', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    server.faults.set('mute');
    await stands(desk, 'connecting');
    expect(gateway.link.standing.cause).toMatch(/did not tell the time within 10 s/);
    expect(gateway.connection).toBeNull();
    server.faults.clear();
    await connected(desk, 2);
    await vi.waitUntil(() => server.connections === 1, PATIENCE);
  });

  it.each([
    ['garbage-length', /2147483647 bytes was announced/],
    ['long-length', /did not tell the time within 10 s/],
    ['unknown-message', /No parser implementation found.*\(505\)/],
    ['drop-mid-frame', /the connection was lost/],
  ] as const)('is given up after what nobody can read: %s', async (fault, cause) => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    const causes: string[] = [];
    gateway.link.onNews(() => causes.push(gateway.link.standing.cause));
    server.faults.set(fault, 1);
    server.announce(2_104, 'Market data farm connection is OK:usfarm');
    await connected(desk, 2);
    expect(causes.find((one) => cause.test(one))).toBeDefined();
    expect(await gateway.ask(serverTime())).toMatchObject({ complete: true });
  });

  it('is connected anew where its port is changed', async () => {
    const desk = await readyDesk();
    desk.server.announce(1_300, 'TWS socket port has been reset and this connection is dropped');
    await connected(desk, 2);
    expect(desk.stood).toContain('connecting');
  });

  it('waits at least 2.5 s before each attempt, and longer each time', async () => {
    const at: number[] = [];
    const { gateway } = await closedDesk((now) => at.push(now));
    void gateway.link.start();
    await vi.waitUntil(() => at.length >= 9, PATIENCE);
    await gateway.close();
    const pauses = at.slice(1, 9).map((one, index) => one - (at[index] as number));
    const least = [2_500, 5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000];
    expect(pauses.map((pause, i) => pause >= (least[i] ?? 0))).toEqual(least.map(() => true));
    expect(Math.max(...pauses)).toBeLessThan(70_000);
  });
});

describe('what fails on our own side', () => {
  it.each([
    ['a listener of events', (desk: GatewayDesk, fail: () => void) => desk.gateway.listen(fail)],
    ['a listener of news', (desk: GatewayDesk, fail: () => void) => desk.gateway.link.onNews(fail)],
  ])('ends the connection and not the process: %s', async (_, listen) => {
    const desk = await readyDesk();
    const causes: string[] = [];
    desk.gateway.link.onNews(() => causes.push(desk.gateway.link.standing.cause));
    let isFirst = true;
    listen(desk, () => {
      if (!isFirst) return;
      isFirst = false;
      throw new Error('not my day');
    });
    desk.server.announce(1_102, 'Connectivity between IB and TWS has been restored');
    await connected(desk, 2);
    expect(causes).toContain('a failure of our own: not my day');
    expect(await desk.gateway.ask(serverTime())).toMatchObject({ complete: true });
  });

  it('ends the connection where a listener of connections fails', async () => {
    const desk = await gatewayDesk();
    const numbers: number[] = [];
    desk.gateway.onConnection(({ number }) => {
      numbers.push(number);
      if (number === 1) throw new Error('not yet');
    });
    await desk.gateway.link.start();
    await connected(desk, 2);
    expect(numbers).toEqual([1, 2]);
    expect(desk.gateway.link.standing.state).toBe('reconciling');
  });

  it('ends the connection where sending fails, whose library sends nothing more', async () => {
    const desk = await readyDesk();
    // The library does not take a filter that is missing, and its queue stands still after that.
    const failed = desk.gateway.send('order', 1, (api) => api.reqExecutions(1, undefined as never));
    expect(await failed).toBe(true);
    expect(desk.gateway.connection).toBeNull();
    await connected(desk, 2);
    expect(await desk.gateway.ask(serverTime())).toMatchObject({ complete: true });
  });

  it('ends the connection where the library throws into the socket', async () => {
    const desk = await readyDesk();
    const { gateway } = desk;
    await gateway.send('question', 1, (api) => {
      api.once(EventName.currentTime, () => {
        throw new Error('deep inside');
      });
      api.reqCurrentTime();
    });
    await until(desk, () => gateway.connection === null);
    expect(gateway.link.standing.cause).toBe('the library failed: deep inside');
    await connected(desk, 2);
    expect(await gateway.ask(serverTime())).toMatchObject({ complete: true });
  });

  it('fails a question alone whose own part of it fails', async () => {
    const { gateway } = await readyDesk();
    const question: Question<number> = {
      ...serverTime(),
      hear: () => {
        throw new Error('no such field');
      },
    };
    expect(await gateway.ask(question)).toMatchObject({ complete: false, why: 'no such field' });
    expect(await gateway.ask(serverTime())).toMatchObject({ complete: true });
    expect(gateway.connection?.number).toBe(1);
  });

  it('loses no rejection whose text for machines is no JSON', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    server.faults.set('reject-malformed');
    const errors: unknown[][] = [];
    gateway.listen((name, args) => {
      if (name === 'error') errors.push([...args]);
    });
    await buy(gateway, 100);
    await vi.waitUntil(() => errors.length > 0, PATIENCE);
    expect(errors[0]?.slice(1)).toEqual([201, 100, undefined]);
    expect(gateway.connection?.number).toBe(1);
    expect(await gateway.ask(serverTime())).toMatchObject({ complete: true });
  });

  it('records no more where the record fails, and trades on', async () => {
    let written = 0;
    const desk = await readyDesk({
      gateway: {
        onWire: () => {
          written += 1;
          if (written === 3) throw new Error('no space left');
        },
      },
    });
    expect(await desk.gateway.ask(serverTime())).toMatchObject({ complete: true });
    expect(written).toBe(3);
    expect(desk.notices).toContainEqual({
      code: 0,
      message: 'messages are recorded no more: no space left',
      about: 'info',
      isTrouble: true,
      callsPerson: false,
    });
  });
});
