import { afterEach, describe, expect, it } from 'vitest';
import { ibSymbolOf, symbolOfIb } from '../../src/adapters/ib/ib-symbols.ts';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { roundToTick } from '../../src/domain/price.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { commonStocks, type FakeContract } from '../../src/testing/fake-tws/contracts.ts';
import { at, closeMarketDesks, marketDesk } from './ib-market-desk.ts';

const AAPL = 'AAPL' as Symbol;
const GONE = 'GONE' as Symbol;
const source = arrayBarSource({ AAPL: {}, MSFT: {} }, { intraday: '1m' });

afterEach(closeMarketDesks);

describe('contracts', () => {
  it('are looked up once in a day, and go by their id from then on', async () => {
    const desk = await marketDesk({ source });
    const { contracts } = desk.market;
    expect(contracts.knows(AAPL)).toBe(false);
    await Promise.all([contracts.resolve([AAPL, 'MSFT' as Symbol]), contracts.resolve([AAPL])]);
    await contracts.resolve([AAPL]);
    expect(desk.sent(9)).toHaveLength(2);
    expect(contracts.of(AAPL)).toMatchObject({ conId: 265_598, symbol: 'AAPL' });
    expect(contracts.wire(AAPL)).toMatchObject({
      conId: 265_598,
      secType: 'STK',
      exchange: 'SMART',
      primaryExch: 'NASDAQ',
      currency: 'USD',
    });
  });

  it('have the price steps of the exchange that orders are routed by, asked for once', async () => {
    const desk = await marketDesk({ source });
    const { contracts } = desk.market;
    expect(contracts.ticks(AAPL)).toBeNull();
    await contracts.resolve([AAPL, 'MSFT' as Symbol]);
    const ticks = contracts.ticks(AAPL);
    expect(ticks).toEqual([
      { from: 0, tick: 100 },
      { from: 1_000_000, tick: 10_000 },
    ]);
    expect(roundToTick(usd(0.12345), 'down', ticks ?? [])).toBe(usd(0.1234));
    expect(roundToTick(usd(12.345), 'down', ticks ?? [])).toBe(usd(12.34));
    expect(desk.sent(91).length).toBeLessThanOrEqual(2);
  });

  it('that are ambiguous are refused, by name', async () => {
    const desk = await marketDesk({ source, contracts: commonStocks(['AAPL', 'AAPL']) });
    const { contracts } = desk.market;
    await contracts.resolve([AAPL]);
    expect([contracts.knows(AAPL), contracts.wire(AAPL)]).toEqual([false, null]);
    expect(contracts.refusal(AAPL)).toContain('AAPL is 2 stocks');
    await desk.pass(2 * HOUR_MS);
    await contracts.resolve([AAPL]);
    expect(desk.sent(9)).toHaveLength(1);
  });

  it('that are not found are asked for once more, later, and again on another day', async () => {
    const desk = await marketDesk({ source });
    const { contracts } = desk.market;
    const asked = async (afterMs: number): Promise<number> => {
      await desk.pass(afterMs);
      await contracts.resolve([GONE]);
      return desk.sent(9).length;
    };
    expect(await asked(0)).toBe(1);
    expect(await asked(5 * MINUTE_MS)).toBe(1);
    expect(await asked(5 * MINUTE_MS)).toBe(2);
    expect(await asked(HOUR_MS)).toBe(2);
    expect(contracts.warningsOf(new Set([GONE]))).toEqual([
      expect.stringContaining('GONE cannot be traded'),
    ]);
    expect(await asked(DAY_MS)).toBe(3);
  });

  it('that nobody answered for are not known, which is no refusal for the day', async () => {
    const desk = await marketDesk({ source });
    const { contracts } = desk.market;
    desk.tws.drop();
    await contracts.resolve([AAPL]);
    expect(contracts.knows(AAPL)).toBe(false);
    await desk.pass(2 * MINUTE_MS);
    await contracts.resolve([AAPL]);
    expect([contracts.knows(AAPL), contracts.refusal(AAPL)]).toEqual([true, null]);
  });

  it.each([
    ['steps of half a cent', { marketRuleId: 2000 }, null],
    ['steps of five cents', { marketRuleId: 2001 }, 'its price steps are none that ours fit'],
    ['lots of a hundred', { sizeStep: 100 }, 'it is not traded by single shares'],
    ['a hundred shares at least', { minSize: 100 }, 'it is not traded by single shares'],
    ['fractions of a share', { minSize: 0.0001, sizeStep: 0.0001 }, null],
  ])('with %s take our orders, or are refused', async (_, terms, refusal) => {
    const contracts = commonStocks(['AAPL']).map((stock) => ({ ...stock, ...terms }));
    const desk = await marketDesk({ source, contracts });
    await desk.market.contracts.resolve([AAPL]);
    expect(desk.market.contracts.refusal(AAPL)).toBe(refusal);
    expect(desk.market.contracts.knows(AAPL)).toBe(refusal === null);
  });

  it('have the hours of our calendar, and nothing to say of them', async () => {
    const desk = await marketDesk({ source });
    await desk.market.contracts.resolve([AAPL]);
    expect(desk.market.contracts.warningsOf(new Set([AAPL]))).toEqual([]);
  });
});

describe('contracts of a process that runs on', () => {
  const MSFT = 'MSFT' as Symbol;

  /** A desk on the day after both were looked up, and the stocks of its server, to change. */
  async function nextDay(change: (stocks: FakeContract[]) => void = () => undefined) {
    const stocks = commonStocks(['AAPL', 'MSFT']);
    const desk = await marketDesk({ source, contracts: stocks, from: at('23:55') });
    await desk.market.contracts.resolve([AAPL, MSFT]);
    change(stocks);
    await desk.pass(10 * MINUTE_MS);
    return { ...desk, contracts: desk.market.contracts, stocks };
  }
  const both = new Set([AAPL, MSFT]);

  it('are looked up again once in a day, with their price steps, and nobody waits for it', async () => {
    const desk = await nextDay();
    const { contracts } = desk;
    const from = desk.now();
    await contracts.resolve([AAPL, MSFT]);
    expect(desk.now()).toBe(from);
    await desk.pass(1_000);
    for (let time = 0; time < 3; time += 1) {
      await contracts.resolve([AAPL, MSFT]);
      await desk.pass(10 * MINUTE_MS);
    }
    expect([desk.sent(9).length, desk.sent(91).length]).toEqual([4, 2]);
    expect(contracts.warningsOf(both)).toEqual([]);
    expect(desk.tws.record.problems).toEqual([]);
  });

  it('have the price steps of today', async () => {
    const desk = await nextDay((stocks) => {
      stocks[0] = { ...(stocks[0] as FakeContract), marketRuleId: 2001 };
    });
    const { contracts } = desk;
    await contracts.resolve([AAPL, MSFT]);
    expect(contracts.knows(AAPL)).toBe(true);
    await desk.pass(1_000);
    expect(contracts.ticks(AAPL)).toEqual([{ from: 0, tick: 50_000 }]);
    expect([contracts.knows(AAPL), contracts.knows(MSFT)]).toEqual([false, true]);
  });

  it('are checked for a closure that is announced later, until the broker agrees again', async () => {
    const desk = await nextDay((stocks) => {
      stocks[0] = { ...(stocks[0] as FakeContract), liquidHours: '20260309:CLOSED' };
    });
    const { contracts, stocks } = desk;
    await contracts.resolve([AAPL, MSFT]);
    await desk.pass(1_000);
    const said = ['hours of AAPL: 2026-03-09: the broker says closed, our calendar 0930-1600'];
    expect(contracts.warningsOf(both)).toEqual(said);
    stocks.splice(0, 2, ...commonStocks(['AAPL', 'MSFT']));
    await desk.pass(DAY_MS);
    expect(contracts.warningsOf(both)).toEqual(said);
    await contracts.resolve([MSFT]);
    await desk.pass(1_000);
    expect(contracts.warningsOf(both)).toEqual([]);
  });

  it('that are not found any more, twice, are refused; what is held goes by the id it had', async () => {
    const desk = await nextDay((stocks) => stocks.splice(0, 1));
    const { contracts } = desk;
    const look = async (afterMs: number): Promise<void> => {
      await desk.pass(afterMs);
      await contracts.resolve([AAPL, MSFT]);
      await desk.pass(1_000);
    };
    await look(0);
    expect(contracts.knows(AAPL)).toBe(true);
    expect(contracts.warningsOf(both)).toEqual([
      expect.stringMatching(/^the contract of AAPL is that of 2026-03-05: No security definition/),
    ]);
    await look(10 * MINUTE_MS);
    expect([contracts.knows(AAPL), contracts.knows(MSFT)]).toEqual([false, true]);
    expect(contracts.warningsOf(both)).toEqual([
      expect.stringMatching(/^AAPL cannot be traded: No security definition/),
    ]);
    expect(contracts.wire(AAPL)).toMatchObject({ conId: 265_598 });
    desk.stocks.push(...commonStocks(['AAPL']));
    await look(10 * MINUTE_MS);
    expect([contracts.refusal(AAPL), contracts.warningsOf(both)]).toEqual([null, []]);
  });

  it('stay as they were where the broker does not answer, which is told until it does', async () => {
    const desk = await nextDay();
    const { contracts } = desk;
    desk.tws.faults.set('no-contracts', 2);
    await contracts.resolve([AAPL, MSFT]);
    await desk.pass(30_000);
    expect([contracts.knows(AAPL), contracts.knows(MSFT)]).toEqual([true, true]);
    expect(contracts.warningsOf(both)).toEqual([
      'the contract of AAPL is that of 2026-03-05, and 1 more of earlier days: no answer to contract details of AAPL within 15 s',
    ]);
    await desk.pass(MINUTE_MS);
    await contracts.resolve([AAPL, MSFT]);
    await desk.pass(1_000);
    expect(contracts.warningsOf(both)).toEqual([]);
  });

  it('that are others by now are told, and orders go by what they are', async () => {
    const desk = await nextDay((stocks) => {
      stocks[0] = { ...(stocks[0] as FakeContract), conId: 4_711 };
    });
    const { contracts } = desk;
    await contracts.resolve([AAPL]);
    await desk.pass(1_000);
    expect(contracts.wire(AAPL)).toMatchObject({ conId: 4_711 });
    expect(contracts.warningsOf(both)).toEqual([
      'AAPL is another contract since 2026-03-06: 4711, it was 265598',
    ]);
  });
});

describe('a class of shares', () => {
  it('is written with a blank by the broker, and with a dot by us', () => {
    expect([ibSymbolOf('BRK.B' as Symbol), symbolOfIb('BRK B'), symbolOfIb('aapl')]).toEqual([
      'BRK B',
      'BRK.B',
      null,
    ]);
  });
});
