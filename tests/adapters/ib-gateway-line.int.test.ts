import { afterEach, describe, expect, it } from 'vitest';
import { serverTime } from '../../src/adapters/ib/ib-questions.ts';
import { epochMs } from '../../src/domain/time.ts';
import {
  closeDesks,
  connected,
  NEVER,
  orderSent,
  readyDesk,
  stands,
  until,
} from './ib-gateway-desk.ts';

afterEach(closeDesks);

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

  it('is lost already where the gateway says so of itself when it is connected', async () => {
    const desk = await readyDesk();
    const { gateway, server } = desk;
    server.announce(1_100, 'Connectivity between IB and TWS has been lost');
    server.drop();
    await connected(desk, 2);
    await stands(desk, 'degraded');
    expect(gateway.link.standing.episode).toBe(2);
    gateway.link.confirm(2);
    expect(await orderSent(desk)).toBe(false);
    server.announce(1_102, 'Connectivity between IB and TWS has been restored');
    await stands(desk, 'reconciling');
    expect(gateway.link.standing.episode).toBe(3);
  });

  it('is lost for three heartbeats before the gateway is given up as well', async () => {
    const desk = await readyDesk();
    const { gateway, server, timeline } = desk;
    server.announce(1_100, 'Connectivity between IB and TWS has been lost');
    await stands(desk, 'degraded');
    const from = timeline.now();
    server.faults.set('mute');
    await stands(desk, 'connecting');
    expect(gateway.link.standing.cause).toMatch(/did not tell the time/);
    expect(timeline.now() - from).toBeGreaterThanOrEqual(90_000);
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

  it('tells of farms by name, of what breaks as trouble, and takes orders without them', async () => {
    const desk = await readyDesk();
    const { gateway, server, notices } = desk;
    const said = [
      [2_103, 'Market data farm connection is broken:usfarm.nj', true],
      [2_105, 'HMDS data farm connection is broken:ushmds', true],
      [2_157, 'Sec-def data farm connection is broken:secdefnj', true],
      [
        2_107,
        'HMDS data farm connection is inactive but should be available upon demand.ushmds',
        false,
      ],
      [
        2_108,
        'Market data farm connection is inactive but should be available upon demand.usfarm.nj',
        false,
      ],
      [2_104, 'Market data farm connection is OK:usfarm.nj', false],
    ] as const;
    const before = notices.length;
    for (const [code, message] of said) server.announce(code, message);
    await gateway.ask(serverTime());
    expect(notices.slice(before)).toEqual(
      said.map(([code, message, isTrouble]) => ({
        code,
        message,
        about: 'data',
        isTrouble,
        callsPerson: false,
      })),
    );
    expect(gateway.link.standing.state).toBe('ready');
    expect(await orderSent(desk)).toBe(true);
  });

  it('tells of another session of the same user once in a quarter of an hour', async () => {
    const { server, gateway, notices, timeline } = await readyDesk();
    const from = timeline.now();
    for (let minute = 0; minute < 40; minute += 1) {
      server.announce(10_197, 'No market data during competing live session');
      await gateway.ask(serverTime());
      await timeline.reach(epochMs(from + minute * 60_000), NEVER);
    }
    const told = notices.filter(({ code }) => code === 10_197);
    expect(told).toHaveLength(3);
    expect(told.every(({ isTrouble }) => isTrouble)).toBe(true);
    expect(notices.filter(({ isTrouble }) => isTrouble)).toEqual(told);
    expect(gateway.link.standing.state).toBe('ready');
  });
});
