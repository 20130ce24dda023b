import { describe, expect, it } from 'vitest';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import { type SessionDate, sessionDate } from '../../src/domain/time.ts';
import type { EventOf } from '../../src/events/event.ts';
import {
  accountReturns,
  benchmarkCloses,
  benchmarkReturns,
  closeReturns,
} from '../../src/reporting/benchmark.ts';
import { curveOf } from '../../src/reporting/performance.ts';
import { ROLLING_SESSIONS, rollingRows } from '../../src/reporting/rolling.ts';
import { symbol } from './story.ts';

type Mark = EventOf<'account.marked'>;

/** A close of the account, and of a benchmark beside it. */
function mark(session: string, equity: number, close: number | null, name = 'SPY'): Mark {
  return {
    session: sessionDate(session),
    equity: usd(equity),
    flow: usd(0),
    exposure: usd(0),
    marks: [],
    ...(close === null ? {} : { benchmark: { symbol: symbol(name), close: usd(close) } }),
  } as unknown as Mark;
}

const day = (date: string): SessionDate => sessionDate(date);
const returns = (marks: readonly Mark[], from: string, to = from) =>
  benchmarkReturns(marks, curveOf(marks), day(from), day(to));

describe('a benchmark', () => {
  const marks = [
    mark('2025-12-30', 100, 400),
    mark('2025-12-31', 101, 410),
    mark('2026-01-30', 102, 420),
    mark('2026-02-02', 103, 420),
    mark('2026-02-03', 104, 441),
  ];

  it('has the returns of its closes over the spans of the account', () => {
    expect(returns(marks, '2026-02-03')).toMatchObject({
      symbol: 'SPY',
      from: '2025-12-30',
      span: 441 / 420 - 1,
      monthToDate: 441 / 420 - 1,
      yearToDate: 441 / 410 - 1,
      sinceStart: 441 / 400 - 1,
      threeMonths: null,
      oneYear: null,
    });
    expect(returns(marks, '2026-02-01', '2026-02-28')?.span).toBe(441 / 420 - 1);
  });

  it('counts a span from the start where account and benchmark are both younger', () => {
    expect(returns(marks.slice(3), '2026-02-03')).toMatchObject({
      monthToDate: 441 / 420 - 1,
      yearToDate: 441 / 420 - 1,
    });
  });

  it('has no return over a span that the account was without it', () => {
    const late = marks.map((each, i) => (i < 3 ? mark(each.session, 100 + i, null) : each));
    expect(returns(late, '2026-02-03')).toMatchObject({
      span: 441 / 420 - 1,
      monthToDate: null,
      yearToDate: null,
      from: '2026-02-02',
    });
  });

  it('is absent where no close of the day was written down, however many were before', () => {
    expect(returns([], '2026-02-03')).toBeNull();
    expect(returns([...marks, mark('2026-02-04', 105, null)], '2026-02-04')).toBeNull();
  });

  it('is the one configured last: another one before it does not continue it', () => {
    const changed = [mark('2025-12-30', 100, 40, 'QQQ'), ...marks.slice(1)];
    expect(benchmarkCloses(changed).map(({ session }) => session)[0]).toBe('2025-12-31');
    expect(returns(changed, '2026-02-03')?.sinceStart).toBe(441 / 410 - 1);
  });

  it('is compared over the same sessions: none where the account or it has no close', () => {
    const gap = marks.map((each, i) => (i === 2 ? mark(each.session, 102, null) : each));
    const points = curveOf(gap);
    expect(accountReturns(points).map(({ session }) => session)).toEqual([
      '2025-12-31',
      '2026-01-30',
      '2026-02-02',
      '2026-02-03',
    ]);
    expect(closeReturns(points, benchmarkCloses(gap)).map(({ session }) => session)).toEqual([
      '2025-12-31',
      '2026-02-03',
    ]);
  });
});

/** Sessions of two years; the account moves twice as far as the benchmark, which swings by a percent. */
function twice(count: number): Mark[] {
  let [equity, close] = [100_000, 500];
  return sessionsBetween(day('2024-01-02'), day('2025-12-31'))
    .slice(0, count)
    .map(({ date }, i) => {
      const move = i === 0 ? 0 : i % 2 === 0 ? -0.01 : 0.011;
      equity *= 1 + 2 * move;
      close *= 1 + move;
      return mark(date, Math.round(equity * 1e6) / 1e6, Math.round(close * 1e6) / 1e6);
    });
}

describe('rolling half years', () => {
  it('begin with the first that is whole', () => {
    const rows = (count: number) => {
      const marks = twice(count);
      return rollingRows(curveOf(marks), benchmarkCloses(marks)).length;
    };
    expect(rows(ROLLING_SESSIONS)).toBe(0);
    expect(rows(ROLLING_SESSIONS + 1)).toBe(1);
    expect(rows(ROLLING_SESSIONS + 11)).toBe(11);
    expect(rows(500)).toBe(252);
  });

  it('have the beta, volatility and Sharpe ratio of their sessions alone', () => {
    const marks = twice(200);
    const last = rollingRows(curveOf(marks), benchmarkCloses(marks)).at(-1);
    // 63 sessions of +2.2 % and 63 of -2 %: the mean is 0.1 %, each deviates by 2.1 %.
    const deviation = Math.sqrt((126 * 0.021 * 0.021) / 125);
    expect(last?.volatility).toBeCloseTo(deviation * Math.sqrt(252), 6);
    expect(last?.sharpe).toBeCloseTo((0.001 / deviation) * Math.sqrt(252), 5);
    expect(last?.beta).toBeCloseTo(2, 6);
  });

  it('have no beta where the benchmark is not known all along', () => {
    const marks = twice(200).map((each, i) =>
      i === 150 ? mark(each.session, 100_000, null) : each,
    );
    const last = rollingRows(curveOf(marks), benchmarkCloses(marks)).at(-1);
    expect(last?.beta).toBeNull();
    expect(last?.volatility).not.toBeNull();
  });
});
