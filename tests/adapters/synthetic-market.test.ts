import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSyntheticMarket,
  type SyntheticMarket,
} from '../../src/adapters/sim/synthetic-market.ts';
import { SYNTHETIC_ANCHOR } from '../../src/adapters/sim/synthetic-timeline.ts';
import type { UniverseRow } from '../../src/adapters/sim/synthetic-universe.ts';
import { sessionAt, sessionCount, sessionsBetween } from '../../src/calendar/nyse.ts';
import { type BarColumns, lowerBound, type Symbol, sliceColumns } from '../../src/domain/market.ts';
import { dateToUtcMs, sessionDate } from '../../src/domain/time.ts';
import { shippedUniverse } from './synthetic-shipped.ts';

const row = (
  symbol: string,
  basePriceUsd: number,
  volatility: UniverseRow['volatility'],
): UniverseRow => ({
  symbol: symbol as Symbol,
  name: symbol,
  sector: volatility === 'high' ? 'Technology' : 'Utilities',
  basePriceUsd,
  volatility,
  averageVolume: 2_000_000,
});

const UNIVERSE = [
  row('CALMA', 60, 'low'),
  row('MIDDLO', 25.5, 'medium'),
  row('WILDA.B', 9, 'high'),
];
const FIRST = sessionDate('1990-01-02');
const LAST = sessionDate('2028-12-29');
const seedOne = (): SyntheticMarket => createSyntheticMarket({ seed: 1, universe: UNIVERSE });
const market = seedOne();

const anySymbol = fc.constantFrom(...market.symbols);
const anySession = fc.nat(sessionCount() - 1).map((ordinal) => sessionAt(ordinal));

describe('daily bars', () => {
  it('are the same whichever range is asked for, in whichever order', () => {
    const whole = new Map(market.symbols.map((s) => [s, market.daily(s, FIRST, LAST)]));
    const asked = seedOne();
    fc.assert(
      fc.property(anySymbol, anySession, anySession, (symbol, a, b) => {
        const [from, to] = a.date <= b.date ? [a.date, b.date] : [b.date, a.date];
        const all = whole.get(symbol) as BarColumns;
        const start = lowerBound(all.time, dateToUtcMs(from));
        const end = lowerBound(all.time, dateToUtcMs(to) + 1);
        expect(asked.daily(symbol, from, to)).toEqual(sliceColumns(all, start, end));
      }),
    );
  });

  it('have one row per session, stamped midnight UTC, from the anchor on', () => {
    const from = sessionDate('2024-01-01');
    const to = sessionDate('2024-12-31');
    const bars = market.daily(UNIVERSE[0]?.symbol as Symbol, from, to);
    const sessions = sessionsBetween(from, to);
    expect([...bars.time]).toEqual(sessions.map((session) => dateToUtcMs(session.date)));
    expect(SYNTHETIC_ANCHOR).toBe(FIRST);
    const weekend = market.daily(
      UNIVERSE[0]?.symbol as Symbol,
      sessionDate('2024-06-01'),
      sessionDate('2024-06-02'),
    );
    expect(weekend.length).toBe(0);
  });

  it('up to a session are all since the anchor, or the last ones asked for', () => {
    const symbol = UNIVERSE[1]?.symbol as Symbol;
    const session = sessionDate('2021-07-02');
    const all = market.dailyUpTo(symbol, session);
    expect(all).toEqual(market.daily(symbol, FIRST, session));
    expect(market.dailyUpTo(symbol, session, 300)).toEqual(
      sliceColumns(all, all.length - 300, all.length),
    );
    expect(market.dailyUpTo(symbol, FIRST, 300).length).toBe(1);
  });

  it('never show a copy that a reader could change for the next one', () => {
    const symbol = UNIVERSE[0]?.symbol as Symbol;
    const first = market.dailyUpTo(symbol, FIRST);
    const close = first.close[0];
    first.close[0] = 0;
    expect(market.dailyUpTo(symbol, FIRST).close[0]).toBe(close);
  });

  it('do not depend on which other symbols are in the universe', () => {
    const alone = createSyntheticMarket({ seed: 1, universe: UNIVERSE.slice(1, 2) });
    const symbol = UNIVERSE[1]?.symbol as Symbol;
    expect(alone.daily(symbol, FIRST, LAST)).toEqual(market.daily(symbol, FIRST, LAST));
  });

  it.each([1, 2, 3])('keep high, low and volume consistent, on the cent, for seed %i', (seed) => {
    const universe = shippedUniverse(60);
    const other = createSyntheticMarket({ seed, universe });
    const isBad = (bars: BarColumns, i: number): boolean => {
      const [open, high, low, close, volume] = [
        bars.open[i] as number,
        bars.high[i] as number,
        bars.low[i] as number,
        bars.close[i] as number,
        bars.volume[i] as number,
      ];
      const onTick = [open, high, low, close].every((p) => Math.round(p * 100) / 100 === p);
      const ordered = low <= Math.min(open, close) && high >= Math.max(open, close);
      return !(onTick && ordered && low >= 1 && Number.isSafeInteger(volume) && volume > 0);
    };
    const bad: string[] = [];
    for (const symbol of other.symbols) {
      const bars = other.daily(symbol, FIRST, LAST);
      for (let i = 0; i < bars.length; i++) if (isBad(bars, i)) bad.push(`${symbol} ${i}`);
    }
    expect(bad).toEqual([]);
  });

  it('stay between 2 and 2000 dollars over 39 years', () => {
    for (const driftless of [false, true]) {
      const other = createSyntheticMarket({ seed: 1, universe: shippedUniverse(100), driftless });
      for (const symbol of other.symbols) {
        const bars = other.daily(symbol, FIRST, LAST);
        expect(Math.min(...bars.low)).toBeGreaterThan(2);
        expect(Math.max(...bars.high)).toBeLessThan(2000);
      }
    }
  });
});

describe('corporate actions', () => {
  it('explain every overnight move past the limit by a split of about that ratio', () => {
    const other = createSyntheticMarket({ seed: 1, universe: shippedUniverse(40) });
    const unexplained: string[] = [];
    let splits = 0;
    for (const symbol of other.symbols) {
      const bars = other.daily(symbol, FIRST, LAST);
      const ratios = new Map(
        other.actions(symbol).map((a) => [dateToUtcMs(sessionDate(a.exDate)), a.value]),
      );
      for (let i = 1; i < bars.length; i++) {
        const ratio = ratios.get(bars.time[i] as number) ?? 1;
        if (ratio !== 1) splits += 1;
        const gap = ((bars.open[i] as number) * ratio) / (bars.close[i - 1] as number) - 1;
        // 25 % at most, and half a cent of rounding at the lowest prices.
        if (Math.abs(gap) >= 0.253) unexplained.push(`${symbol} ${i} ${gap}`);
      }
      expect([...ratios.values()].filter((value) => ![2, 3, 4, 0.1].includes(value))).toEqual([]);
    }
    expect(unexplained).toEqual([]);
    expect(splits).toBeGreaterThan(20);
  });

  it('are ascending, and up to a date those of the whole path that are not later', () => {
    const other = createSyntheticMarket({ seed: 1, universe: shippedUniverse(40) });
    const through = sessionDate('2015-06-30');
    for (const symbol of other.symbols) {
      const early = other.actions(symbol, through);
      const all = other.actions(symbol);
      expect(all.map((a) => a.exDate)).toEqual(all.map((a) => a.exDate).sort());
      expect(early).toEqual(all.filter((action) => action.exDate <= through));
    }
  });
});

describe('a synthetic market', () => {
  it('says that it is synthetic, with its seed', () => {
    expect(market.label).toMatch(/synthetic/i);
    expect(market.meta).toEqual({ adjustment: 'none', source: 'synthetic seed 1' });
  });

  it('knows its symbols and their sectors', () => {
    expect(market.symbols).toEqual(UNIVERSE.map((r) => r.symbol));
    expect(market.sectorOf(UNIVERSE[2]?.symbol as Symbol)).toBe('Technology');
    expect(market.has('NOSUCH' as Symbol)).toBe(false);
    expect(() => market.sectorOf('NOSUCH' as Symbol)).toThrow('NOSUCH');
    expect(() => market.daily('NOSUCH' as Symbol, FIRST, LAST)).toThrow('NOSUCH');
  });

  it('refuses a universe that is empty or lists a symbol twice', () => {
    expect(() => createSyntheticMarket({ seed: 1, universe: [] })).toThrow('at least one');
    const twice = [...UNIVERSE, ...UNIVERSE.slice(0, 1)];
    expect(() => createSyntheticMarket({ seed: 1, universe: twice })).toThrow('once');
  });

  it('is another one for another seed', () => {
    const other = createSyntheticMarket({ seed: 2, universe: UNIVERSE });
    for (const symbol of market.symbols) {
      const a = market.daily(symbol, FIRST, sessionDate('1990-12-31'));
      const b = other.daily(symbol, FIRST, sessionDate('1990-12-31'));
      const same = [...a.close].filter((close, i) => close === b.close[i]);
      expect(same.length).toBeLessThan(a.length / 10);
    }
  });

  it('has the same bytes on every engine', () => {
    const digest = (symbol: Symbol): string => {
      const hash = createHash('sha256');
      const parts = [
        market.daily(symbol, FIRST, sessionDate('2025-12-31')),
        market.minutes(symbol, sessionDate('2024-06-03')),
        market.minutes(symbol, sessionDate('2024-07-03')),
      ];
      for (const { time, open, high, low, close, volume } of parts) {
        for (const column of [time, open, high, low, close, volume]) {
          hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
        }
      }
      return hash.digest('hex');
    };
    expect(market.symbols.map(digest)).toEqual(GOLDEN);
  });
});

/**
 * SHA-256 of little-endian columns. A change here changes every recorded synthetic run: say so in
 * the commit.
 */
const GOLDEN: readonly string[] = [
  'fdaf4c539fe3025ac851a6c06868ffce259392d24bf1af52cfe66665d85271bb',
  'bc0a3a144d9ddc878bac6df15ffbe08829afca8e439428dfb0bed0330a135e8b',
  'e58a1b732626fcc8aca9dc2571735144c23fb13b931132cdee502933b303b331',
];
