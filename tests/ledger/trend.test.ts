import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SessionDate, sessionDate, utcMsToDate } from '../../src/domain/time.ts';
import type { EquityPoint } from '../../src/ledger/metrics-curve.ts';
import { sumUsd } from '../../src/ledger/metrics-trades.ts';
import { periodNameOf, periodRankOf, periodSpan } from '../../src/ledger/period.ts';
import { TRENDS } from '../../src/ledger/statistics.ts';
import { trendOf } from '../../src/ledger/trend.ts';
import { aResult } from './trade-builder.ts';

const span = () => 1;
const at = (session: string, equity: number, flow = 0): EquityPoint => ({
  session: sessionDate(session),
  equity,
  flow,
});

describe('weeks and months', () => {
  // Known dates of ISO 8601: a year's first week has its first Thursday.
  it.each([
    ['2026-01-01', '2026-W01', '2025-12-29', '2026-01-04'],
    ['2025-12-29', '2026-W01', '2025-12-29', '2026-01-04'],
    ['2021-01-01', '2020-W53', '2020-12-28', '2021-01-03'],
    ['2021-01-04', '2021-W01', '2021-01-04', '2021-01-10'],
    ['2026-03-05', '2026-W10', '2026-03-02', '2026-03-08'],
  ])('%s is in %s', (date, name, from, to) => {
    expect(periodNameOf(sessionDate(date), 'week')).toBe(name);
    expect(periodSpan(sessionDate(date), 'week')).toEqual({ from, to });
  });

  it.each([
    ['2026-02-10', '2026-02', '2026-02-01', '2026-02-28'],
    ['2024-02-29', '2024-02', '2024-02-01', '2024-02-29'],
    ['2025-12-31', '2025-12', '2025-12-01', '2025-12-31'],
  ])('%s is in %s', (date, name, from, to) => {
    expect(periodNameOf(sessionDate(date), 'month')).toBe(name);
    expect(periodSpan(sessionDate(date), 'month')).toEqual({ from, to });
  });

  it('follow each other without a gap and without an overlap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 25_000 }), fc.constantFrom(...TRENDS), (day, kind) => {
        const date = utcMsToDate(day * 86_400_000);
        const { from, to } = periodSpan(date, kind);
        expect(from <= date && date <= to).toBe(true);
        const next = utcMsToDate(Date.parse(`${to}T00:00:00Z`) + 86_400_000);
        expect(periodRankOf(next, kind)).toBe(periodRankOf(date, kind) + 1);
        expect(periodNameOf(from, kind)).toBe(periodNameOf(to, kind));
        expect(periodNameOf(next, kind)).not.toBe(periodNameOf(date, kind));
      }),
    );
  });
});

describe('the trend of a history', () => {
  const points = [
    at('2026-02-27', 1000),
    at('2026-03-02', 1100),
    at('2026-03-06', 990),
    at('2026-03-09', 1590, 600),
    at('2026-04-01', 1749),
  ];
  const trades = [
    aResult(100, { exitSession: '2026-03-02' }),
    aResult(-110, { exitSession: '2026-03-06' }),
    aResult(159, { exitSession: '2026-04-01' }),
  ];

  it('has what each week earned, deposits apart, and how deep it stood', () => {
    const rows = trendOf(points, trades, 'week', span);
    expect(rows.map(({ key, sessions, pnl }) => [key, sessions, pnl])).toEqual([
      ['2026-W10', 2, -10],
      ['2026-W11', 1, 0],
      ['2026-W14', 1, 159],
    ]);
    expect(rows[0]?.return).toBeCloseTo(-0.01, 12);
    expect(rows[0]?.drawdown).toBeCloseTo(-0.1, 12);
    expect(rows[1]?.return).toBe(0);
    expect(rows[2]?.return).toBeCloseTo(0.1, 12);
    expect(rows[2]?.drawdown).toBeCloseTo(-0.01, 12);
    expect(rows.map((row) => row.trades.closed)).toEqual([2, 0, 1]);
  });

  it('of months adds up to the same', () => {
    const rows = trendOf(points, trades, 'month', span);
    expect(rows.map(({ key, pnl }) => [key, pnl])).toEqual([
      ['2026-03', -10],
      ['2026-04', 159],
    ]);
    const growth = rows.reduce((all, row) => all * (1 + (row.return ?? 0)), 1);
    expect(growth).toBeCloseTo(0.99 * 1.1, 12);
    expect(sumUsd(rows.map((row) => row.trades.metrics.netProfit.value ?? 0))).toBe(149);
  });

  it('of a span without a close has trades and no return', () => {
    const rows = trendOf([], [aResult(5, { exitSession: '2026-05-04' })], 'month', span);
    expect(rows).toMatchObject([
      { key: '2026-05', sessions: 0, return: null, pnl: null, drawdown: null },
    ]);
    expect(trendOf([], [], 'week', span)).toEqual([]);
  });

  it('neither loses nor invents money, whatever the curve', () => {
    const step = fc.record({ earned: fc.integer({ min: -200, max: 200 }), flow: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        let equity = 10_000;
        const curve: EquityPoint[] = [at('2026-01-02', equity)];
        steps.forEach(({ earned, flow }, i) => {
          equity += earned + flow;
          const session = utcMsToDate(Date.UTC(2026, 0, 5 + i)) as SessionDate;
          curve.push({ session, equity, flow });
        });
        const earned = steps.reduce((all, one) => all + one.earned, 0);
        for (const by of TRENDS) {
          const rows = trendOf(curve, [], by, span);
          expect(rows.reduce((all, row) => all + (row.pnl ?? 0), 0)).toBeCloseTo(earned, 6);
          expect(rows.reduce((all, row) => all + row.sessions, 0)).toBe(steps.length);
        }
      }),
    );
  });
});
