import { describe, expect, it } from 'vitest';
import { SILENT_LOG } from '../../src/adapters/memory/silent-log.ts';
import { LiveMarketData } from '../../src/adapters/recorded/live-market-data.ts';
import { SimClock } from '../../src/adapters/sim/sim-clock.ts';
import { watchData } from '../../src/app/breaker-watch.ts';
import { compose, type System } from '../../src/app/compose.ts';
import { tradingNow } from '../../src/app/trading.ts';
import { portfolioAt } from '../../src/app/valuation.ts';
import { instantOf, sessionOf } from '../../src/calendar/nyse.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { epochMs, SECOND_MS, sessionDate } from '../../src/domain/time.ts';
import type { LiveQuote } from '../../src/ports/quotes.ts';
import { MemoryQuotes } from '../../src/testing/memory-quotes.ts';
import { bracketSent, filled } from '../ledger/book-drafts.ts';
import { inHome, SMALL } from '../simulation/daemon-world.ts';

const DAY = sessionDate('2026-03-05');
const TEN = instantOf(DAY, 600);
const SESSION = assertExists(sessionOf(DAY), 'a session');

interface Live {
  readonly system: System;
  readonly quotes: MemoryQuotes;
  /** A symbol of the market. */
  readonly held: Symbol;
}

/** A home of its own at ten, with prices of now. */
const withPrices = (work: (live: Live) => Promise<void>): Promise<void> =>
  inHome(SMALL, async (home) => {
    const loaded = await home.config();
    const own = { home: home.dir, loaded, mode: 'sim', version: '0' } as const;
    const composed = await compose({ ...own, clock: new SimClock(TEN), log: SILENT_LOG });
    const now = () => TEN;
    const quotes = new MemoryQuotes({ now, pause: () => Promise.resolve() });
    const market = new LiveMarketData(composed.market, quotes, {
      now,
      maxQuoteAgeMs: 5_000,
      openingWaitMs: 90_000,
    });
    const [held] = composed.source.symbols;
    try {
      await work({
        system: { ...composed, quotes, market },
        quotes,
        held: assertExists(held, 'the market has symbols'),
      });
    } finally {
      await composed.close();
    }
  });

const quoteAt = (at: number, changes: Partial<LiveQuote> = {}): LiveQuote => ({
  bid: usd(41.99),
  ask: usd(42.01),
  last: usd(42),
  at: epochMs(at),
  kind: 'live',
  hasOpened: true,
  halted: false,
  open: usd(41),
  volume: 1,
  ...changes,
});

describe('the mark of a position', () => {
  it.each([
    ['is its live quote', quoteAt(TEN), 42, false],
    ['goes stale with its quote', quoteAt(TEN - 61_000), 42, true],
    ['is stale where its quote is delayed', quoteAt(TEN, { kind: 'delayed' }), null, true],
    ['is stale where it has not opened', quoteAt(TEN, { hasOpened: false }), null, true],
    ['is stale where nobody quotes it', null, null, true],
  ])('%s', async (_, quote, mark, isStale) => {
    await withPrices(async ({ system, quotes, held }) => {
      await system.history.append([
        ...bracketSent({ symbol: held, quantity: 10 }),
        filled('buy', 10, 100, { symbol: held }),
      ]);
      quotes.put(held, quote);
      const [position] = (await portfolioAt(system, TEN, SESSION)).positions;
      expect(position?.markStale).toBe(isStale);
      if (mark !== null) expect(position?.mark).toBe(usd(mark));
    });
  });
});

describe('silence of the prices of now', () => {
  const tripped = async (silentMs: number | null): Promise<boolean> => {
    let isTripped = false;
    await withPrices(async ({ system, quotes }) => {
      quotes.silentSince = silentMs === null ? null : epochMs(TEN - silentMs);
      await watchData(system, TEN, SESSION);
      isTripped = tradingNow(system).restrictions.some(({ detail }) => detail === 'data_silence');
    });
    return isTripped;
  };

  it('trips the breaker when it goes on for longer than the limit, and not before', async () => {
    expect(await tripped(null)).toBe(false);
    expect(await tripped(29 * SECOND_MS)).toBe(false);
    expect(await tripped(31 * SECOND_MS)).toBe(true);
  });
});
