import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import { resample } from '../../src/bars/resample.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import { type Bar, type BarColumns, barAt } from '../../src/domain/market.ts';
import { dateToUtcMs, type Session, sessionDate } from '../../src/domain/time.ts';
import { FIVE_MINUTES_MS, fiveMinutesOf, withFiveMinutePath } from './five-minute-path.ts';

const FULL = sessionOf(sessionDate('2015-08-24')) as Session;
const HALF = sessionOf(sessionDate('2015-11-27')) as Session;

/** A day in ten-thousandths of a dollar: a low, a range, and where in it the day opened and closed. */
const arbDay = fc
  .record({
    low: fc.integer({ min: 10_000, max: 12_000_000 }),
    range: fc.integer({ min: 0, max: 900_000 }),
    opened: fc.double({ min: 0, max: 1, noNaN: true }),
    closed: fc.double({ min: 0, max: 1, noNaN: true }),
    volume: fc.integer({ min: 1_000, max: 400_000_000 }),
  })
  .map(({ low, range, opened, closed, volume }): Omit<Bar, 'time'> => {
    const at = (share: number): number => (low + Math.round(share * range)) / 10_000;
    return { open: at(opened), high: at(1), low: at(0), close: at(closed), volume };
  });

const all = (bars: BarColumns): Bar[] =>
  Array.from({ length: bars.length }, (_, i) => barAt(bars, i));

describe('a five-minute path through a daily bar', () => {
  it('is that bar again when put together, has a bar every five minutes, and no bar against itself', () => {
    fc.assert(
      fc.property(arbDay, fc.constantFrom(FULL, HALF), fc.integer(), (drawn, session, key) => {
        const day = { time: dateToUtcMs(session.date), ...drawn };
        const path = fiveMinutesOf(day, session, key);
        expect(all(resample(path, '1d', [session]).columns)).toEqual([day]);
        const count = (session.closeAt - session.openAt) / FIVE_MINUTES_MS;
        expect([...path.time]).toEqual(
          Array.from({ length: count }, (_, i) => session.openAt + i * FIVE_MINUTES_MS),
        );
        for (const { open, high, low, close, volume } of all(path)) {
          expect(Math.max(open, close)).toBeLessThanOrEqual(high);
          expect(Math.min(open, close)).toBeGreaterThanOrEqual(low);
          expect(volume).toBeGreaterThan(0);
          expect(Math.round(close * 10_000) / 10_000).toBe(close);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is that bar again also where it is halted, in every fourth path, for half an hour at most', () => {
    const day = { time: dateToUtcMs(FULL.date), open: 95.5, high: 97, low: 92.01, close: 92.01 };
    const whole = { ...day, volume: 3_000_000 };
    const lengths = Array.from({ length: 400 }, (_, key) => {
      const path = fiveMinutesOf(whole, FULL, key, true);
      expect(all(resample(path, '1d', [FULL]).columns)).toEqual([whole]);
      return path.length;
    });
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(72);
    const halted = lengths.filter((length) => length < 78).length;
    expect(halted).toBeGreaterThan(50);
    expect(halted).toBeLessThan(130);
  });

  it('is another one for another seed, symbol or day, and the same for the same', () => {
    const day = { open: 100, high: 104, low: 95, close: 96, volume: 1_000_000 };
    const daily = ['2015-08-24', '2015-08-25'].map((date) => ({
      time: dateToUtcMs(sessionDate(date)),
      ...day,
    }));
    const source = arrayBarSource({ AAA: { daily }, BBB: { daily } });
    const closes = (seed: number, symbol: string, date: string): string => {
      const played = withFiveMinutePath(source, seed);
      return String(played.session(symbol as never, sessionDate(date))?.close);
    };
    const paths = [
      closes(1, 'AAA', '2015-08-24'),
      closes(2, 'AAA', '2015-08-24'),
      closes(1, 'BBB', '2015-08-24'),
      closes(1, 'AAA', '2015-08-25'),
    ];
    expect(new Set(paths).size).toBe(4);
    expect(closes(1, 'AAA', '2015-08-24')).toBe(paths[0]);
    expect(
      withFiveMinutePath(source, 1).session('AAA' as never, sessionDate('2015-08-26')),
    ).toBeNull();
  });
});
