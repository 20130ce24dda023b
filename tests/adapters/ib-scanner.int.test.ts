import { afterEach, describe, expect, it } from 'vitest';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import type { Bar, Symbol } from '../../src/domain/market.ts';
import { dateToUtcMs } from '../../src/domain/time.ts';
import { commonStocks } from '../../src/testing/fake-tws/contracts.ts';
import { closeMarketDesks, marketDesk, YESTERDAY } from './ib-market-desk.ts';

afterEach(closeMarketDesks);

/** Stocks that traded more shares the later they come. */
const names = Array.from({ length: 60 }, (_, i) => `S${String(i).padStart(2, '0')}`);
const bar = (volume: number): Bar => ({
  time: dateToUtcMs(YESTERDAY.date),
  open: 10,
  high: 10,
  low: 10,
  close: 10,
  volume,
});
const source = arrayBarSource(
  Object.fromEntries(names.map((name, i) => [name, { daily: [bar(1_000 * (i + 1))] }])),
  { intraday: '1m' },
);
const best = [...names].reverse();
const request = { rule: 'most_active', rows: 50, minPriceUsd: 5 } as const;

describe('a scan', () => {
  it('finds what is most active, best first, at most fifty', async () => {
    const desk = await marketDesk({ source });
    const found = await desk.market.scanner.scan({ ...request, rows: 200 });
    expect(found).toEqual({
      known: true,
      rows: best.slice(0, 50),
      symbols: best.slice(0, 50),
      leftOut: [],
    });
    const [asked] = desk.sent(22);
    expect(asked?.slice(2, 7)).toEqual(['50', 'STK', 'STK.US.MAJOR', 'MOST_ACTIVE', '5']);
  });

  it.each([
    ['most_active', 'MOST_ACTIVE'],
    ['most_active_usd', 'MOST_ACTIVE_USD'],
    ['top_gainers', 'TOP_PERC_GAIN'],
    ['gap', 'HIGH_OPEN_GAP'],
    ['relative_volume', 'HOT_BY_VOLUME'],
  ] as const)('by %s asks for %s', async (rule, code) => {
    const desk = await marketDesk({ source });
    await desk.market.scanner.scan({ ...request, rule, rows: 1 });
    expect(desk.sent(22)[0]?.[5]).toBe(code);
  });

  it('leaves out what is no stock that is traded here, and says why', async () => {
    const contracts = commonStocks(names).map((contract, i) => ({
      ...contract,
      stockType: ['COMMON', 'ETF', 'ADR', 'PREFERRED', 'RIGHT'][i % 5] ?? '',
    }));
    const desk = await marketDesk({ source, contracts });
    const found = await desk.market.scanner.scan({ ...request, rows: 10 });
    expect(found).toMatchObject({
      rows: best.slice(0, 10),
      symbols: ['S57', 'S56', 'S55', 'S52', 'S51', 'S50'],
      leftOut: [
        'S59: a stock of type RIGHT',
        'S58: a stock of type PREFERRED',
        'S54: a stock of type RIGHT',
        'S53: a stock of type PREFERRED',
      ],
    });
  });

  it('without rows is an answer', async () => {
    const desk = await marketDesk({ source });
    desk.tws.faults.set('no-scanner-items', 1);
    expect(await desk.market.scanner.scan(request)).toEqual({
      known: true,
      rows: [],
      symbols: [],
      leftOut: [],
    });
  });

  it('that nobody answered is unknown, and leaves the universe as it was', async () => {
    const desk = await marketDesk({ source });
    const { market } = desk;
    await market.findUniverse({ ...request, rows: 3 });
    desk.tws.faults.set('mute');
    expect(await market.findUniverse({ ...request, rows: 9 })).toMatchObject({ known: false });
    expect(market.source.symbols).toEqual(['S57', 'S58', 'S59']);
  });

  it('is never left open', async () => {
    const desk = await marketDesk({ source });
    for (let i = 0; i < 12; i += 1) await desk.market.scanner.scan({ ...request, rows: 1 });
    await desk.pass(1_000);
    const asked = desk.sent(22).map((tokens) => tokens[1]);
    expect(desk.sent(23).map((tokens) => tokens[2])).toEqual(asked);
  });
});

describe('the universe of a scan', () => {
  it('is what was found and what is held, with the rows as they came among the warnings', async () => {
    const desk = await marketDesk({ source });
    const { market } = desk;
    market.follow(['S01' as Symbol]);
    await market.findUniverse({ ...request, rows: 2 });
    expect(market.source.symbols).toEqual(['S01', 'S58', 'S59']);
    expect(market.source.warnings).toContain("the broker's scan most_active: S59, S58");
    await market.findUniverse({ ...request, rows: 1 });
    expect(market.source.symbols).toEqual(['S01', 'S59']);
  });
});
