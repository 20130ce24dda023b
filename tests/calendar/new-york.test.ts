import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import {
  formatMinutes,
  instantOf,
  isoNewYork,
  newYorkDate,
  newYorkDayMs,
  newYorkMinutes,
  newYorkOffsetMinutes,
  newYorkTime,
  wallTimeExists,
} from '../../src/calendar/new-york.ts';
import { Failure } from '../../src/domain/failure.ts';
import {
  DAY_MS,
  type EpochMs,
  epochMs,
  HOUR_MS,
  sessionDate,
  utcMsToDate,
} from '../../src/domain/time.ts';

const ZONE = 'America/New_York';
const FROM = Date.UTC(1990, 0, 1, 5);
const TO = Date.UTC(2029, 0, 1, 5);
const inZone = (at: number): DateTime => DateTime.fromMillis(at, { zone: ZONE });
const at = (iso: string): EpochMs => epochMs(Date.parse(iso));
const instants = fc.integer({ min: FROM, max: TO - 1 }).map((ms) => ms as EpochMs);
const dates = fc
  .integer({ min: 0, max: (Date.UTC(2028, 11, 31) - Date.UTC(1990, 0, 1)) / DAY_MS })
  .map((day) => utcMsToDate(Date.UTC(1990, 0, 1) + day * DAY_MS));

describe("New York's clock", () => {
  it('has the offset of the time zone database in every hour of 1990 to 2028', () => {
    const wrong: string[] = [];
    for (let ms = FROM; ms < TO; ms += DAY_MS) {
      // Both ends of a day decide all its hours, unless the clock changes in it: then ask every
      // hour.
      const step = inZone(ms).offset === inZone(ms + DAY_MS).offset ? 12 : 1;
      for (let hour = 0; hour < 24; hour += step) {
        const instant = ms + hour * HOUR_MS;
        if (newYorkOffsetMinutes(instant as EpochMs) !== inZone(instant).offset) {
          wrong.push(new Date(instant).toISOString());
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('changes at the very millisecond the time zone database says', () => {
    for (let year = 1990; year <= 2028; year += 1) {
      const changes = [];
      for (let ms = Date.UTC(year, 0, 2); ms < Date.UTC(year, 11, 30); ms += DAY_MS) {
        if (inZone(ms).offset === inZone(ms + DAY_MS).offset) continue;
        let [before, after] = [ms, ms + DAY_MS];
        while (after - before > 1) {
          const middle = Math.floor((before + after) / 2);
          if (inZone(middle).offset === inZone(before).offset) before = middle;
          else after = middle;
        }
        changes.push(after);
      }
      expect(changes).toHaveLength(2);
      for (const change of changes) {
        expect(newYorkOffsetMinutes((change - 1) as EpochMs)).toBe(inZone(change - 1).offset);
        expect(newYorkOffsetMinutes(change as EpochMs)).toBe(inZone(change).offset);
      }
    }
  });

  it('reads date, time and ISO text off any instant as luxon does', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const expected = inZone(instant);
        expect(newYorkDate(instant)).toBe(expected.toISODate());
        expect(newYorkTime(instant)).toBe(expected.toFormat('HH:mm:ss'));
        expect(newYorkMinutes(instant)).toBe(expected.hour * 60 + expected.minute);
        expect(newYorkDayMs(instant)).toBe(Date.parse(`${expected.toISODate()}T00:00:00Z`));
        expect(isoNewYork(instant)).toBe(expected.toFormat("yyyy-MM-dd'T'HH:mm:ssZZ"));
      }),
    );
  });

  it('finds the instant of a wall time and reads the same wall time back, unless it is skipped', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: 0, max: 1439 }), (date, minutes) => {
        const instant = instantOf(date, minutes);
        const local = DateTime.fromISO(`${date}T${formatMinutes(minutes)}`, { zone: ZONE });
        expect(instant).toBe(local.toMillis());
        if (!wallTimeExists(date, minutes)) return;
        expect(`${newYorkDate(instant)} ${newYorkMinutes(instant)}`).toBe(`${date} ${minutes}`);
      }),
    );
  });

  it('skips 02:00 to 02:59 on the spring Sunday and repeats 01:00 to 01:59 on the autumn Sunday', () => {
    const spring = sessionDate('2026-03-08');
    const skipped = [119, 120, 179, 180].map((minutes) => wallTimeExists(spring, minutes));
    expect(skipped).toEqual([true, false, false, true]);
    expect(isoNewYork(instantOf(spring, 150))).toBe('2026-03-08T03:30:00-04:00');
    const autumn = sessionDate('2026-11-01');
    expect(isoNewYork(instantOf(autumn, 90))).toBe('2026-11-01T01:30:00-04:00');
    expect(isoNewYork(epochMs(instantOf(autumn, 90) + HOUR_MS))).toBe('2026-11-01T01:30:00-05:00');
    expect(instantOf(autumn, 120) - instantOf(autumn, 60)).toBe(2 * HOUR_MS);
  });

  it('follows the rules of both eras', () => {
    expect(newYorkOffsetMinutes(at('2006-04-01T12:00:00Z'))).toBe(-300);
    expect(newYorkOffsetMinutes(at('2006-04-03T12:00:00Z'))).toBe(-240);
    expect(newYorkOffsetMinutes(at('2007-03-12T12:00:00Z'))).toBe(-240);
    expect(newYorkOffsetMinutes(at('2006-10-30T12:00:00Z'))).toBe(-300);
    expect(newYorkOffsetMinutes(at('2007-10-30T12:00:00Z'))).toBe(-240);
  });

  it('takes the end of a day as the start of the next', () => {
    const date = sessionDate('2026-03-08');
    expect(instantOf(date, 1440)).toBe(instantOf(sessionDate('2026-03-09'), 0));
    expect(instantOf(date, 1440) - instantOf(date, 0)).toBe(23 * HOUR_MS);
  });

  it('refuses times before 1990 and after 2028', () => {
    expect(newYorkTime(FROM as EpochMs)).toBe('00:00:00');
    expect(isoNewYork((TO - 1) as EpochMs)).toBe('2028-12-31T23:59:59-05:00');
    for (const outside of [FROM - 1, TO, 0, Number.NaN, 1e300]) {
      expect(() => newYorkOffsetMinutes(outside as EpochMs)).toThrow(Failure);
      expect(() => newYorkDate(outside as EpochMs)).toThrow(/outside the NYSE calendar/);
    }
    expect(() => instantOf(sessionDate('2029-01-01'), 570)).toThrow(/2029-01-01 is outside/);
    expect(() => instantOf(sessionDate('1989-12-31'), 570)).toThrow(/1989-12-31 is outside/);
  });

  it('asserts that minutes are whole and of one day', () => {
    for (const minutes of [-1, 1441, 9.5, Number.NaN]) {
      expect(() => instantOf(sessionDate('2026-03-05'), minutes)).toThrow(/in 0..1440/);
    }
  });
});
