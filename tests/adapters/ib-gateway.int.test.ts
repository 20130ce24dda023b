import { afterEach, describe, expect, it } from 'vitest';
import type { IbGateway, IbGatewayOptions } from '../../src/adapters/ib/ib-gateway.ts';
import { serverTime } from '../../src/adapters/ib/ib-questions.ts';
import { openIbGateway } from '../../src/adapters/ib/ib-supervisor.ts';
import { scaledTime } from '../../src/adapters/system/scaled-time.ts';
import { SystemTimeline } from '../../src/adapters/system/system-timeline.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { FakeTws, FakeTwsOptions } from '../../src/testing/fake-tws/server.ts';
import { ACCOUNT, NOW, serve } from '../testing/fake-tws/serving.ts';

const gateways: IbGateway[] = [];
const servers: FakeTws[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
  for (const server of servers.splice(0)) await server.close();
});

const timeAt = (speed: number) => new SystemTimeline({ source: scaledTime(epochMs(NOW), speed) });

async function at(
  options: Partial<IbGatewayOptions> = {},
  serving: Partial<FakeTwsOptions> = {},
): Promise<{ server: FakeTws; gateway: IbGateway }> {
  const { server, port } = await serve(serving);
  servers.push(server);
  const gateway = openIbGateway({
    host: '127.0.0.1',
    port,
    clientId: 17,
    account: ACCOUNT,
    mode: 'paper',
    timeline: timeAt(20),
    jitter: () => 0,
    ...options,
  });
  gateways.push(gateway);
  return { server, gateway };
}

describe('a gateway', () => {
  it('connects, is compared, and takes orders only then', async () => {
    const { server, gateway } = await at();
    const numbers: number[] = [];
    gateway.onConnection(({ number }) => numbers.push(number));
    expect(await gateway.link.start()).toMatchObject({ state: 'reconciling', episode: 1 });
    expect(numbers).toEqual([1]);
    expect(await gateway.send('order', 1, () => undefined)).toBe(false);
    expect(await gateway.ask(serverTime())).toEqual({ complete: true, value: NOW / 1_000 });
    gateway.link.confirm(1);
    expect(gateway.link.standing.state).toBe('ready');
    expect(await gateway.send('order', 1, (api) => api.reqIds())).toBe(true);
    await gateway.close();
    expect(gateway.link.standing.state).toBe('closed');
    await expect.poll(() => server.connections).toBe(0);
    expect(server.record.problems).toEqual([]);
  });

  it('connects again after the line was dropped', async () => {
    const { server, gateway } = await at();
    await gateway.link.start();
    gateway.link.confirm(1);
    server.drop();
    await expect
      .poll(() => gateway.link.standing)
      .toMatchObject({ state: 'reconciling', episode: 2 });
    expect(gateway.connection?.number).toBe(2);
  });

  it('gives a silent gateway up', async () => {
    const { server, gateway } = await at();
    await gateway.link.start();
    server.faults.set('mute');
    await expect.poll(() => gateway.link.standing.state, { timeout: 5_000 }).toBe('connecting');
    server.faults.clear();
    await expect.poll(() => gateway.connection?.number, { timeout: 5_000 }).toBe(2);
  });

  it('does not end the process', async () => {
    const { server, gateway } = await at();
    await gateway.link.start();
    server.faults.set('garbage-length', 1);
    server.announce(2104, 'Market data farm connection is OK:usfarm');
    await expect.poll(() => gateway.connection?.number, { timeout: 5_000 }).toBe(2);
    gateway.listen(() => {
      throw new Error('not me');
    });
    server.announce(2104, 'Market data farm connection is OK:usfarm');
    await expect.poll(() => gateway.link.standing.cause, { timeout: 5_000 }).toMatch(/not me/);
  });
});
