import { DateTime } from 'luxon';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Agenda } from '../../src/app/agenda.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { sessionDate } from '../../src/domain/time.ts';

/** Hosts and their offset on 2026-01-01 in minutes west of UTC: proof that the switch took effect. */
const HOSTS = [
  ['America/New_York', 300],
  ['UTC', 0],
  ['Asia/Singapore', -480],
  ['Australia/Sydney', -660],
] as const;
const [FROM, TO] = ['2013-01-01', '2028-12-29'];

const ownZone = process.env.TZ;
afterEach(() => {
  if (ownZone === undefined) delete process.env.TZ;
  else process.env.TZ = ownZone;
});

/** Easter by the Meeus, Jones and Butcher algorithm (Meeus, Astronomical Algorithms, 1991, p. 67). */
function easter(year: number): DateTime {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const g = Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return DateTime.utc(year, Math.floor(n / 31), (n % 31) + 1);
}

/** The rules of the exchange since 2013, told from the date alone; the calendar under test has its own. */
function isClosed(day: DateTime): boolean {
  const { year, month, weekday } = day;
  const date = day.toISODate() ?? '';
  if (weekday > 5 || ['2018-12-05', '2025-01-09'].includes(date)) return true;
  const nth = Math.ceil(day.day / 7);
  const isLastMonday = weekday === 1 && day.day > 24;
  // A holiday on a Saturday is kept on Friday, but not New Year's; one on a Sunday on Monday.
  const observed = (m: number, d: number): boolean => {
    const holiday = DateTime.utc(year, m, d);
    if (holiday.weekday === 6) return m !== 1 && date === holiday.minus({ days: 1 }).toISODate();
    return date === holiday.plus({ days: holiday.weekday === 7 ? 1 : 0 }).toISODate();
  };
  return (
    observed(1, 1) ||
    observed(7, 4) ||
    observed(12, 25) ||
    (year >= 2022 && observed(6, 19)) ||
    (weekday === 1 && nth === 3 && (month === 1 || month === 2)) ||
    date === easter(year).minus({ days: 2 }).toISODate() ||
    (month === 5 && isLastMonday) ||
    (month === 9 && weekday === 1 && nth === 1) ||
    (month === 11 && weekday === 4 && nth === 4)
  );
}

function closesEarly(day: DateTime): boolean {
  const { month, weekday } = day;
  if (month === 11) return weekday === 5 && day.day > 22 && day.day < 30;
  if (month === 7) return day.day === 3 && weekday < 5;
  return month === 12 && day.day === 24;
}

/** "name session instant" for each slot of the default table, by luxon's clock of New York. */
function expected(): string[] {
  const days: DateTime[] = [];
  for (let day = DateTime.fromISO(FROM, { zone: 'utc' }); ; day = day.plus({ days: 1 })) {
    if ((day.toISODate() ?? '') > TO) break;
    if (!isClosed(day)) days.push(day);
  }
  return days.flatMap((day, i) => {
    const date = day.toISODate() ?? '';
    const next = days[i + 1];
    const close = closesEarly(day) ? 13 : 16;
    // The calendar's last session ends every period that it is in.
    const endsWeek = next === undefined || next.weekNumber !== day.weekNumber;
    const endsMonth = next === undefined || next.month !== day.month;
    const times: (readonly [string, number, number])[] = [
      ['warm', 9, 15],
      ['scan-open', 9, 30],
      ['scan-midday', 12, 0],
      ['reconcile', close, 0],
      ['report', close + 1, 0],
      ...(endsWeek ? [['report-week', close + 1, 0] as const] : []),
      ...(endsMonth ? [['report-month', close + 1, 0] as const] : []),
      ['backup', close + 1, 30],
    ];
    return times.map(([name, hour, minute]) => {
      const at = DateTime.fromISO(date, { zone: 'America/New_York' }).set({ hour, minute });
      return `${name} ${date} ${at.toMillis()}`;
    });
  });
}

describe.each(HOSTS)('on a host in %s', (zone, minutesWest) => {
  let config: Config;
  beforeAll(async () => {
    ({ config } = await loadConfig({ home: import.meta.dirname, cwd: '/', env: {} }));
  });

  it('each session of 2013 to 2028 has exactly its slots, closed days none', () => {
    process.env.TZ = zone;
    expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(minutesWest);
    const agenda = new Agenda(config, instantOf(sessionDate(FROM), 0));
    const slots: string[] = [];
    for (let next = agenda.next(); next !== null; next = agenda.next()) {
      for (const { slot } of agenda.take(next.at)) {
        slots.push(`${slot.row.name} ${slot.session.date} ${slot.at}`);
      }
    }
    expect(slots.length).toBe(new Set(slots).size);
    expect(slots).toEqual(expected());
  });
});
