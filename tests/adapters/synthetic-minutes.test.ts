import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSyntheticMarket,
  type SyntheticMarket,
} from '../../src/adapters/sim/synthetic-market.ts';
import { minutesOfDay } from '../../src/adapters/sim/synthetic-minutes.ts';
import { sessionAt, sessionCount, sessionOf, sessionsBetween } from '../../src/calendar/nyse.ts';
import { type Bar, type BarColumns, barAt, type Symbol } from '../../src/domain/market.ts';
import { dateToUtcMs, MINUTE_MS, type Session, sessionDate } from '../../src/domain/time.ts';
import { lagOne, mean, shippedUniverse } from './synthetic-shipped.ts';

const market = createSyntheticMarket({ seed: 1, universe: shippedUniverse(200) });
const [FIRST_SYMBOL] = market.symbols as [Symbol, ...Symbol[]];

/**
 * The one bar that bars of finer time make together, by the definition of open, high, low, close
 * and volume.
 */
function aggregate(bars: BarColumns, time: number): Bar {
  const all = Array.from({ length: bars.length }, (_, i) => barAt(bars, i));
  return {
    time,
    open: all[0]?.open ?? Number.NaN,
    high: Math.max(...all.map((bar) => bar.high)),
    low: Math.min(...all.map((bar) => bar.low)),
    close: all.at(-1)?.close ?? Number.NaN,
    volume: all.reduce((total, bar) => total + bar.volume, 0),
  };
}

const dailyBar = (from: SyntheticMarket, symbol: Symbol, session: Session): Bar =>
  barAt(from.daily(symbol, session.date, session.date), 0);

const isWhole = (bar: Bar): boolean =>
  [bar.open, bar.high, bar.low, bar.close].every((p) => Math.round(p * 100) / 100 === p) &&
  bar.low <= Math.min(bar.open, bar.close) &&
  bar.high >= Math.max(bar.open, bar.close) &&
  Number.isSafeInteger(bar.volume) &&
  bar.volume >= 1;

describe('minute bars', () => {
  it('aggregate to the daily bar exactly, and each is consistent', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...market.symbols),
        fc.nat(sessionCount() - 1),
        (symbol, ordinal) => {
          const session = sessionAt(ordinal);
          const bars = market.minutes(symbol, session.date);
          const daily = dailyBar(market, symbol, session);
          expect(aggregate(bars, daily.time)).toEqual(daily);
          const all = Array.from({ length: bars.length }, (_, i) => barAt(bars, i));
          expect(all.filter((bar) => !isWhole(bar))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('aggregate exactly on all half days of ten years', () => {
    const halves = sessionsBetween(sessionDate('2015-01-01'), sessionDate('2024-12-31')).filter(
      (session) => session.earlyClose,
    );
    expect(halves.length).toBeGreaterThan(15);
    for (const session of halves) {
      for (const symbol of market.symbols.slice(0, 5)) {
        const bars = market.minutes(symbol, session.date);
        expect(bars.length).toBeLessThanOrEqual(210);
        expect(bars.time[bars.length - 1]).toBe(session.closeAt - MINUTE_MS);
        const daily = dailyBar(market, symbol, session);
        expect(aggregate(bars, daily.time)).toEqual(daily);
      }
    }
  });

  it('start at the open, end a minute before the close and lie on whole minutes in between', () => {
    for (const date of ['2024-03-08', '2024-03-11', '2024-11-29', '2024-12-24']) {
      const session = sessionOf(sessionDate(date)) as Session;
      const bars = market.minutes(FIRST_SYMBOL, session.date);
      expect(bars.time[0]).toBe(session.openAt);
      expect(bars.time[bars.length - 1]).toBe(session.closeAt - MINUTE_MS);
      const offGrid = [...bars.time].filter((time) => (time - session.openAt) % MINUTE_MS !== 0);
      expect(offGrid).toEqual([]);
    }
  });

  it('leave out a run of minutes where trading halted, now and then', () => {
    const holes: number[] = [];
    for (const { date } of sessionsBetween(sessionDate('2024-06-03'), sessionDate('2024-06-07'))) {
      for (const symbol of market.symbols) {
        const { time } = market.minutes(symbol, date);
        for (let i = 1; i < time.length; i++) {
          const missing = ((time[i] as number) - (time[i - 1] as number)) / MINUTE_MS - 1;
          if (missing > 0) holes.push(missing);
        }
      }
    }
    expect(holes.length).toBeGreaterThan(0);
    expect(holes.length).toBeLessThan(50);
    expect(holes.filter((length) => length % 5 !== 0 || length > 30)).toEqual([]);
  });

  it('are the same after any other question', () => {
    const date = sessionDate('2023-05-04');
    const fresh = createSyntheticMarket({ seed: 1, universe: shippedUniverse(1) });
    const before = fresh.minutes(FIRST_SYMBOL, date);
    fresh.daily(FIRST_SYMBOL, sessionDate('1995-01-03'), sessionDate('2020-01-03'));
    expect(fresh.minutes(FIRST_SYMBOL, date)).toEqual(before);
    expect(market.minutes(FIRST_SYMBOL, date)).toEqual(before);
  });

  it('refuse a day without a session, by name', () => {
    expect(() => market.minutes(FIRST_SYMBOL, sessionDate('2024-06-01'))).toThrow('2024-06-01');
  });

  it('trade more in the first and the last half hour than at noon', () => {
    const date = sessionDate('2024-06-04');
    const shares = market.symbols.map((symbol) => {
      const bars = market.minutes(symbol, date);
      const total = aggregate(bars, 0).volume;
      const ends = [...bars.volume.slice(0, 30), ...bars.volume.slice(-30)];
      return ends.reduce((a, b) => a + b, 0) / total;
    });
    // An even spread would give 60 of 390 minutes, 0.154.
    expect(mean(shares)).toBeGreaterThan(0.25);
    expect(mean(shares)).toBeLessThan(0.5);
  });

  it('move without a lean from one minute to the next', () => {
    const date = sessionDate('2024-06-04');
    const correlations = market.symbols
      .filter((symbol) => dailyBar(market, symbol, sessionOf(date) as Session).close > 40)
      .map((symbol) => {
        const { close } = market.minutes(symbol, date);
        return lagOne([...close].slice(1).map((price, i) => price / (close[i] as number) - 1));
      });
    expect(correlations.length).toBeGreaterThan(50);
    expect(Math.abs(mean(correlations))).toBeLessThan(0.1);
  });
});

describe('minutesOfDay', () => {
  it('fits any daily bar, also where the open or close is an extreme, or all are one', () => {
    const price = fc.integer({ min: 100, max: 200_000 });
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(price, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 400, max: 2_000_000_000 }),
        fc.constantFrom(0, 9),
        fc.constantFrom('free', 'openIsLow', 'openIsHigh', 'rise', 'fall', 'flat'),
        fc.constantFrom(210, 387, 390),
        (key, prices, volume, surprise, kind, minutes) => {
          const [low, a, b, high] = prices.sort((x, y) => x - y) as [
            number,
            number,
            number,
            number,
          ];
          const ends = {
            free: { open: a, close: b },
            openIsLow: { open: low, close: a },
            openIsHigh: { open: high, close: b },
            rise: { open: low, close: high },
            fall: { open: high, close: low },
            flat: { open: low, close: low },
          }[kind];
          const day = { ...ends, low, high: kind === 'flat' ? low : high, volume, surprise };
          const time = dateToUtcMs(sessionDate('2024-06-04'));
          const bars = minutesOfDay(key, day, time, minutes);
          expect(aggregate(bars, time)).toEqual({
            time,
            open: day.open / 100,
            high: day.high / 100,
            low: day.low / 100,
            close: day.close / 100,
            volume,
          });
          const all = Array.from({ length: bars.length }, (_, i) => barAt(bars, i));
          expect(all.filter((bar) => !isWhole(bar))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
