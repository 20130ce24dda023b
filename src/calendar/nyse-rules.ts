/**
 * The exchange's standing rules: which holidays it keeps in which years, on which weekday it
 * observes them, and which sessions it shortens on purpose. Dates are midnight UTC in milliseconds.
 * The rules hold for 1990 and later.
 */
import { DAY_MS } from '../domain/time.ts';
import { NYSE_CLOSINGS } from './nyse-exceptions.ts';

/** A weekday the exchange stays closed by rule. */
export interface Holiday {
  readonly dayMs: number;
  readonly name: string;
  readonly source: string;
}

/** A session that ends early by rule. `closeMinutes` is New York wall time. */
export interface ScheduledClose {
  readonly dayMs: number;
  readonly closeMinutes: number;
  readonly name: string;
  readonly source: string;
}

const SUNDAY = 0;
const MONDAY = 1;
const WEDNESDAY = 3;
const THURSDAY = 4;
const FRIDAY = 5;
const SATURDAY = 6;

/** Day of the week, 0 = Sunday. The epoch was a Thursday. */
const weekdayOf = (dayMs: number): number => (((dayMs / DAY_MS + 4) % 7) + 7) % 7;

export const isWeekend = (dayMs: number): boolean => {
  const weekday = weekdayOf(dayMs);
  return weekday === SATURDAY || weekday === SUNDAY;
};

/** The nth given weekday of a month (month 1..12). */
function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  const first = Date.UTC(year, month - 1, 1);
  return first + (((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7) * DAY_MS;
}

/** The last Monday of May: the first Monday from the 25th on. */
function memorialDay(year: number): number {
  const from = Date.UTC(year, 4, 25);
  return from + ((MONDAY - weekdayOf(from) + 7) % 7) * DAY_MS;
}

/**
 * Easter Sunday of the Gregorian calendar (J.-M. Oudin 1940, in Seidelmann, Explanatory Supplement,
 * 1992, p. 582).
 */
function easter(year: number): number {
  const c = Math.floor(year / 100);
  const n = year % 19;
  const k = Math.floor((c - 17) / 25);
  let i = (c - Math.floor(c / 4) - Math.floor((c - k) / 3) + 19 * n + 15) % 30;
  i -= Math.floor(i / 28) * (1 - Math.floor(29 / (i + 1)) * Math.floor((21 - n) / 11));
  const j = (year + Math.floor(year / 4) + i + 2 - c + Math.floor(c / 4)) % 7;
  const l = i - j;
  const month = 3 + Math.floor((l + 40) / 44);
  return Date.UTC(year, month - 1, l + 28 - 31 * Math.floor(month / 4));
}

const RULE_7_2 =
  'NYSE Rule 7.2 (Holidays), https://www.nyse.com/publicdocs/nyse/regulation/nyse/NYSE_Rules.pdf';
const JUNETEENTH_FILING =
  'SEC release 34-93183, https://www.sec.gov/rules/sro/nyse/2021/34-93183.pdf (2021)';
const MONDO = 'https://mondovisione.com/media-and-resources/news/nyse-group-announces';

/**
 * The exchange's release for a year; before 2011 its list of special closings. The first entry that
 * reaches the year.
 */
const RELEASES: readonly { readonly until: number; readonly source: string }[] = [
  { until: 2010, source: NYSE_CLOSINGS },
  {
    until: 2011,
    source:
      'https://www.streetinsider.com/Insiders+Blog/NYSE+Releases+2010+and+2011+Holiday+Calendar/4915576.html',
  },
  {
    until: 2013,
    source:
      'http://thechinainvestmentabctetffund.blogspot.com/2013/02/nyse-2012-2013-holiday-schedule.html',
  },
  {
    until: 2015,
    source:
      'https://www.streetinsider.com/Insiders+Blog/NYSE+2014+and+2015+Holiday+Hours/8999575.html',
  },
  {
    until: 2016,
    source:
      'https://www.businesswire.com/news/home/20141208006349/en/NYSE-Group-2016-Holiday-Calendar-and-Early-Closings (2014-12-08)',
  },
  { until: 2017, source: 'http://www.profitconfidential.com/nyse-holidays-schedule-calendar/' },
  {
    until: 2019,
    source:
      'http://www.paulmaior.ro/2018/09/stock-market-and-bank-holidays-for-2018-2019-and-2020/ (2018-09-03)',
  },
  {
    until: 2020,
    source: `${MONDO}-2020-2021-and-2022-holiday-and-early-closings-calendar/ (2019-12-09)`,
  },
  {
    until: 2021,
    source: `${MONDO}-2021-2022-and-2023-holiday-and-early-closings-calendar/ (2020-12-28)`,
  },
  {
    until: 2024,
    source: `${MONDO}-2022-2023-and-2024-holiday-and-early-closings-calendar/ (2021-12-27)`,
  },
  {
    until: 2025,
    source: `${MONDO}-2025-2026-and-2027-holiday-and-early-closings-calendar/ (2024-11-08)`,
  },
  {
    until: 2028,
    source: `${MONDO}-2026-2027-and-2028-holiday-and-early-closings-calendar-20251223/ (2025-12-23)`,
  },
];

/** Where the exchange published the given year's calendar. */
const releaseOf = (year: number): string =>
  RELEASES.find((release) => year <= release.until)?.source ?? RULE_7_2;

/**
 * A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after (Rule
 * 7.2).
 */
function observed(dayMs: number, name: string, source: string): Holiday {
  const weekday = weekdayOf(dayMs);
  if (weekday === SATURDAY) return { dayMs: dayMs - DAY_MS, name: `${name} (observed)`, source };
  if (weekday === SUNDAY) return { dayMs: dayMs + DAY_MS, name: `${name} (observed)`, source };
  return { dayMs, name, source };
}

/**
 * The holidays of a year. A New Year's Day on a Saturday is not kept at all, because the Friday
 * before ends the accounting year (Rule 7.2). Martin Luther King Jr. Day is kept since 1998,
 * Juneteenth since 2022.
 */
export function holidaysOf(year: number): Holiday[] {
  const source = year <= 2010 ? RULE_7_2 : releaseOf(year);
  const holidays: Holiday[] = [];
  const newYear = Date.UTC(year, 0, 1);
  if (weekdayOf(newYear) !== SATURDAY) holidays.push(observed(newYear, "New Year's Day", source));
  if (year >= 1998) {
    holidays.push({
      dayMs: nthWeekday(year, 1, MONDAY, 3),
      name: 'Martin Luther King Jr. Day',
      source,
    });
  }
  holidays.push(
    { dayMs: nthWeekday(year, 2, MONDAY, 3), name: "Washington's Birthday", source },
    { dayMs: easter(year) - 2 * DAY_MS, name: 'Good Friday', source },
    { dayMs: memorialDay(year), name: 'Memorial Day', source },
  );
  if (year >= 2022) {
    holidays.push(observed(Date.UTC(year, 5, 19), 'Juneteenth', `${JUNETEENTH_FILING}; ${source}`));
  }
  holidays.push(
    observed(Date.UTC(year, 6, 4), 'Independence Day', source),
    { dayMs: nthWeekday(year, 9, MONDAY, 1), name: 'Labor Day', source },
    { dayMs: nthWeekday(year, 11, THURSDAY, 4), name: 'Thanksgiving', source },
    observed(Date.UTC(year, 11, 25), 'Christmas', source),
  );
  return holidays;
}

const ONE_PM = 13 * 60;
const TWO_PM = 14 * 60;

/**
 * The sessions of a year that end early by rule:
 * - the day after Thanksgiving: 14:00 in 1992, the first year, and 13:00 since 1993;
 * - Christmas Eve, Monday to Thursday (a Friday is the Christmas holiday itself): 14:00 to 1992,
 *   13:00 since;
 * - Independence Day, since 1995: July 3 on a Monday, Tuesday or Thursday. With the holiday on a
 *   Thursday it is Friday July 5 until 2012, and Wednesday July 3 since 2013.
 */
export function scheduledClosesOf(year: number): ScheduledClose[] {
  const source = releaseOf(year);
  const closeMinutes = year <= 1992 ? TWO_PM : ONE_PM;
  const closes: ScheduledClose[] = [];
  const add = (dayMs: number, name: string): void => {
    closes.push({ dayMs, closeMinutes, name: `Early close: ${name}`, source });
  };
  const july3 = Date.UTC(year, 6, 3);
  const weekday = weekdayOf(july3);
  if (year >= 1995) {
    if (weekday === WEDNESDAY && year <= 2012)
      add(july3 + 2 * DAY_MS, 'day after Independence Day');
    else if (!isWeekend(july3) && weekday !== FRIDAY) add(july3, 'day before Independence Day');
  }
  if (year >= 1992) add(nthWeekday(year, 11, THURSDAY, 4) + DAY_MS, 'day after Thanksgiving');
  const eve = Date.UTC(year, 11, 24);
  if (!isWeekend(eve) && weekdayOf(eve) !== FRIDAY) add(eve, 'Christmas Eve');
  return closes;
}
