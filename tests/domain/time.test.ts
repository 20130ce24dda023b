import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../src/domain/result.ts';
import { runId } from '../../src/domain/run.ts';
import {
  DAY_MS,
  dateToUtcMs,
  epochMs,
  isoUtc,
  parseInstant,
  parseSessionDate,
  sessionDate,
  utcMsToDate,
} from '../../src/domain/time.ts';

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysIn = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
const pad = (value: number, width: number): string => String(value).padStart(width, '0');

describe('a session date', () => {
  it('is exactly a day that the calendar has', () => {
    for (let year = 1999; year <= 2101; year++) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const text = `${year}-${pad(month, 2)}-${pad(day, 2)}`;
          const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
          if ((parseSessionDate(text) !== null) !== exists) expect.fail(text);
        }
      }
    }
  });

  it.each([
    '2026-3-05',
    '2026-03-05 ',
    '20260305',
    '2026-03-05T00:00',
    '2026-03-05\n',
    '',
    '٢٠٢٦-٠٣-٠٥',
  ])('is not %j', (text) => {
    expect(parseSessionDate(text)).toBeNull();
    expect(() => sessionDate(text)).toThrow(InvariantError);
  });

  it('and the midnight UTC that stamps its bar name each other', () => {
    const start = dateToUtcMs(sessionDate('1962-01-02'));
    for (let day = 0; day < 40_000; day++) {
      const date = utcMsToDate(start + day * DAY_MS);
      if (dateToUtcMs(date) !== start + day * DAY_MS) expect.fail(date);
      if (utcMsToDate(start + (day + 1) * DAY_MS) <= date) expect.fail(`${date} is not in order`);
    }
  });
});

describe('an instant', () => {
  const instant = fc.integer({ min: 0, max: 4_102_444_800_000 }).map(epochMs);

  it('is written in UTC and read back', () => {
    fc.assert(fc.property(instant, (at) => parseInstant(isoUtc(at)) === at));
  });

  it('is the same whatever the offset it is written with', () => {
    const quarters = fc.integer({ min: -56, max: 56 });
    fc.assert(
      fc.property(instant, quarters, (at, quarter) => {
        const shifted = new Date(at + quarter * 900_000).toISOString().slice(0, -1);
        const minutes = Math.abs(quarter) * 15;
        const offset = `${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
        expect(parseInstant(`${shifted}${quarter < 0 ? '-' : '+'}${offset}`)).toBe(at);
      }),
    );
  });

  it.each([
    ['2026-03-05T14:30Z', Date.UTC(2026, 2, 5, 14, 30)],
    ['2026-03-05T09:30:00-05:00', Date.UTC(2026, 2, 5, 14, 30)],
    ['2024-02-29T00:00:00.5Z', Date.UTC(2024, 1, 29, 0, 0, 0, 500)],
    ['2026-03-05T14:30', null],
    ['2026-03-05', null],
    ['2026-02-30T10:00:00Z', null],
    ['2023-02-29T10:00:00Z', null],
    ['2026-03-05T24:00:00Z', null],
    ['2026-03-05T10:60Z', null],
    ['2026-03-05T10:00:00+24:00', null],
    ['2026-03-05 10:00:00Z', null],
    ['2026-03-05T10:00:00z', null],
    ['March 5, 2026 10:00 Z', null],
  ])('%j is %s', (text, at) => {
    expect(parseInstant(text)).toBe(at);
  });

  it('is whole milliseconds', () => {
    for (const value of [0.5, Number.NaN, Infinity]) {
      expect(() => epochMs(value)).toThrow(InvariantError);
    }
  });
});

describe('a run', () => {
  it('is named by its session, the instant of its slot in UTC, and the slot', () => {
    const at = epochMs(Date.UTC(2026, 2, 5, 14, 30));
    expect(runId(sessionDate('2026-03-05'), at, 'scan-open')).toBe('2026-03-05-143000Z-scan-open');
  });
});
