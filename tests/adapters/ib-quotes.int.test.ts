import { afterEach, describe, expect, it } from 'vitest';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { epochMs, MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import { keepsQuotes } from '../contract/quotes.ts';
import { at, closeMarketDesks, type MarketDesk, marketDesk } from './ib-market-desk.ts';

const AAPL = 'AAPL' as Symbol;
const MSFT = 'MSFT' as Symbol;
const NAMES = ['AAPL', 'MSFT', 'TSLA', 'IBM', 'KO'];
const source = arrayBarSource(Object.fromEntries(NAMES.map((name) => [name, {}])), {
  intraday: '1m',
});

afterEach(closeMarketDesks);

/** Prints with a cent to each side, and the first price as that of the open. */
function printer({ tws }: MarketDesk): (symbol: string, price: number) => void {
  const opens = new Map<string, number>();
  return (symbol, price) => {
    const open = opens.get(symbol) ?? price;
    opens.set(symbol, open);
    tws.print(symbol, price, { half: 0.01, volume: 1_000, open });
  };
}

const prepare = (desk: MarketDesk, symbols: readonly Symbol[], fromMs = 0): Promise<void> =>
  desk.market.quotes.prepare(symbols, {
    from: epochMs(desk.now() - fromMs),
    until: epochMs(desk.now() + 10 * SECOND_MS),
    patientUntil: desk.now(),
  });

describe('quotes over a gateway', () => {
  keepsQuotes(async () => {
    const desk = await marketDesk({ source });
    return {
      quotes: desk.market.quotes,
      now: desk.now,
      trade: printer(desk),
      halt: (symbol) => desk.tws.exchange.prices.halt(symbol, true),
      pass: desk.pass,
    };
  });
});

describe('a line of prices', () => {
  it('is asked for once while it is fresh, and anew once it is older than wanted', async () => {
    const desk = await marketDesk({ source });
    printer(desk)('AAPL', 10);
    await prepare(desk, [AAPL]);
    await prepare(desk, [AAPL], 5_000);
    expect(desk.sent(1)).toHaveLength(1);
    await desk.pass(MINUTE_MS);
    await prepare(desk, [AAPL], 5_000);
    expect([desk.sent(1).length, desk.sent(2).length]).toEqual([2, 1]);
    expect(desk.market.quotes.quote(AAPL)?.at).toBeGreaterThan(desk.now() - 5_000);
  });

  it('is given up by whoever was not asked for longest, and by nobody who is held', async () => {
    const desk = await marketDesk({ source, market: { maxLines: 3 } });
    for (const name of NAMES) printer(desk)(name, 10);
    desk.market.follow([AAPL]);
    await desk.pass(2 * SECOND_MS);
    await prepare(desk, [MSFT]);
    await desk.pass(SECOND_MS);
    await prepare(desk, ['TSLA' as Symbol]);
    await desk.pass(SECOND_MS);
    await prepare(desk, ['IBM' as Symbol]);
    const { quotes } = desk.market;
    const known = NAMES.filter((name) => quotes.quote(name as Symbol) !== null);
    expect(known).toEqual(['AAPL', 'TSLA', 'IBM']);
    expect(desk.sent(2)).toHaveLength(1);
  });

  it('is taken from nobody who is wanted at the same time', async () => {
    const desk = await marketDesk({ source, market: { maxLines: 3 } });
    for (const name of NAMES) printer(desk)(name, 10);
    await prepare(desk, NAMES as Symbol[]);
    const { quotes } = desk.market;
    expect(NAMES.filter((name) => quotes.quote(name as Symbol) !== null)).toHaveLength(3);
    expect([desk.sent(1).length, desk.sent(2).length]).toEqual([3, 0]);
  });

  it('is given up when nobody has asked for it for a quarter of an hour', async () => {
    const desk = await marketDesk({ source });
    printer(desk)('AAPL', 10);
    printer(desk)('MSFT', 10);
    await prepare(desk, [AAPL]);
    await desk.pass(16 * MINUTE_MS);
    await prepare(desk, [MSFT]);
    expect(desk.market.quotes.quote(AAPL)).toBeNull();
    expect(desk.sent(2)).toHaveLength(1);
  });

  it('is asked for again over the next connection, with the kind of prices first', async () => {
    const desk = await marketDesk({ source });
    const trade = printer(desk);
    trade('AAPL', 10);
    desk.market.follow([AAPL]);
    await prepare(desk, [AAPL]);
    desk.tws.drop();
    await desk.pass(30 * SECOND_MS);
    trade('AAPL', 12);
    await desk.pass(SECOND_MS);
    expect(desk.market.quotes.quote(AAPL)?.last).toBe(usd(12));
    expect(desk.sent(59).map((tokens) => tokens[2])).toEqual(['3', '3']);
  });

  it('is asked for once where data was lost while it was to be asked for', async () => {
    const symbols = Array.from({ length: 60 }, (_, i) => `S${i}` as Symbol);
    const many = arrayBarSource(Object.fromEntries(symbols.map((symbol) => [symbol, {}])), {
      intraday: '1m',
    });
    const desk = await marketDesk({ source: many });
    await desk.market.contracts.resolve(symbols);
    await desk.pass(5 * SECOND_MS);
    const prepared = prepare(desk, symbols);
    await desk.pass(100);
    const before = desk.sent(1).length;
    desk.tws.announce(1_101, 'Connectivity between IB and TWS has been restored- data lost.');
    await prepared;
    await desk.pass(5 * SECOND_MS);
    expect(before).toBeLessThan(symbols.length);
    expect(desk.sent(1).length - before).toBe(symbols.length);
  });

  it('is cancelled when the market is closed', async () => {
    const desk = await marketDesk({ source });
    for (const name of NAMES) printer(desk)(name, 10);
    await prepare(desk, NAMES as Symbol[]);
    desk.market.close();
    await desk.pass(SECOND_MS);
    expect(desk.sent(2)).toHaveLength(NAMES.length);
  });
});

describe('prices that cannot be had', () => {
  it('are delayed ones where that is all there is, and say so', async () => {
    const desk = await marketDesk({ source });
    desk.tws.faults.set('delayed-data');
    printer(desk)('AAPL', 10);
    await prepare(desk, [AAPL]);
    expect(desk.market.quotes.quote(AAPL)).toMatchObject({ kind: 'delayed', last: usd(10) });
  });

  it('are none without permission, which is told, and asked for again after five minutes', async () => {
    const desk = await marketDesk({ source });
    desk.tws.faults.set('no-market-data');
    printer(desk)('AAPL', 10);
    await prepare(desk, [AAPL]);
    expect(desk.market.quotes.quote(AAPL)).toBeNull();
    expect(desk.troubles).toEqual([expect.stringContaining('no prices of AAPL')]);
    desk.tws.faults.clear();
    await prepare(desk, [AAPL]);
    expect(desk.sent(1)).toHaveLength(1);
    await desk.pass(5 * MINUTE_MS);
    await prepare(desk, [AAPL]);
    expect(desk.market.quotes.quote(AAPL)?.kind).toBe('live');
  });

  it('are none any more once another session of the user has them', async () => {
    const desk = await marketDesk({ source });
    printer(desk)('AAPL', 10);
    await prepare(desk, [AAPL]);
    desk.tws.announce(10_197, 'No market data during competing live session');
    await desk.pass(SECOND_MS);
    expect(desk.market.quotes.quote(AAPL)).toBeNull();
  });

  it('are frozen ones still where that is what the line had, and another session had them', async () => {
    const desk = await marketDesk({ source });
    const [marketDataType, version, frozen] = [58, 1, 2];
    desk.tws.mutate = (tokens) =>
      tokens[0] === marketDataType ? [marketDataType, version, tokens[2] ?? 0, frozen] : tokens;
    const trade = printer(desk);
    trade('AAPL', 10);
    await prepare(desk, [AAPL]);
    expect(desk.market.quotes.quote(AAPL)?.kind).toBe('delayed');
    desk.tws.announce(10_197, 'No market data during competing live session');
    await desk.pass(SECOND_MS);
    trade('AAPL', 11);
    await desk.pass(SECOND_MS);
    expect(desk.market.quotes.quote(AAPL)).toMatchObject({ kind: 'delayed', last: usd(11) });
  });

  it('are asked for again half a minute after that was said of a request', async () => {
    const desk = await marketDesk({ source });
    printer(desk)('AAPL', 10);
    desk.tws.faults.set('competing-session');
    desk.market.follow([AAPL]);
    await desk.pass(20 * SECOND_MS);
    expect(desk.sent(1)).toHaveLength(1);
    desk.tws.faults.clear();
    await desk.pass(20 * SECOND_MS);
    expect(desk.market.quotes.quote(AAPL)?.last).toBe(usd(10));
  });

  it('are as many as the broker gives, and over the next connection as were configured', async () => {
    const desk = await marketDesk({ source });
    for (const name of NAMES) printer(desk)(name, 10);
    desk.tws.marketDataLines = 2;
    const all = NAMES as Symbol[];
    const known = () => all.filter((name) => desk.market.quotes.quote(name) !== null);
    await prepare(desk, all);
    expect(known()).toHaveLength(2);
    expect(desk.troubles).toContainEqual(expect.stringContaining('the broker gives 2 lines'));
    desk.tws.marketDataLines = 100;
    desk.tws.drop();
    await desk.pass(30 * SECOND_MS);
    await prepare(desk, all);
    expect(known()).toEqual(all);
  });

  it('are those of every symbol where there is a line for each, though none for two', async () => {
    const desk = await marketDesk({ source });
    for (const name of NAMES) printer(desk)(name, 10);
    desk.tws.marketDataLines = NAMES.length;
    const all = NAMES as Symbol[];
    for (let i = 0; i < 3; i += 1) {
      await prepare(desk, all, 5_000);
      await desk.pass(MINUTE_MS);
    }
    await prepare(desk, all, 5_000);
    const fresh = all.filter(
      (name) => (desk.market.quotes.quote(name)?.at ?? 0) >= desk.now() - 10_000,
    );
    expect(fresh).toEqual(all);
  });

  it('are none of a symbol that the broker does not know', async () => {
    const desk = await marketDesk({ source });
    await prepare(desk, ['GONE' as Symbol]);
    expect(desk.market.quotes.quote('GONE' as Symbol)).toBeNull();
    expect(desk.sent(1)).toHaveLength(0);
  });

  it('are no trade of this session before the symbol has traded in it', async () => {
    const desk = await marketDesk({ source, from: at('09:20') });
    printer(desk)('AAPL', 10);
    await prepare(desk, [AAPL]);
    await desk.pass(11 * MINUTE_MS);
    expect(desk.market.quotes.quote(AAPL)).toMatchObject({ hasOpened: false, open: null });
    printer(desk)('AAPL', 11);
    await desk.pass(SECOND_MS);
    expect(desk.market.quotes.quote(AAPL)).toMatchObject({ hasOpened: true, open: usd(11) });
  });
});

describe('a held symbol', () => {
  it('has a quote that is never older than ten seconds, though it does not trade', async () => {
    const desk = await marketDesk({ source });
    printer(desk)('AAPL', 10);
    desk.market.follow([AAPL]);
    let oldest = 0;
    await desk.pass(2 * SECOND_MS);
    for (let i = 0; i < 60; i += 1) {
      await desk.pass(SECOND_MS);
      oldest = Math.max(oldest, desk.now() - (desk.market.quotes.quote(AAPL)?.at ?? 0));
    }
    expect(oldest).toBeLessThanOrEqual(11 * SECOND_MS);
    expect(desk.market.quotes.silentSince).toBeNull();
  });

  it('that does not answer is no silence while another one does', async () => {
    const desk = await marketDesk({ source });
    printer(desk)('MSFT', 10);
    desk.market.follow([AAPL, MSFT]);
    await desk.pass(2 * MINUTE_MS);
    expect(desk.market.quotes.quote(AAPL)).toBeNull();
    expect(desk.market.quotes.silentSince).toBeNull();
  });

  it('is silent from when nothing was heard any more, until something is', async () => {
    const desk = await marketDesk({ source });
    const trade = printer(desk);
    trade('AAPL', 10);
    desk.market.follow([AAPL]);
    await desk.pass(5 * SECOND_MS);
    const from = desk.now();
    desk.tws.exchange.prices.forget('AAPL');
    await desk.pass(MINUTE_MS);
    const { silentSince } = desk.market.quotes;
    expect(silentSince).toBeGreaterThanOrEqual(from - 10 * SECOND_MS);
    expect(silentSince).toBeLessThanOrEqual(from + 12 * SECOND_MS);
    trade('AAPL', 10);
    await desk.pass(SECOND_MS);
    expect(desk.market.quotes.silentSince).toBeNull();
  });

  it('that nobody quoted before the open is no silence before the session has gone on for a while', async () => {
    const desk = await marketDesk({ source, from: at('09:20') });
    printer(desk)('AAPL', 10);
    desk.market.follow([AAPL]);
    await prepare(desk, [AAPL]);
    desk.tws.exchange.prices.forget('AAPL');
    await desk.pass(at('09:30:08') - desk.now());
    expect(desk.market.quotes.silentSince).toBeNull();
    await desk.pass(30 * SECOND_MS);
    expect(desk.market.quotes.silentSince).toBeGreaterThanOrEqual(at('09:30'));
  });

  it('is not looked after while the market is closed', async () => {
    const desk = await marketDesk({ source, from: at('17:00') });
    printer(desk)('AAPL', 10);
    desk.market.follow([AAPL]);
    await desk.pass(5 * MINUTE_MS);
    expect([desk.sent(1).length, desk.market.quotes.silentSince]).toEqual([0, null]);
  });
});
