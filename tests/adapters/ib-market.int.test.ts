import { afterEach, describe, expect, it } from 'vitest';
import { BarMarketData } from '../../src/adapters/recorded/bar-market-data.ts';
import { LiveMarketData } from '../../src/adapters/recorded/live-market-data.ts';
import { syntheticSourceOf } from '../../src/app/synthetic.ts';
import { seenOf, snapshotOfSeen } from '../../src/bars/seen.ts';
import { toUsd } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { decide } from '../../src/pipeline/decide.ts';
import { decidedOf } from '../../src/pipeline/decided.ts';
import { FLAT, momentumDesk, settingsWith } from '../pipeline/builders.ts';
import { at, closeMarketDesks, type MarketDesk, marketDesk, TODAY } from './ib-market-desk.ts';

afterEach(closeMarketDesks);

const SYMBOLS = 80;
const RULES = settingsWith({
  scan: { minActivityUsd: 0, minPriceUsd: 1, maxSpreadBps: 1_000 },
  allowModelledQuotes: false,
});

/** What a run sees that begins at the open, with no universe but what the scanner finds. */
async function atTheOpen(desk: MarketDesk) {
  const { source, quotes } = desk.market;
  const market = new LiveMarketData(new BarMarketData(source, { halfSpreadBps: 2 }), quotes, {
    now: desk.now,
    maxQuoteAgeMs: 5_000,
    openingWaitMs: 90_000,
    findUniverse: async () => {
      await desk.market.findUniverse({ rule: 'most_active', rows: 50, minPriceUsd: 5 });
    },
  });
  return market.snapshot({
    asOf: TODAY.openAt,
    session: TODAY,
    todayOpen: true,
    relativeVolume: false,
    waitForQuotes: true,
  });
}

describe.each([193, 178])('a run at the open over a gateway of server version %i', (version) => {
  it('finds, loads, quotes and decides, within what the broker takes, and again the same', async () => {
    const source = syntheticSourceOf({ seed: 1, symbols: SYMBOLS });
    const desk = await marketDesk({ source, from: at('09:30'), tickMs: 1_000, version });
    const snapshot = await atTheOpen(desk);
    const found = snapshot.series.map(({ symbol }) => symbol);
    expect(found).toHaveLength(50);
    expect([snapshot.noPrice, snapshot.liveQuotes]).toEqual([null, true]);
    // The first price of a minute is its open: the server trades as its bars do.
    found.forEach((symbol, i) => {
      const bars = assertExists(source.session(symbol, TODAY.date), 'today has minutes');
      expect(snapshot.todayOpen?.[i]).toBeCloseTo(bars.open[0] ?? Number.NaN, 6);
      const quote = assertExists(snapshot.quote(i), `${symbol} has a quote`);
      expect(snapshot.asOf - quote.at).toBeLessThanOrEqual(5_000);
      expect(snapshot.reference[i]).toBe(toUsd(quote.last));
      expect(snapshot.visible[i]).toBeGreaterThan(400);
    });
    const decision = decide(snapshot, FLAT, RULES, momentumDesk(), 5);
    expect(decision.counts.found).toBeGreaterThan(0);
    expect(decision.counts.approved).toBeGreaterThan(0);
    const again = decide(snapshotOfSeen(seenOf(snapshot)), FLAT, RULES, momentumDesk(), 5);
    expect(decidedOf(again)).toEqual(decidedOf(decision));
    const { problems, fastestPerSecond } = desk.tws.record;
    expect(problems).toEqual([]);
    expect(fastestPerSecond).toBeLessThanOrEqual(50);
    expect(desk.mostAtOnce()).toBeLessThanOrEqual(6);
    expect(desk.troubles).toEqual([]);
  });
});
