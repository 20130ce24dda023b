import { minutesOfDay } from '../../src/adapters/sim/synthetic-minutes.ts';
import { sessionKey, streamKey } from '../../src/adapters/sim/synthetic-random.ts';
import { resample } from '../../src/bars/resample.ts';
import { ordinalOf, sessionOf } from '../../src/calendar/nyse.ts';
import { type Bar, type BarColumns, barAt, lowerBound } from '../../src/domain/market.ts';
import { dateToUtcMs, MINUTE_MS, type Session } from '../../src/domain/time.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';

/** Prices of the path are whole ten-thousandths of a dollar, as adjusted daily bars have them. */
const PER_DOLLAR = 10_000;
const STREAM = 5;
/** An overnight move, in usual ones, after which every fourth symbol is halted for a while. */
const SURPRISED = 5;
export const FIVE_MINUTES_MS = 5 * MINUTE_MS;

/**
 * A path through one daily bar: one bar every five minutes of the session, whose first open, highest high, lowest low,
 * last close and sum of volumes are exactly those of the day. The same key gives the same path. Prices have four
 * decimals at most, and there is a share for each minute at least. With `halts` trading stops in every fourth path for
 * up to half an hour, which leaves bars out.
 */
export function fiveMinutesOf(
  day: Bar,
  session: Session,
  key: number,
  halts: boolean = false,
): BarColumns {
  const minutes = (session.closeAt - session.openAt) / MINUTE_MS;
  const unit = (price: number): number => Math.round(price * PER_DOLLAR);
  const { open, high, low, close } = day;
  const scaled = { open: unit(open), high: unit(high), low: unit(low), close: unit(close) };
  const input = { ...scaled, volume: day.volume, surprise: halts ? SURPRISED : 0 };
  // A few paths are halted all the same: those are passed over.
  for (let attempt = 0; ; attempt += 1) {
    const path = minutesOfDay(sessionKey(key, attempt), input, session.openAt, minutes);
    if (path.length !== minutes && !halts) continue;
    for (const column of [path.open, path.high, path.low, path.close]) {
      for (let i = 0; i < path.length; i += 1) {
        column[i] = Math.round((column[i] as number) * 100) / PER_DOLLAR;
      }
    }
    return resample(path, '5m', [session]).columns;
  }
}

/** Daily bars with a seeded five-minute path through each of them. Made when asked for, and kept. */
export function withFiveMinutePath(
  source: BarSource,
  seed: number,
  halts: boolean = false,
): BarSource {
  const made = new Map<string, BarColumns | null>();
  return {
    ...source,
    label: `${source.label}, five-minute path of seed ${seed}`,
    intraday: '5m',
    session: (symbol, date) => {
      const name = `${symbol} ${date}`;
      const known = made.get(name);
      if (known !== undefined) return known;
      const session = sessionOf(date);
      const days = source.daily(symbol);
      const midnight = dateToUtcMs(date);
      const i = lowerBound(days.time, midnight);
      const isThere = session !== null && i < days.length && days.time[i] === midnight;
      const key = sessionKey(streamKey(seed, symbol, STREAM), isThere ? ordinalOf(date) : 0);
      const path = isThere ? fiveMinutesOf(barAt(days, i), session, key, halts) : null;
      made.set(name, path);
      return path;
    },
  };
}
