import { createServer } from 'node:net';
import { EventName } from '@stoqey/ib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Question } from '../../src/adapters/ib/ib-ask.ts';
import { serverTime } from '../../src/adapters/ib/ib-questions.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { FaultName } from '../../src/testing/fake-tws/faults.ts';
import { buy, closeDesks, type GatewayDesk, gatewayDesk, readyDesk } from './ib-gateway-desk.ts';

afterEach(closeDesks);

const NEVER = new AbortController().signal;
const PATIENCE = { timeout: 10_000 };

/** Resolves at the moment that it is so: time goes on while a test looks now and then. */
const until = ({ gateway }: GatewayDesk, isSo: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!isSo()) return;
      forget();
      resolve();
    };
    const forget = gateway.link.onNews(look);
    look();
  });
const connected = (desk: GatewayDesk, number: number): Promise<void> =>
  until(desk, () => (desk.gateway.connection?.number ?? 0) >= number);
const stands = (desk: GatewayDesk, state: string): Promise<void> =>
  until(desk, () => desk.gateway.link.standing.state === state);
const orderSent = ({ gateway }: GatewayDesk): Promise<boolean> =>
  gateway.send('order', 1, (api) => api.reqGlobalCancel());

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

describe('a gateway that cannot be reached', () => {
  const failing: readonly (readonly [FaultName, RegExp])[] = [
    ['mute', /no answer to the greeting within 15 s/],
    ['no-version', /no answer to the greeting within 15 s/],
    ['no-accounts', /no list of accounts within 15 s/],
    ['no-next-id', /no next order id within 15 s/],
  ];
  it.each(failing)('is tried again, each time on a socket of its own: %s', async (fault, cause) => {
    const desk = await gatewayDesk();
    const { gateway, server } = desk;
    server.faults.set(fault);
    expect(await gateway.link.start()).toMatchObject({
      state: 'connecting',
      cause: expect.stringMatching(cause),
      episode: 0,
    });
    expect(await orderSent(desk)).toBe(false);
    server.faults.clear();
    await stands(desk, 'reconciling');
    expect(gateway.link.standing.episode).toBe(1);
    expect(server.connections).toBe(1);
    expect(server.record.problems).toEqual([]);
  });

  it('is waited for while it tells the next id late', async () => {
    const desk = await gatewayDesk();
    desk.server.faults.set('late-next-id');
    expect(await desk.gateway.link.start()).toMatchObject({ state: 'reconciling' });
    expect(desk.server.record.problems).toEqual([]);
  });

  it('is found again where nobody listened for a while', async () => {
    const desk = await readyDesk();
    await desk.server.restart(20_000);
    await connected(desk, 2);
    expect(desk.gateway.link.standing).toMatchObject({ state: 'reconciling', episode: 2 });
  });

  it('has every socket closed that was opened while it was given up', async () => {
    const desk = await gatewayDesk();
    desk.server.faults.set('mute');
    void desk.gateway.link.start();
    await vi.waitUntil(() => desk.server.connections === 1, PATIENCE);
    await desk.gateway.close();
    await vi.waitUntil(() => desk.server.connections === 0, PATIENCE);
    expect(desk.gateway.link.standing.state).toBe('closed');
  });

  it('is tried rarely and without a word while it is away by its timetable', async () => {
    const { port, gateway, timeline, stood, server } = await gatewayDesk();
    await server.close();
    const at: number[] = [];
    const closing = createServer((socket) => {
      at.push(timeline.now());
      if (at.length === 4) gateway.link.expectAway(false);
      socket.destroy();
    });
    await new Promise<void>((resolve) => closing.listen(port, '127.0.0.1', resolve));
    gateway.link.expectAway(true);
    void gateway.link.start();
    await vi.waitUntil(() => at.length >= 6, PATIENCE);
    await gateway.close();
    closing.close();
    const pauses = at.slice(1).map((one, index) => one - (at[index] as number));
    expect(pauses.slice(0, 3).every((pause) => pause >= 120_000)).toBe(true);
    expect(pauses.slice(3, 5).every((pause) => pause < 65_000)).toBe(true);
    expect(stood).toEqual(['connecting', 'closed']);
  });

  it('is tried at once when it should be back', async () => {
    const { port, gateway, timeline, server } = await gatewayDesk();
    await server.close();
    const at: number[] = [];
    const closing = createServer((socket) => {
      at.push(timeline.now());
      socket.destroy();
    });
    await new Promise<void>((resolve) => closing.listen(port, '127.0.0.1', resolve));
    gateway.link.expectAway(true);
    await gateway.link.start();
    await timeline.reach(epochMs(timeline.now() + 10_000), NEVER);
    const back = timeline.now();
    gateway.link.expectAway(false);
    await vi.waitUntil(() => at.length >= 2, PATIENCE);
    await gateway.close();
    closing.close();
    expect((at[1] as number) - back).toBeLessThan(1_000);
  });
});

describe('a gateway that is not the right one', () => {
  const refusing: readonly (readonly [FaultName, RegExp])[] = [
    ['other-account', /DU1234567 is not among the accounts of this login: DU9999999/],
    ['live-account', /DU1234567 is not among the accounts of this login: U7654321/],
    ['client-id-in-use', /client id 17 is in use/],
  ];
  it.each(refusing)('is refused in words, and used once it is mended: %s', async (fault, cause) => {
    const desk = await gatewayDesk();
    const { gateway, server, timeline } = desk;
    server.faults.set(fault);
    const standing = await gateway.link.start();
    const refusedAt = timeline.now();
    expect(standing).toMatchObject({ state: 'refused', episode: 0 });
    expect(standing.cause).toMatch(cause);
    expect(gateway.connection).toBeNull();
    server.faults.clear();
    await stands(desk, 'reconciling');
    expect(server.connections).toBe(1);
    expect(timeline.now() - refusedAt).toBeGreaterThanOrEqual(60_000);
    // Orders can be changed only under the id that placed them.
    expect(server.record.clientIds).toEqual([17, 17]);
  });

  it.each([
    ['paper', 'U7654321', 'live-account', /mode paper and the live account U7654321/],
    ['live', 'DU1234567', null, /mode live and the paper account DU1234567/],
  ] as const)('is of the wrong kind for mode %s', async (mode, account, fault, cause) => {
    const { gateway, server } = await gatewayDesk({ gateway: { mode, account } });
    if (fault !== null) server.faults.set(fault);
    const standing = await gateway.link.start();
    expect(standing.state).toBe('refused');
    expect(standing.cause).toMatch(cause);
  });

  it('has our account among several', async () => {
    const { gateway, server } = await gatewayDesk();
    server.faults.set('several-accounts');
    expect(await gateway.link.start()).toMatchObject({ state: 'reconciling' });
    expect(gateway.account).toBe('DU1234567');
  });

  it.each([
    [225, /Unsupported Version 225/],
    [151, /server version 151 is too old/],
  ])('speaks version %i', async (version, cause) => {
    const { gateway, server } = await gatewayDesk({ server: { version } });
    const standing = await gateway.link.start();
    expect(standing.state).toBe('refused');
    expect(standing.cause).toMatch(cause);
    await vi.waitUntil(() => server.connections === 0, PATIENCE);
  });

  it('is left to the other program of the same client id, which goes on', async () => {
    const desk = await readyDesk();
    const second = await gatewayDesk({ gateway: { port: desk.port } });
    expect(await second.gateway.link.start()).toMatchObject({ state: 'refused' });
    expect(await desk.gateway.ask(serverTime())).toMatchObject({ complete: true });
    expect(desk.server.record.clientIds).toEqual([17, 17]);
  });

  it('takes no orders where its interface is read-only, and still answers', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    server.faults.set('read-only');
    expect(await buy(gateway, 100)).toBe(true);
    await stands(desk, 'refused');
    expect(gateway.link.standing.cause).toMatch(/read-only.*switch off Read-Only API/);
    expect(await buy(gateway, 101)).toBe(false);
    expect(await gateway.ask(serverTime())).toMatchObject({ complete: true });
    expect(server.record.placed).toHaveLength(1);
  });
});

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
    const { port, gateway, timeline, server } = await gatewayDesk();
    await server.close();
    const at: number[] = [];
    const closing = createServer((socket) => {
      at.push(timeline.now());
      socket.destroy();
    });
    await new Promise<void>((resolve) => closing.listen(port, '127.0.0.1', resolve));
    void gateway.link.start();
    await vi.waitUntil(() => at.length >= 9, PATIENCE);
    await gateway.close();
    closing.close();
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
    const failed = desk.gateway.send('order', 1, () => {
      throw new Error('no such field');
    });
    expect(await failed).toBe(true);
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
    });
  });
});

describe('the line of a gateway to the broker', () => {
  it('holds orders back while it is lost, and hears what comes late', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    const heard: string[] = [];
    gateway.listen((name) => heard.push(name));
    server.announce(1_100, 'Connectivity between IB and TWS has been lost');
    await stands(desk, 'degraded');
    expect(await orderSent(desk)).toBe(false);
    expect(await gateway.send('cancel', 1, (api) => api.cancelOrder(1))).toBe(false);
    expect(await gateway.ask(serverTime())).toMatchObject({ complete: true });
    expect(heard).toContain('currentTime');
    expect(gateway.connection?.number).toBe(1);
    gateway.link.confirm(1);
    expect(gateway.link.standing.state).toBe('degraded');
  });

  it('is compared anew once it is back, over the same connection', async () => {
    const desk = await readyDesk();
    const numbers: number[] = [];
    desk.gateway.onConnection(({ number }) => numbers.push(number));
    desk.server.announce(1_100, 'Connectivity between IB and TWS has been lost');
    desk.server.announce(1_102, 'Connectivity between IB and TWS has been restored');
    await until(desk, () => desk.gateway.link.standing.episode === 2);
    expect(desk.gateway.link.standing.state).toBe('reconciling');
    expect(numbers).toEqual([]);
    desk.server.announce(1_101, 'restored, data lost');
    await until(desk, () => desk.gateway.link.standing.episode === 3);
    // Whoever subscribed has to do it again.
    expect(numbers).toEqual([1]);
  });

  it('tells of an outage once, however often the broker says so', async () => {
    const desk = await readyDesk();
    for (let time = 0; time < 5; time += 1) {
      desk.server.announce(1_100, 'Connectivity between IB and TWS has been lost');
      desk.server.announce(2_110, 'Connectivity between TWS and server is broken');
    }
    await desk.gateway.ask(serverTime());
    expect(desk.stood).toEqual(['reconciling', 'ready', 'degraded']);
    expect(desk.notices.filter(({ about }) => about === 'link').map(({ code }) => code)).toEqual([
      1_100, 2_110,
    ]);
  });

  it('knows the farms by name, and takes orders without them', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    expect(Object.fromEntries(gateway.farms)).toEqual({
      usfarm: 'ok',
      ushmds: 'ok',
      secdefnj: 'ok',
    });
    server.announce(2_103, 'Market data farm connection is broken:usfarm');
    server.announce(2_107, 'HMDS data farm connection is inactive but available:ushmds');
    server.announce(2_157, 'Sec-def data farm connection is broken:secdefnj');
    await gateway.ask(serverTime());
    expect(Object.fromEntries(gateway.farms)).toEqual({
      usfarm: 'broken',
      ushmds: 'idle',
      secdefnj: 'broken',
    });
    expect(await orderSent(desk)).toBe(true);
    server.drop();
    await until(desk, () => gateway.connection === null);
    expect(gateway.farms.size).toBe(0);
  });

  it('tells of another session of the same user once in a quarter of an hour', async () => {
    const { server, gateway, notices, timeline } = await readyDesk();
    const from = timeline.now();
    for (let minute = 0; minute < 40; minute += 1) {
      server.announce(10_197, 'No market data during competing live session');
      await gateway.ask(serverTime());
      await timeline.reach(epochMs(from + minute * 60_000), NEVER);
    }
    expect(notices.filter(({ code }) => code === 10_197)).toHaveLength(3);
    expect(gateway.link.standing.state).toBe('ready');
  });
});
