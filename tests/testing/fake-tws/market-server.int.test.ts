import { afterEach, describe, expect, it } from 'vitest';
import { syntheticSourceOf } from '../../../src/app/synthetic.ts';
import { instantOf, sessionOf } from '../../../src/calendar/nyse.ts';
import { type Session, sessionDate } from '../../../src/domain/time.ts';
import { MarketServer } from '../../../src/testing/fake-tws/market-server.ts';
import { type PathPoint, scriptedBars } from '../../../src/testing/fake-tws/scripted-bars.ts';
import { WireTime } from '../../simulation/wire-time.ts';
import { HandMadeClient } from './hand-made-client.ts';

const DATE = sessionDate('2026-03-05');
const SESSION = sessionOf(DATE) as Session;

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A market of two stocks that go as they are told, and the price each had the day before. */
async function begin(path: readonly PathPoint[]) {
  const base = syntheticSourceOf({ seed: 1, symbols: 2 });
  const [symbol = '', other = ''] = base.symbols;
  const time = new WireTime(instantOf(DATE, 9 * 60));
  const source = scriptedBars(base, DATE, { [symbol]: path, [other]: [[0, 1]] });
  const market = new MarketServer({
    source,
    time,
    account: 'DU1234567',
    startingCash: 100_000,
    version: 193,
    childArm: 'partial',
    commissionDelayMs: 200,
    tickMs: 15_000,
  });
  const port = await market.listen();
  const stop = new AbortController();
  const running = market.run(stop.signal);
  open.push(async () => {
    stop.abort();
    await running;
    await market.tws.close();
  });
  const until = (at: number): Promise<void> => time.sleep(at - time.wallMs());
  const daily = base.daily(base.symbols[0] as never);
  const last = daily.close[daily.time.findLastIndex((at) => at < Date.UTC(2026, 2, 5))] as number;
  return { market, time, port, symbol, until, last };
}

const priceOf = (market: MarketServer, symbol: string): number =>
  market.tws.exchange.prices.of(symbol)?.last ?? Number.NaN;
const minute = (n: number): number => SESSION.openAt + n * 60_000;

describe('a market that goes on by a clock', () => {
  it('opens, moves and jumps as it is told, and ends', async () => {
    const { market, symbol, until, last } = await begin([
      [0, 1.01],
      [10, 1.02],
      [10, 0.9],
      [390, 1],
    ]);
    expect(priceOf(market, symbol)).toBeNaN();
    await until(minute(0) + 1);
    expect(priceOf(market, symbol)).toBeCloseTo(last * 1.01, 2);
    await until(minute(5) + 1);
    expect(priceOf(market, symbol)).toBeCloseTo(last * 1.015, 2);
    await until(minute(10) + 1);
    expect(priceOf(market, symbol)).toBeCloseTo(last * 0.9, 2);
    await until(SESSION.closeAt + 60_000);
    expect(priceOf(market, symbol)).toBeCloseTo(last, 2);
  });

  it('keeps bars up to date while they are made', async () => {
    const { symbol, port, until, last } = await begin([
      [0, 1],
      [60, 1.06],
    ]);
    await until(minute(2) + 1);
    const client = await HandMadeClient.connect(port);
    open.push(() => client.close());
    const stock = { symbol, secType: 'STK', exchange: 'SMART', currency: 'USD' } as never;
    client.api.reqHistoricalData(7, stock, '', '1 D', '1 min' as never, 'TRADES', 1, 2, true);
    await client.until('historicalData', ([, date]) => String(date).startsWith('finished'));
    await until(minute(4) + 1);
    const cents = (multiple: number): number => Math.round(last * multiple * 100) / 100;
    const isFourth = ([, date, , high]: readonly unknown[]): boolean =>
      Number(date) === minute(3) / 1_000 && high === cents(1.004);
    const [, , first] = await client.until('historicalDataUpdate', isFourth);
    expect(first).toBe(cents(1.003));
  });

  it('fills a stop and a target at their prices, and ends day orders at the close', async () => {
    const { market, symbol, port, until, last } = await begin([
      [0, 1],
      [100, 1],
      [120, 1.05],
      [200, 1.05],
      [220, 0.9],
    ]);
    await until(minute(1));
    const client = await HandMadeClient.connect(port);
    open.push(() => client.close());
    await client.look();
    const cents = (multiple: number): number => Math.round(last * multiple * 100) / 100;
    const entry = client.send(symbol, { transmit: false });
    const group = { ocaGroup: 'one', ocaType: 2 } as const;
    const target = { ...group, parentId: entry, transmit: false, orderRef: 'target' };
    client.send(symbol, {
      ...target,
      action: 'SELL' as never,
      orderType: 'LMT' as never,
      lmtPrice: cents(1.04),
      tif: 'GTC',
    });
    client.sendStop(symbol, 100, cents(0.95), { ...group, parentId: entry });
    await until(minute(150));
    expect(market.tws.audit.book().positions).toEqual({});
    const again = client.send(symbol, { transmit: false });
    client.sendStop(symbol, 100, cents(0.95), { parentId: again });
    const resting = { action: 'SELL' as never, orderType: 'LMT' as never, lmtPrice: cents(2) };
    await until(minute(300));
    client.send(symbol, { ...resting, orderRef: 'resting' });
    await until(SESSION.closeAt + 60_000);
    const { orders, positions } = market.tws.audit.book();
    expect(positions).toEqual({});
    expect(orders.map(({ state }) => state)).toEqual([
      'Filled',
      'Filled',
      'Cancelled',
      'Filled',
      'Filled',
      'Cancelled',
    ]);
  });
});
