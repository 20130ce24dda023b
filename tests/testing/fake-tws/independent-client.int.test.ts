import { Client, Contract, Order } from 'ib-tws-api';
import { afterEach, expect, it } from 'vitest';
import type { FakeTws } from '../../../src/testing/fake-tws/server.ts';
import { NOW, serve } from './serving.ts';

const servers: FakeTws[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

it('is understood by a client library of other authors, at server version 151', async () => {
  const { server, port } = await serve({ version: 151 });
  servers.push(server);
  const [apple] = server.exchange.book.contracts;
  if (apple !== undefined) server.exchange.holdings.book(apple, 30, 10, 1);
  const client = new Client({ host: '127.0.0.1', port, clientId: 3 });
  expect(await client.getCurrentTime()).toBe(NOW / 1_000);
  const details = await client.getContractDetails(Contract.stock('MSFT'));
  expect(details).toMatchObject([{ contract: { symbol: 'MSFT', conId: 265_599 }, minTick: 0.01 }]);
  const history = await client.getHistoricalData({
    contract: Contract.stock('AAPL'),
    endDateTime: '',
    duration: '2 D',
    barSizeSetting: '1 day',
    whatToShow: 'TRADES',
    useRth: 1,
  });
  expect(history).toMatchObject({ bars: [{ close: 10.5 }, { close: 10.5 }] });

  const working = { action: 'BUY', totalQuantity: 50, lmtPrice: 9 };
  await client.placeOrder({ contract: Contract.stock('AAPL'), order: Order.limit(working) });
  const open = await client.getAllOpenOrders();
  const [order] = open.filter((message) => 'order' in message);
  expect(order).toMatchObject({ order: { lmtPrice: 9, totalQuantity: 50, action: 'BUY' } });
  const positions = await client.getPositions();
  expect(positions).toMatchObject({
    265598: { position: 30, avgCost: 10.03333333, contract: { symbol: 'AAPL' } },
  });
});
