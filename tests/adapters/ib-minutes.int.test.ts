import { afterEach, describe, expect, it } from 'vitest';
import type { Symbol } from '../../src/domain/market.ts';
import { MINUTE_MS } from '../../src/domain/time.ts';
import { dailyTo, market, minutes } from './ib-bar-scenes.ts';
import {
  at,
  barsOf,
  closeMarketDesks,
  DATE,
  marketDesk,
  TODAY,
  YESTERDAY,
} from './ib-market-desk.ts';

const AAPL = 'AAPL' as Symbol;
const MSFT = 'MSFT' as Symbol;

afterEach(closeMarketDesks);

describe('bars of a minute', () => {
  const following = async (from = at('10:00:20')) => {
    const desk = await marketDesk({
      source: market(dailyTo('2026-03-04'), ['AAPL', 'MSFT']),
      from,
      tickMs: 5_000,
    });
    desk.market.follow([AAPL]);
    await desk.market.source.prepare(TODAY, [AAPL, MSFT]);
    return desk;
  };

  it('come for what is followed, the one in progress with its open, and for nothing else', async () => {
    const {
      market: { source },
    } = await following();
    const bars = barsOf(source.session(AAPL, DATE));
    expect(bars.slice(0, 30)).toEqual(minutes.slice(0, 30));
    expect(bars[30]).toMatchObject({ time: minutes[30]?.time, open: minutes[30]?.open });
    expect(bars).toHaveLength(31);
    expect(source.session(MSFT, DATE)).toBeNull();
    expect(source.session(AAPL, YESTERDAY.date)).toBeNull();
  });

  it('go on as they are made, and what was given out never changes', async () => {
    const desk = await following();
    const { source } = desk.market;
    const before = source.session(AAPL, DATE);
    const copy = barsOf(before);
    await desk.pass(3 * MINUTE_MS);
    expect(barsOf(before)).toEqual(copy);
    const now = barsOf(source.session(AAPL, DATE));
    expect(now).toHaveLength(34);
    expect(now.slice(0, 33).map(({ open }) => open)).toEqual(
      minutes.slice(0, 33).map(({ open }) => open),
    );
    expect(source.session(AAPL, DATE)).toBe(source.session(AAPL, DATE));
  });

  it('come again over the next connection, with those between', async () => {
    const desk = await following();
    desk.tws.drop();
    await desk.pass(5 * MINUTE_MS);
    expect(barsOf(desk.market.source.session(AAPL, DATE)).length).toBeLessThan(33);
    await desk.market.source.prepare(TODAY, [AAPL]);
    const bars = barsOf(desk.market.source.session(AAPL, DATE));
    expect(bars.map(({ open }) => open)).toEqual(
      minutes.slice(0, bars.length).map(({ open }) => open),
    );
    expect(bars.length).toBeGreaterThan(34);
  });

  it('come again over the same connection where data was lost', async () => {
    const desk = await following();
    desk.tws.announce(1_101, 'Connectivity between IB and TWS has been restored- data lost.');
    await desk.pass(5 * MINUTE_MS);
    await desk.market.source.prepare(TODAY, [AAPL]);
    await desk.pass(2 * MINUTE_MS);
    const bars = barsOf(desk.market.source.session(AAPL, DATE));
    expect(bars.length).toBeGreaterThan(36);
    expect(bars.map(({ open }) => open)).toEqual(
      minutes.slice(0, bars.length).map(({ open }) => open),
    );
  });

  it('are not asked for any more where data was lost before they were', async () => {
    const symbols = Array.from({ length: 50 }, (_, i) => `S${i}` as Symbol);
    const desk = await marketDesk({
      source: market(dailyTo('2026-03-04'), symbols),
      from: at('10:00'),
    });
    const asked = () => desk.sent(20).filter((tokens) => tokens.includes('1 min')).length;
    await desk.market.contracts.resolve(symbols);
    await desk.pass(5_000);
    desk.market.follow(symbols);
    const prepared = desk.market.source.prepare(TODAY, symbols);
    await desk.pass(100);
    const before = asked();
    desk.tws.announce(1_101, 'Connectivity between IB and TWS has been restored- data lost.');
    await prepared;
    await desk.pass(5_000);
    expect(before).toBeLessThan(symbols.length);
    expect(asked()).toBe(before);
  });

  it('are asked for once, however often they are prepared', async () => {
    const desk = await following();
    for (let i = 0; i < 5; i += 1) {
      await desk.pass(MINUTE_MS);
      await desk.market.source.prepare(TODAY, [AAPL]);
    }
    expect(desk.sent(20).filter((tokens) => tokens.includes('1 min'))).toHaveLength(1);
  });
});
