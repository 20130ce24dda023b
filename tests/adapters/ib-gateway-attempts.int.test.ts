import { afterEach, describe, expect, it, vi } from 'vitest';
import { serverTime } from '../../src/adapters/ib/ib-questions.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { FaultName } from '../../src/testing/fake-tws/faults.ts';
import {
  buy,
  closeDesks,
  closedDesk,
  connected,
  gatewayDesk,
  NEVER,
  orderSent,
  PATIENCE,
  readyDesk,
  stands,
} from './ib-gateway-desk.ts';

afterEach(closeDesks);

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
    const at: number[] = [];
    const { gateway, stood } = await closedDesk((now) => {
      at.push(now);
      if (at.length === 4) gateway.link.expectAway(false);
    });
    gateway.link.expectAway(true);
    void gateway.link.start();
    await vi.waitUntil(() => at.length >= 6, PATIENCE);
    await gateway.close();
    const pauses = at.slice(1).map((one, index) => one - (at[index] as number));
    expect(pauses.slice(0, 3).every((pause) => pause >= 120_000)).toBe(true);
    expect(pauses.slice(3, 5).every((pause) => pause < 65_000)).toBe(true);
    expect(stood).toEqual(['connecting', 'closed']);
  });

  it('is tried at once when it should be back', async () => {
    const at: number[] = [];
    const { gateway, timeline } = await closedDesk((now) => at.push(now));
    gateway.link.expectAway(true);
    await gateway.link.start();
    await timeline.reach(epochMs(timeline.now() + 10_000), NEVER);
    const back = timeline.now();
    gateway.link.expectAway(false);
    await vi.waitUntil(() => at.length >= 2, PATIENCE);
    await gateway.close();
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
