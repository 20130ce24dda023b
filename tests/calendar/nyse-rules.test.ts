import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import * as nyse from '../../src/calendar/nyse.ts';
import { SPECIAL_CLOSURES, SPECIAL_HOURS } from '../../src/calendar/nyse-exceptions.ts';
import {
  DAY_MS,
  dateToUtcMs,
  type EpochMs,
  epochMs,
  type SessionDate,
  sessionDate,
  utcMsToDate,
} from '../../src/domain/time.ts';

const { HORIZON } = nyse;
const SESSIONS = nyse.sessionsBetween(HORIZON.from, HORIZON.to);
const DAYS: SessionDate[] = [];
for (let ms = dateToUtcMs(HORIZON.from); ms <= dateToUtcMs(HORIZON.to); ms += DAY_MS) {
  DAYS.push(utcMsToDate(ms));
}
const at = (iso: string): EpochMs => epochMs(Date.parse(iso));
const hoursOf = (date: string): string => {
  const session = nyse.sessionOf(sessionDate(date));
  if (session === null) return 'closed';
  const [open, close] = [session.openAt, session.closeAt].map((t) => nyse.newYorkTime(t));
  return `${open?.slice(0, 5)}-${close?.slice(0, 5)}`;
};
const daysWith = (hours: string, among: readonly string[]): string[] =>
  among.filter((date) => hoursOf(date) === hours);

/**
 * Easter by the Meeus, Jones and Butcher algorithm (Meeus, Astronomical Algorithms, 1991, p. 67).
 */
function easterSunday(year: number): DateTime {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const g = Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return DateTime.utc(year, Math.floor(n / 31), (n % 31) + 1);
}

/** Whether a weekday is a holiday, told from the date alone: the rules written a second time. */
function isHoliday({ year, month, day, weekday }: DateTime): boolean {
  const [monday, thursday] = [weekday === 1, weekday === 4];
  const on = (m: number, d: number): boolean =>
    month === m && (day === d || (monday && day === d + 1) || (weekday === 5 && day === d - 1));
  const goodFriday = easterSunday(year).minus({ days: 2 });
  return (
    (month === 1 && (day === 1 || (monday && day === 2))) ||
    (year > 1997 && month === 1 && monday && day > 14 && day < 22) ||
    (month === 2 && monday && day > 14 && day < 22) ||
    (month === goodFriday.month && day === goodFriday.day) ||
    (month === 5 && monday && day > 24) ||
    (year > 2021 && on(6, 19)) ||
    on(7, 4) ||
    (month === 9 && monday && day < 8) ||
    (month === 11 && thursday && day > 21 && day < 29) ||
    on(12, 25)
  );
}

describe('the calendar as a whole', () => {
  it('has the exchange open on every weekday that is no holiday and no special closure', () => {
    const special = new Set(SPECIAL_CLOSURES.map((closure) => closure.date));
    const expected = DAYS.filter((date) => {
      const day = DateTime.fromISO(date, { zone: 'utc' });
      return day.weekday < 6 && !isHoliday(day) && !special.has(date);
    });
    expect(SESSIONS.map((session) => session.date)).toEqual(expected);
  });

  it('has as many sessions a year as the exchange had', () => {
    const counts =
      '253 253 254 253 252 252 254 253 252 252 252 248 252 252 252 252 251 251 253 252 ' +
      '252 252 250 252 252 252 252 251 251 252 253 252 251 250 252 250 251 251 251';
    const years = new Map<string, number>();
    for (const { date } of SESSIONS) {
      years.set(date.slice(0, 4), (years.get(date.slice(0, 4)) ?? 0) + 1);
    }
    expect([...years.values()].join(' ')).toBe(counts);
    expect(nyse.sessionCount()).toBe(9820);
  });

  it('opens before it closes, on the session date, in time order', () => {
    let previous = 0;
    for (const { date, openAt, closeAt, earlyClose } of SESSIONS) {
      expect(openAt).toBeGreaterThan(previous);
      expect(closeAt).toBeGreaterThan(openAt);
      expect([nyse.newYorkDate(openAt), nyse.newYorkDate(closeAt)]).toEqual([date, date]);
      expect(earlyClose).toBe(nyse.newYorkTime(closeAt) < '16:00:00');
      previous = closeAt;
    }
  });

  it('gives every irregular session a reason with its source, and no regular one', () => {
    for (const { date } of SESSIONS) {
      const note = nyse.specialHoursOf(date);
      expect(note === null).toBe(hoursOf(date) === '09:30-16:00');
      if (note !== null) expect(note.source).toMatch(/https?:\/\//);
    }
  });

  it('explains every day without a session, with a source unless it is a weekend', () => {
    for (const date of DAYS) {
      const closure = nyse.closureOf(date);
      expect(closure === null).toBe(nyse.sessionOf(date) !== null);
      if (closure !== null && closure.name !== 'Weekend') {
        expect(closure.source).toMatch(/https?:\/\//);
      }
    }
  });

  it('keeps its exceptions apart from its rules, each with a source', () => {
    for (const { date, source } of [...SPECIAL_CLOSURES, ...SPECIAL_HOURS]) {
      expect(isHoliday(DateTime.fromISO(date, { zone: 'utc' }))).toBe(false);
      expect(source).toMatch(/https?:\/\//);
    }
  });
});

describe('known facts', () => {
  it('New Year on a Saturday is no holiday: the Friday before is a full session, or early in 1999', () => {
    for (const date of ['1993-12-31', '2004-12-31', '2010-12-31', '2021-12-31', '2027-12-31']) {
      expect(hoursOf(date)).toBe('09:30-16:00');
    }
    expect(hoursOf('1999-12-31')).toBe('09:30-13:00');
    for (const monday of ['1994-01-03', '2000-01-03', '2011-01-03', '2022-01-03', '2028-01-03']) {
      expect(hoursOf(monday)).toBe('09:30-16:00');
    }
  });

  it('Martin Luther King Jr. Day begins in 1998 and Juneteenth in 2022', () => {
    expect(hoursOf('1997-01-20')).toBe('09:30-16:00');
    expect(nyse.closureOf(sessionDate('1998-01-19'))?.name).toBe('Martin Luther King Jr. Day');
    expect(hoursOf('2021-06-18')).toBe('09:30-16:00');
    expect(nyse.closureOf(sessionDate('2022-06-20'))?.name).toBe('Juneteenth (observed)');
    expect(nyse.closureOf(sessionDate('2027-06-18'))?.name).toBe('Juneteenth (observed)');
    expect(nyse.closureOf(sessionDate('2024-06-19'))?.name).toBe('Juneteenth');
  });

  it('names a closed day for what it was', () => {
    const names = Object.entries({
      '1990-04-13': 'Good Friday',
      '1994-04-27': 'National day of mourning for President Nixon',
      '1998-07-03': 'Independence Day (observed)',
      '1999-12-24': 'Christmas (observed)',
      '2001-09-14': 'Attack on the World Trade Center',
      '2004-06-11': 'National day of mourning for President Reagan',
      '2007-01-02': 'National day of mourning for President Ford',
      '2012-10-30': 'Hurricane Sandy',
      '2018-12-05': 'National day of mourning for President George H. W. Bush',
      '2023-01-02': "New Year's Day (observed)",
      '2025-01-09': 'National day of mourning for President Carter',
      '2026-02-16': "Washington's Birthday",
      '2026-05-25': 'Memorial Day',
      '2026-09-07': 'Labor Day',
      '2026-11-26': 'Thanksgiving',
      '2026-11-28': 'Weekend',
    });
    for (const [date, name] of names) {
      expect(`${date} ${nyse.closureOf(sessionDate(date))?.name}`).toBe(`${date} ${name}`);
    }
  });

  it('the day after Thanksgiving is full to 1991, ends at 14:00 in 1992 and at 13:00 since', () => {
    const fridays = DAYS.filter((date) => {
      const day = DateTime.fromISO(date, { zone: 'utc' });
      return day.month === 11 && day.weekday === 5 && day.day > 22 && day.day < 30;
    });
    expect(fridays).toHaveLength(39);
    expect(fridays.map(hoursOf)).toEqual([
      '09:30-16:00',
      '09:30-16:00',
      '09:30-14:00',
      ...Array.from({ length: 36 }, () => '09:30-13:00'),
    ]);
  });

  it('Christmas Eve ends at 14:00 to 1992 and at 13:00 since, where it is a session', () => {
    const eves = DAYS.filter((date) => date.endsWith('-12-24'));
    expect(daysWith('09:30-14:00', eves).map((date) => date.slice(2, 4))).toEqual([
      '90',
      '91',
      '92',
    ]);
    expect(daysWith('09:30-16:00', eves)).toEqual([]);
    const years =
      '1996 1997 1998 2001 2002 2003 2007 2008 2009 2012 2013 2014 2015 2018 2019 2020 2024 2025 2026';
    expect(
      daysWith('09:30-13:00', eves)
        .map((date) => date.slice(0, 4))
        .join(' '),
    ).toBe(years);
  });

  it('Independence Day shortens July 3, or Friday July 5 before 2013, and nothing before 1995', () => {
    const around = DAYS.filter((date) => /-07-0[1-7]$/.test(date));
    expect(daysWith('09:30-13:00', around)).toEqual([
      '1995-07-03',
      '1996-07-05',
      '1997-07-03',
      '2000-07-03',
      '2001-07-03',
      '2002-07-05',
      '2003-07-03',
      '2006-07-03',
      '2007-07-03',
      '2008-07-03',
      '2012-07-03',
      '2013-07-03',
      '2014-07-03',
      '2017-07-03',
      '2018-07-03',
      '2019-07-03',
      '2023-07-03',
      '2024-07-03',
      '2025-07-03',
      '2028-07-03',
    ]);
  });

  it('has no other irregular session than these', () => {
    const scheduled = /-(07-03|07-05|12-24)$|-11-2\d$/;
    const others = SESSIONS.map(({ date }) => `${date} ${hoursOf(date)}`).filter(
      (line) => !line.endsWith('09:30-16:00') && !scheduled.test(line.slice(0, 10)),
    );
    expect(others).toEqual([
      '1990-12-27 11:00-16:00',
      '1991-01-17 09:31-16:00',
      '1991-02-25 09:31-16:00',
      '1994-02-11 09:30-14:30',
      '1995-12-18 10:30-16:00',
      '1996-01-08 11:00-14:00',
      '1997-10-27 09:30-15:30',
      '1997-12-26 09:30-13:00',
      '1999-12-31 09:30-13:00',
      '2001-09-17 09:33-16:00',
      '2001-10-08 09:31-16:00',
      '2002-09-11 12:00-16:00',
      '2003-03-20 09:32-16:00',
      '2003-12-26 09:30-13:00',
      '2004-06-07 09:32-16:00',
      '2005-06-01 09:30-15:56',
      '2006-12-27 09:32-16:00',
    ]);
  });

  it('gives instants in UTC, on both sides of daylight time', () => {
    const hours = (date: string): number[] => {
      const session = nyse.sessionOf(sessionDate(date));
      return [session?.openAt ?? 0, session?.closeAt ?? 0];
    };
    expect(hours('2015-08-24')).toEqual([at('2015-08-24T13:30:00Z'), at('2015-08-24T20:00:00Z')]);
    expect(hours('2026-11-27')).toEqual([at('2026-11-27T14:30:00Z'), at('2026-11-27T18:00:00Z')]);
  });
});

const dir = process.env.TRADE_LABS_TEST_DATA;

describe.skipIf(!dir)('against recorded data', () => {
  const rowsOf = (file: string): string[][] =>
    readFileSync(join(dir ?? '', file), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));

  it("closes on the holidays of the exchange's releases for 2022 to 2028, and on no other weekday", () => {
    const published = rowsOf('calendar/nyse_holidays_2022_2028.csv').map(([date]) => date);
    const ours = DAYS.filter((date) => date >= '2022-01-01').filter(
      (date) => ![null, 'Weekend'].includes(nyse.closureOf(date)?.name ?? null),
    );
    expect(ours).toEqual(published);
  });

  it('has a session for each daily bar of a stock that traded throughout, and no other', () => {
    const bars = rowsOf('bars_daily/AAPL_1d.csv').map(([date]) => date);
    const first = sessionDate(bars[0] ?? '');
    const sessions = nyse.sessionsBetween(first, sessionDate(bars.at(-1) ?? ''));
    expect(sessions.map((session) => session.date)).toEqual(bars);
  });

  it('opens with the first five-minute bar of a day and closes with the last, half days too', () => {
    const bars = rowsOf('bars_intraday/polygon_2023_2025/ADBE_5m.csv').map(([time]) => time ?? '');
    const byDate = new Map<string, string[]>();
    for (const time of bars) {
      const date = time.slice(0, 10);
      byDate.set(date, [...(byDate.get(date) ?? []), time]);
    }
    expect(byDate.has('2023-11-24') && byDate.has('2024-12-24')).toBe(true);
    for (const [date, times] of byDate) {
      const session = nyse.sessionOf(sessionDate(date));
      expect(times[0]).toBe(nyse.isoNewYork(session?.openAt ?? epochMs(0)));
      const lastStart = (session?.closeAt ?? 0) - 5 * 60_000;
      expect(times.at(-1)).toBe(nyse.isoNewYork(epochMs(lastStart)));
    }
  });
});
