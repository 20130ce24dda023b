import { type AddressInfo, createServer, type Server } from 'node:net';
import { OrderAction, OrderType, SecType } from '@stoqey/ib';
import type { IbGateway, IbGatewayOptions } from '../../src/adapters/ib/ib-gateway.ts';
import type { IbNotice } from '../../src/adapters/ib/ib-notices.ts';
import { openIbGateway } from '../../src/adapters/ib/ib-supervisor.ts';
import { SystemTimeline } from '../../src/adapters/system/system-timeline.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { FakeTws, FakeTwsOptions } from '../../src/testing/fake-tws/server.ts';
import { WireTime } from '../simulation/wire-time.ts';
import { ACCOUNT, NOW, serve } from '../testing/fake-tws/serving.ts';

/** A gateway that is kept connected to a server for tests, by one clock that goes on while nothing is said. */
export interface GatewayDesk {
  readonly server: FakeTws;
  readonly port: number;
  readonly gateway: IbGateway;
  readonly timeline: SystemTimeline;
  readonly notices: readonly IbNotice[];
  /** Each standing since the beginning, in order. */
  readonly stood: readonly string[];
}

const open: { gateway: IbGateway; server: FakeTws }[] = [];
const closings: Server[] = [];

/** Closes what the tests opened. */
export async function closeDesks(): Promise<void> {
  for (const { gateway, server } of open.splice(0)) {
    await gateway.close();
    await server.close();
  }
  for (const closing of closings.splice(0)) closing.close();
}

/** A desk at a port where each connection is told of and closed at once. */
export async function closedDesk(onConnection: (at: number) => void): Promise<GatewayDesk> {
  const closing = createServer((socket) => {
    onConnection(desk.timeline.now());
    socket.destroy();
  });
  await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
  closings.push(closing);
  const { port } = closing.address() as AddressInfo;
  const desk = await gatewayDesk({ gateway: { port } });
  return desk;
}

interface Made {
  readonly gateway?: Partial<IbGatewayOptions>;
  readonly server?: Partial<FakeTwsOptions>;
}

/** Not started. */
export async function gatewayDesk({
  gateway: options,
  server: serving,
}: Made = {}): Promise<GatewayDesk> {
  const time = new WireTime(epochMs(NOW));
  const { server, port } = await serve({ time, now: time.wallMs, ...serving });
  const timeline = new SystemTimeline({ source: time });
  const notices: IbNotice[] = [];
  const gateway = openIbGateway({
    host: '127.0.0.1',
    port,
    clientId: 17,
    account: ACCOUNT,
    mode: 'paper',
    timeline,
    jitter: () => 0,
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  open.push({ gateway, server });
  const stood: string[] = [];
  gateway.link.onNews(() => {
    const { state } = gateway.link.standing;
    if (stood.at(-1) !== state) stood.push(state);
  });
  return { server, port, gateway, timeline, notices, stood };
}

/** Started, compared and ready for orders. */
export async function readyDesk(made: Made = {}): Promise<GatewayDesk> {
  const desk = await gatewayDesk(made);
  const { episode } = await desk.gateway.link.start();
  desk.gateway.link.confirm(episode);
  return desk;
}

/** Buys a share at the market. */
export const buy = (gateway: IbGateway, orderId: number): Promise<boolean> =>
  gateway.send('order', 1, (api) =>
    api.placeOrder(
      orderId,
      { symbol: 'AAPL', secType: SecType.STK, exchange: 'SMART', currency: 'USD' },
      {
        action: OrderAction.BUY,
        totalQuantity: 1,
        orderType: OrderType.MKT,
        tif: 'DAY',
        transmit: true,
      },
    ),
  );

export const NEVER = new AbortController().signal;
/** For waits that only a fault makes so long. */
export const PATIENCE = { timeout: 60_000 };

/** Resolves at the moment that it is so: time goes on while a test looks now and then. */
export const until = ({ gateway }: GatewayDesk, isSo: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!isSo()) return;
      forget();
      resolve();
    };
    const forget = gateway.link.onNews(look);
    look();
  });
export const connected = (desk: GatewayDesk, number: number): Promise<void> =>
  until(desk, () => (desk.gateway.connection?.number ?? 0) >= number);
export const stands = (desk: GatewayDesk, state: string): Promise<void> =>
  until(desk, () => desk.gateway.link.standing.state === state);
export const orderSent = ({ gateway }: GatewayDesk): Promise<boolean> =>
  gateway.send('order', 1, (api) => api.reqGlobalCancel());
