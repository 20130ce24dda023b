import { newYorkTime } from '../calendar/nyse.ts';
import { formatExact, formatUsd, type Micros, microsFromFloat } from '../domain/money.ts';
import { dateToUtcMs, parseInstant, type SessionDate } from '../domain/time.ts';

/** What stands where there is no number. */
export const ABSENT = 'n/a';

/** Averages have more decimals than money. */
const toMicros = (dollars: number): Micros => microsFromFloat(dollars, 'halfEven');

/** Signed dollars and cents: "+$56.75". */
export const money = (dollars: number | null): string =>
  dollars === null ? ABSENT : formatUsd(toMicros(dollars), { sign: dollars !== 0 });

/** Dollars and cents of a level, without a plus: "$100,056.75". */
export const amount = (dollars: number | null): string =>
  dollars === null ? ABSENT : formatUsd(toMicros(dollars));

/** A price with two to six decimals: "228.17". */
export const price = (dollars: number | null): string =>
  dollars === null ? ABSENT : formatExact(toMicros(dollars));

/** A change in percent with its sign: "+0.11 %". */
export const percent = (fraction: number | null): string => {
  if (fraction === null) return ABSENT;
  const text = share(fraction);
  return fraction > 0 && text !== '0.00 %' ? `+${text}` : text;
};

/** A share in percent: "1.80 %". */
export const share = (fraction: number | null): string =>
  fraction === null ? ABSENT : `${decimals(fraction * 100)} %`;

/** R with its sign: "+1.42". */
export const multiple = (r: number | null): string => {
  if (r === null) return ABSENT;
  const text = decimals(r);
  return r > 0 && text !== '0.00' ? `+${text}` : text;
};

/** Two decimals, never "-0.00". */
export function decimals(value: number | null, digits = 2): string {
  if (value === null) return ABSENT;
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

export const count = (value: number | null): string => (value === null ? ABSENT : String(value));

/** The clock of New York at an instant of a file: "09:35:00". */
export function wallTime(iso: string | null): string {
  const at = iso === null ? null : parseInstant(iso);
  return at === null ? ABSENT : newYorkTime(at);
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

export const weekday = (session: SessionDate): string =>
  WEEKDAYS[new Date(dateToUtcMs(session)).getUTCDay()] as string;

/** How long something took: "350 ms", "2.1 s", "3 min 05 s", "17 h 30 min". */
export function duration(ms: number | null): string {
  if (ms === null) return ABSENT;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds >= 3600) {
    const minutes = Math.round(seconds / 60);
    return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  }
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** "1 trade", "2 trades". */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${n} ${n === 1 ? one : many}`;
