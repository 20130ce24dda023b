import { DAY_MS, dateToUtcMs, type SessionDate, utcMsToDate } from '../domain/time.ts';

const WEEK_MS = 7 * DAY_MS;

/** The Monday of a date's week. */
const mondayOf = (date: SessionDate): SessionDate => {
  const at = dateToUtcMs(date);
  const sinceMonday = (new Date(at).getUTCDay() + 6) % 7;
  return utcMsToDate(at - sinceMonday * DAY_MS);
};

/**
 * "2026-W10" or "2026-03". Weeks are those of ISO 8601: they begin on Monday, and belong to the year that has their
 * Thursday.
 */
export function periodNameOf(date: SessionDate, kind: 'week' | 'month'): string {
  if (kind === 'month') return date.slice(0, 7);
  const monday = dateToUtcMs(mondayOf(date));
  const year = utcMsToDate(monday + 3 * DAY_MS).slice(0, 4);
  const first = dateToUtcMs(mondayOf(`${year}-01-04` as SessionDate));
  return `${year}-W${String((monday - first) / WEEK_MS + 1).padStart(2, '0')}`;
}

/** A number that grows from each week or month to the next. */
export const periodRankOf = (date: SessionDate, kind: 'week' | 'month'): number =>
  kind === 'week'
    ? // The first Thursday counted is 1970-01-01.
      (dateToUtcMs(mondayOf(date)) + 3 * DAY_MS) / WEEK_MS
    : Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));

/** First and last calendar day of the week or month that a date is in. */
export function periodSpan(
  date: SessionDate,
  kind: 'week' | 'month',
): { readonly from: SessionDate; readonly to: SessionDate } {
  if (kind === 'week') {
    const from = mondayOf(date);
    return { from, to: utcMsToDate(dateToUtcMs(from) + 6 * DAY_MS) };
  }
  const [year, month] = [Number(date.slice(0, 4)), Number(date.slice(5, 7))];
  const next =
    month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`;
  return {
    from: `${date.slice(0, 7)}-01` as SessionDate,
    to: utcMsToDate(dateToUtcMs(next as SessionDate) - DAY_MS),
  };
}
