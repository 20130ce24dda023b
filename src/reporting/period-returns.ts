import { DAY_MS, dateToUtcMs, type SessionDate, sessionDate, utcMsToDate } from '../domain/time.ts';
import { drawdowns, type EquityPoint, timeWeighted } from '../ledger/metrics-curve.ts';
import { drawdownsFromPeak } from '../ledger/metrics-series.ts';

/** Time-weighted returns up to the last session of a span, as fractions; null where the history is too young. */
export interface PeriodReturns {
  readonly span: number | null;
  readonly monthToDate: number | null;
  readonly threeMonths: number | null;
  readonly sixMonths: number | null;
  readonly yearToDate: number | null;
  readonly oneYear: number | null;
  readonly sinceStart: number | null;
  /** Below the highest index at the end, and at the deepest close of the span. */
  readonly drawdown: number | null;
  readonly deepest: number | null;
  readonly sessionsUnderWater: number | null;
  readonly from: string | null;
}

/** The first day of so many months up to a date: three up to 2026-03-31 begin on 2026-01-01. */
export function monthsUpTo(date: SessionDate, months: number): SessionDate {
  const after = utcMsToDate(dateToUtcMs(date) + DAY_MS);
  const [year, month, day] = after.split('-').map(Number) as [number, number, number];
  const total = year * 12 + (month - 1) - months;
  const [y, m] = [Math.floor(total / 12), (total % 12) + 1];
  const length = new Date(Date.UTC(y, m, 0)).getUTCDate();
  const text = (n: number) => String(n).padStart(2, '0');
  return sessionDate(`${y}-${text(m)}-${text(Math.min(day, length))}`);
}

/** What the curve earned from the close before `from` to `to`, and over the usual spans ending there. */
export function periodReturns(
  points: readonly EquityPoint[],
  from: SessionDate,
  to: SessionDate,
): PeriodReturns {
  const upTo = points.filter(({ session }) => session <= to);
  const { returns, index, brokenAt } = timeWeighted(upTo);
  const end = index.at(-1);
  if (end === undefined || returns.length === 0 || brokenAt !== null) return NO_RETURNS;
  /** Growth since the last point before a date; null where the history begins later. */
  const since = (date: string, orStart = false): number | null => {
    const base = upTo.findLastIndex(({ session }) => session < date);
    if (base < 0 && !orStart) return null;
    return end / (index[Math.max(0, base)] as number) - 1;
  };
  const falls = drawdownsFromPeak(index);
  const inSpan = falls.filter((_, i) => (upTo[i] as EquityPoint).session >= from);
  const lasting = drawdowns(upTo).at(-1);
  return {
    span: since(from, true),
    monthToDate: since(`${to.slice(0, 7)}-01`, true),
    threeMonths: since(monthsUpTo(to, 3)),
    sixMonths: since(monthsUpTo(to, 6)),
    yearToDate: since(`${to.slice(0, 4)}-01-01`, true),
    oneYear: since(monthsUpTo(to, 12)),
    sinceStart: end - 1,
    drawdown: falls.at(-1) ?? null,
    deepest: inSpan.length === 0 ? null : inSpan.reduce((low, fall) => Math.min(low, fall), 0),
    sessionsUnderWater: lasting === undefined || lasting.recovered !== null ? 0 : lasting.sessions,
    from: upTo[0]?.session ?? null,
  };
}

const NO_RETURNS: PeriodReturns = {
  span: null,
  monthToDate: null,
  threeMonths: null,
  sixMonths: null,
  yearToDate: null,
  oneYear: null,
  sinceStart: null,
  drawdown: null,
  deepest: null,
  sessionsUnderWater: null,
  from: null,
};
