import {
  BarSizeSetting,
  EventName,
  IBApi,
  Instrument,
  LocationCode,
  type Order,
  OrderAction,
  OrderType,
  ScanCode,
  SecType,
} from '@stoqey/ib';
import { afterEach, describe, expect, it } from 'vitest';
import type { FakeTws, FakeTwsOptions } from '../../../src/testing/fake-tws/server.ts';
import { ACCOUNT, NOW, serve as serving } from './serving.ts';

const servers: FakeTws[] = [];
const clients: IBApi[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  for (const server of servers.splice(0)) await server.close();
});

async function serve(options: Partial<FakeTwsOptions> = {}) {
  const served = await serving(options);
  servers.push(served.server);
  return served;
}

/** Only what never comes is waited for so long. */
const PATIENCE_MS = 60_000;

type Said = readonly [name: string, ...args: unknown[]];

/** A client that remembers all it is told. */
async function connect(port: number, clientId = 17) {
  const client = new IBApi({ host: '127.0.0.1', port, clientId, maxReqPerSec: 1_000 });
  clients.push(client);
  const said: Said[] = [];
  client.on(EventName.all, (name: string, args: unknown[]) => said.push([name, ...args]));
  const until = (name: string, is: (args: readonly unknown[]) => boolean = () => true) =>
    new Promise<readonly unknown[]>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${name}; heard ${JSON.stringify(said.slice(-12))}`)),
        PATIENCE_MS,
      );
      const look = (): boolean => {
        const found = said.find(([heard, ...args]) => heard === name && is(args));
        if (found === undefined) return false;
        clearTimeout(timer);
        resolve(found.slice(1));
        return true;
      };
      if (look()) return;
      client.on(EventName.all, () => {
        look();
      });
    });
  client.connect();
  await until('nextValidId');
  return { client, said, until };
}

/** The decoder's own complaints: a field too many or too few. */
const decodeErrors = (said: readonly Said[]): readonly Said[] =>
  said.filter(([name, , code]) => name === 'error' && (code === 505 || code === 506));

const stock = (symbol: string) => ({
  symbol,
  secType: SecType.STK,
  exchange: 'SMART',
  currency: 'USD',
});
const order = (over: Partial<Order>): Order => ({
  action: OrderAction.BUY,
  totalQuantity: 100,
  orderType: OrderType.LMT,
  lmtPrice: 10.1,
  tif: 'DAY',
  account: ACCOUNT,
  orderRef: '2026-03-05/scan-open/AAPL/entry/1',
  transmit: true,
  outsideRth: false,
  ...over,
});

describe.each([193, 187, 178])('the client library at server version %i', (version) => {
  it('connects and is told who it is', async () => {
    const { port } = await serve({ version });
    const { client, said, until } = await connect(port);
    expect(client.serverVersion).toBe(version);
    expect((await until('managedAccounts'))[0]).toBe(ACCOUNT);
    expect((await until('nextValidId'))[0]).toBe(1);
    client.reqCurrentTime();
    expect((await until('currentTime'))[0]).toBe(NOW / 1_000);
    expect(decodeErrors(said)).toEqual([]);
  });

  it('sends a bracket, fills it, is stopped out, and reads all of it again', async () => {
    const { server, port } = await serve({ version });
    server.print('AAPL', 10, { half: 0.01 });
    const { client, said, until } = await connect(port);
    client.placeOrder(1, stock('AAPL'), order({ transmit: false }));
    client.placeOrder(
      2,
      stock('AAPL'),
      order({
        action: OrderAction.SELL,
        orderType: OrderType.STP,
        lmtPrice: 0,
        auxPrice: 9.5,
        tif: 'GTC',
        parentId: 1,
        orderRef: '2026-03-05/scan-open/AAPL/stop/1',
        ocaGroup: 'AAPL-1',
        ocaType: 2,
      }),
    );
    const [, , entry] = await until('execDetails');
    expect(entry).toMatchObject({
      orderRef: '2026-03-05/scan-open/AAPL/entry/1',
      shares: 100,
      price: 10.01,
      side: 'BOT',
    });
    expect((await until('commissionReport'))[0]).toMatchObject({ commission: 1, currency: 'USD' });
    await until('orderStatus', ([id, status]) => id === 2 && status === 'PreSubmitted');
    expect(server.exchange.cover('AAPL')).toEqual({ held: 100, stops: 100 });

    server.print('AAPL', 9.4, { half: 0.01 });
    await until('orderStatus', ([id, status]) => id === 2 && status === 'Filled');
    client.reqCompletedOrders(true);
    client.reqExecutions(1_000_000_001, {});
    client.reqPositions();
    client.reqAllOpenOrders();
    client.reqAccountSummary(1_000_000_002, 'All', 'NetLiquidation,TotalCashValue,AccountType');
    await until('accountSummaryEnd');
    const completed = said.filter(([name]) => name === 'completedOrder');
    expect(completed.map(([, , terms]) => (terms as Order).orderRef)).toEqual([
      '2026-03-05/scan-open/AAPL/entry/1',
      '2026-03-05/scan-open/AAPL/stop/1',
    ]);
    const again = said.filter(([name, id]) => name === 'execDetails' && id === 1_000_000_001);
    expect(again).toHaveLength(2);
    await until('positionEnd');
    expect(server.exchange.holdings.cash).toBeCloseTo(100_000 - 1_001 - 1 + 939 - 1, 6);
    expect(said).toContainEqual([
      'accountSummary',
      1_000_000_002,
      ACCOUNT,
      'NetLiquidation',
      server.exchange.holdings.cash.toFixed(2),
      'USD',
    ]);
    expect(decodeErrors(said)).toEqual([]);
  });

  it('looks at contracts, rules, bars, scans and quotes', async () => {
    const { server, port } = await serve({ version });
    server.print('MSFT', 20, { half: 0.02, volume: 5_000 });
    const { client, said, until } = await connect(port);
    client.reqContractDetails(1_000_000_001, stock('MSFT'));
    const [, details] = await until('contractDetails');
    expect(details).toMatchObject({
      contract: { symbol: 'MSFT', conId: 265_599, primaryExch: 'NASDAQ' },
      minTick: 0.01,
      stockType: 'COMMON',
      liquidHours: '20260305:0930-20260305:1600;20260306:CLOSED',
      timeZoneId: 'US/Eastern',
      marketRuleIds: '557,557',
    });
    client.reqMarketRule(557);
    expect((await until('marketRule'))[1]).toEqual([
      { lowEdge: 0, increment: 0.0001 },
      { lowEdge: 1, increment: 0.01 },
    ]);
    client.reqHistoricalData(
      1_000_000_002,
      stock('MSFT'),
      '',
      '2 D',
      BarSizeSetting.DAYS_ONE,
      'TRADES',
      1,
      1,
      false,
    );
    await until('historicalData', ([, date]) => String(date).startsWith('finished'));
    expect(said.filter(([name]) => name === 'historicalData')[0]?.slice(2, 8)).toEqual([
      '20260301',
      10,
      11,
      9,
      10.5,
      1_000,
    ]);
    client.reqHistoricalData(
      1_000_000_003,
      stock('TSLA'),
      '',
      '2 D',
      BarSizeSetting.DAYS_ONE,
      'TRADES',
      1,
      1,
      false,
    );
    await until('error', ([, code, id]) => code === 162 && id === 1_000_000_003);
    client.reqScannerSubscription(1_000_000_004, {
      scanCode: ScanCode.MOST_ACTIVE,
      instrument: Instrument.STK,
      locationCode: LocationCode.STK_US_MAJOR,
      numberOfRows: 2,
    });
    await until('scannerDataEnd');
    const rows = said.filter(([name]) => name === 'scannerData');
    expect(
      rows.map(([, , , row]) => (row as { contract: { symbol: string } }).contract.symbol),
    ).toEqual(['TSLA', 'MSFT']);
    client.reqMktData(1_000_000_005, stock('MSFT'), '', false, false);
    await until('tickPrice', ([, kind]) => kind === 4);
    server.print('MSFT', 21, { half: 0.02, volume: 6_000 });
    await until('tickPrice', ([, kind, price]) => kind === 2 && price === 21.02);
    client.reqContractDetails(1_000_000_006, stock('NONE'));
    await until('error', ([, code]) => code === 200);
    expect(decodeErrors(said)).toEqual([]);
  });
});

describe('a message with a field more or less', () => {
  it.each([
    ['more', (tokens: (string | number | boolean)[]) => tokens.push('1')],
    ['less', (tokens: (string | number | boolean)[]) => tokens.splice(20, 1)],
  ])('is seen by the client library: one %s', async (_which, change) => {
    const { server, port } = await serve();
    server.print('AAPL', 20);
    server.mutate = (tokens) => {
      const copy = [...tokens];
      if (copy[0] === 5) change(copy);
      return copy;
    };
    const { client, said, until } = await connect(port);
    client.placeOrder(1, stock('AAPL'), order({}));
    await until('orderStatus');
    expect(decodeErrors(said).length).toBeGreaterThan(0);
  });
});
