import { describe, expect, it } from 'vitest';
import { BarMarketData } from '../../src/adapters/recorded/bar-market-data.ts';
import {
  LiveMarketData,
  type LiveMarketDataOptions,
} from '../../src/adapters/recorded/live-market-data.ts';
import { type ArraySymbol, arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import { seenOf, snapshotOfSeen } from '../../src/bars/seen.ts';
import type { MarketSnapshot } from '../../src/bars/snapshot.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { type EpochMs, epochMs, MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import type { SnapshotRequest } from '../../src/ports/market-data.ts';
import type { LiveQuote } from '../../src/ports/quotes.ts';
import { MemoryQuotes } from '../../src/testing/memory-quotes.ts';
import { sessionOn, sessionsFrom, sym, wander } from '../pipeline/builders.ts';
import { WireTime } from '../simulation/wire-time.ts';

const DATE = '2015-03-05';
const TODAY = sessionOn(DATE);
const [AAA, BBB, CCC] = [sym('AAA'), sym('BBB'), sym('CCC')];
const from = sessionsFrom(DATE, -60).date;
const rising = (seed: number, volume: number): ArraySymbol => ({
  daily: wander(seed, { from, bars: 60, volume }),
});
const STOCKS = { AAA: rising(1, 1e6), BBB: rising(2, 3e6), CCC: rising(3, 2e6) };
const source = arrayBarSource(STOCKS, { intraday: '1m' });
const lastClose = (symbol: Symbol): number => source.daily(symbol).close.at(-1) ?? Number.NaN;

interface Scene {
  readonly time: WireTime;
  readonly now: () => EpochMs;
  readonly quotes: MemoryQuotes;
  readonly snapshot: (request?: Partial<SnapshotRequest>) => Promise<MarketSnapshot>;
  /** Quotes a symbol around a price from now on. */
  readonly put: (symbol: Symbol, price: number, changes?: Partial<LiveQuote>) => void;
}

/** So many minutes after the open. */
function scene(minutes: number, options: Partial<LiveMarketDataOptions> = {}): Scene {
  const time = new WireTime(epochMs(TODAY.openAt + minutes * MINUTE_MS));
  const now = () => epochMs(time.wallMs());
  const quotes = new MemoryQuotes({ now, pause: (ms) => time.sleep(ms) });
  const bars = new BarMarketData(source, { halfSpreadBps: 2 });
  const market = new LiveMarketData(bars, quotes, {
    now,
    maxQuoteAgeMs: 5_000,
    openingWaitMs: 90_000,
    ...options,
  });
  const asked = now();
  return {
    time,
    now,
    quotes,
    snapshot: (request = {}) =>
      market.snapshot({
        asOf: asked,
        session: TODAY,
        todayOpen: false,
        relativeVolume: false,
        waitForQuotes: true,
        ...request,
      }),
    put: (symbol, price, changes = {}) =>
      quotes.put(symbol, {
        bid: usd(price - 0.01),
        ask: usd(price + 0.01),
        last: usd(price),
        at: now(),
        kind: 'live',
        hasOpened: true,
        halted: false,
        open: usd(price - 1),
        volume: 5_000,
        ...changes,
      }),
  };
}

const ALL = [AAA, BBB, CCC];

describe('a run at the open', () => {
  it('is sealed once all have opened, and sees their last trades', async () => {
    const { time, put, snapshot } = scene(0);
    const making = snapshot({ todayOpen: true });
    await time.sleep(3 * SECOND_MS);
    put(AAA, 40);
    put(BBB, 50);
    await time.sleep(SECOND_MS);
    put(CCC, 60);
    const made = await making;
    expect(made.asOf - TODAY.openAt).toBeGreaterThanOrEqual(4 * SECOND_MS);
    expect(made.asOf - TODAY.openAt).toBeLessThan(5 * SECOND_MS);
    expect([...made.reference]).toEqual([40, 50, 60]);
    expect([made.pricedToday, made.noPrice, made.liveQuotes]).toEqual([true, null, true]);
    expect([...(made.todayOpen ?? [])]).toEqual([39, 49, 59]);
    for (const i of [0, 1, 2]) expect(made.quote(i)?.at).toBeLessThanOrEqual(made.asOf);
  });

  it('waits for nobody who opens long after the others: he has no price to trade at', async () => {
    const { put, snapshot } = scene(0);
    put(AAA, 40);
    put(BBB, 50, { hasOpened: false });
    const made = await snapshot();
    expect(made.asOf - TODAY.openAt).toBeLessThan(10 * SECOND_MS);
    expect([...made.reference]).toEqual([40, lastClose(BBB), lastClose(CCC)]);
    expect([made.quote(1)?.hasOpened, made.quote(2)]).toEqual([false, null]);
  });

  it('goes on waiting as long as symbols keep opening, and at most so long', async () => {
    const { time, put, snapshot } = scene(0, { openingWaitMs: 20_000 });
    const making = snapshot();
    for (const [symbol, seconds] of [
      [AAA, 4],
      [BBB, 1.9],
      [CCC, 1.9],
    ] as const) {
      await time.sleep(seconds * SECOND_MS);
      put(symbol, 40);
    }
    expect([...(await making).reference]).toEqual([40, 40, 40]);
    const late = scene(0, { openingWaitMs: 3_000 });
    expect((await late.snapshot()).asOf - TODAY.openAt).toBeLessThan(11 * SECOND_MS);
  });

  it('is skipped where nobody at all has a quote', async () => {
    const made = await scene(0).snapshot();
    expect(made.noPrice).toMatch(/^no quote of any symbol at 09:3/);
  });
});

describe('a run within the session', () => {
  it('asks what the universe is before it looks at everything', async () => {
    let asked = 0;
    const findUniverse = (): Promise<void> => {
      asked += 1;
      return Promise.resolve();
    };
    const { put, snapshot } = scene(150, { findUniverse });
    for (const symbol of ALL) put(symbol, 40);
    await snapshot();
    await snapshot({ symbols: [AAA] });
    await snapshot({ waitForQuotes: false });
    expect(asked).toBe(1);
  });

  it('takes no price from delayed quotes, and shows that they are', async () => {
    const { put, snapshot } = scene(150);
    put(AAA, 40, { kind: 'delayed' });
    put(BBB, 50);
    put(CCC, 60);
    const made = await snapshot();
    expect([...made.reference]).toEqual([lastClose(AAA), 50, 60]);
    expect(made.quote(0)?.kind).toBe('delayed');
  });

  it('asks for the quotes of the most active by shares and by dollars where there are too many', async () => {
    const { quotes, put, snapshot } = scene(150, { maxQuoted: 1 });
    const asked: string[][] = [];
    const prepare = quotes.prepare.bind(quotes);
    quotes.prepare = (symbols, wait) => {
      asked.push([...symbols]);
      return prepare(symbols, wait);
    };
    put(BBB, 50);
    await snapshot();
    expect(asked).toEqual([['BBB']]);
  });

  it('notices a spread that is too wide', async () => {
    const { put, snapshot } = scene(150);
    for (const symbol of ALL) put(symbol, 40);
    put(AAA, 40, { bid: usd(39), ask: usd(41) });
    const made = await snapshot();
    expect([0, 1].map((i) => made.isWiderThan(i, 25))).toEqual([true, false]);
  });

  it('can be taken apart and put together, quotes and all', async () => {
    const { put, snapshot } = scene(150);
    put(AAA, 40);
    put(BBB, 50, { halted: true });
    const made = await snapshot();
    const again = snapshotOfSeen(seenOf(made));
    expect(again.liveQuotes).toBe(true);
    expect([0, 1, 2].map((i) => again.quote(i))).toEqual([0, 1, 2].map((i) => made.quote(i)));
    expect([...again.reference]).toEqual([...made.reference]);
    expect(again.asOf).toBe(made.asOf);
  });
});

describe('a look that does not wait', () => {
  it('takes the quotes that are there, at the instant that was asked for', async () => {
    const { now, put, snapshot } = scene(150);
    put(AAA, 40);
    const before = now();
    const made = await snapshot({ waitForQuotes: false });
    expect([made.asOf, now()]).toEqual([before, before]);
    expect([...made.reference]).toEqual([40, lastClose(BBB), lastClose(CCC)]);
  });

  it.each([
    ['at the open itself', 0, 0],
    ['of an instant that is gone', 150, 100],
    ['after the close', 400, 400],
  ])('%s sees bars, and no quotes of now', async (_, minutes, asked) => {
    const { put, snapshot } = scene(minutes);
    put(AAA, 40);
    const asOf = epochMs(TODAY.openAt + asked * MINUTE_MS);
    const made = await snapshot({ waitForQuotes: false, asOf });
    expect(made.liveQuotes).toBeUndefined();
    expect([...made.reference]).toEqual(ALL.map(lastClose));
  });

  it('before the open and after the close is all that a run sees', async () => {
    for (const minutes of [-30, 391]) {
      const { now, snapshot } = scene(minutes);
      const before = now();
      const made = await snapshot();
      expect([made.liveQuotes, made.asOf, now()]).toEqual([undefined, before, before]);
    }
  });
});
