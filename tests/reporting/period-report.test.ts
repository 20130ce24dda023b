import { describe, expect, it } from 'vitest';
import { sessionDate } from '../../src/domain/time.ts';
import { sumUsd } from '../../src/ledger/metrics-trades.ts';
import { documentMarkdown } from '../../src/reporting/document.ts';
import { renderHtml } from '../../src/reporting/html.ts';
import { renderJson } from '../../src/reporting/json.ts';
import { periodCsvFiles } from '../../src/reporting/period-csv.ts';
import { periodDocument } from '../../src/reporting/period-document.ts';
import { monthsUpTo, periodReturns } from '../../src/reporting/period-returns.ts';
import { extremesOf } from '../../src/reporting/period-trades.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { summaryLines } from '../../src/reporting/summary.ts';
import { brokenDay, busyDay, quietDay } from './days.ts';
import { periodReport } from './period-days.ts';
import { Story } from './story.ts';

const DAY = '2026-03-05';

describe('a week', () => {
  it('is told in one sentence, first in every form', async () => {
    const report = periodReport(busyDay(), 'weekly', DAY, ['2026-03-06', '17:00']);
    expect(report.sentence).toMatch(
      /^2026-W10: \+\$\d+\.\d\d \(\+0\.\d\d %\), 2 trades 1W\/1L, 1 position, all matched\./,
    );
    expect(documentMarkdown(periodDocument(report)).split('\n')[0]).toBe(report.sentence);
    expect(summaryLines(report)).toHaveLength(6);
    expect(summaryLines(report)[0]).toBe(report.sentence);
    expect((await renderHtml(periodDocument(report))).html).toContain(
      `<h1>${report.sentence}</h1>`,
    );
  });

  it('has a bridge that is the sum of those of its days', () => {
    const story = busyDay();
    const week = periodReport(story, 'weekly', DAY);
    const days = ['2026-03-04', DAY].map((date) => buildDailyReport(story.input(date)));
    for (const row of week.bridge.rows ?? []) {
      const own = days.map(({ bridge }) => bridge.rows?.find(({ id }) => id === row.id)?.amount);
      // The deposit that began the account came before the first day.
      const first = row.id === 'deposits' ? 100_000 : 0;
      expect(sumUsd([...own.map((value) => value ?? 0), first])).toBe(row.amount);
    }
    expect(week.bridge.unexplained).toBe(0);
    expect(week.days.map(({ session, trades }) => [session, trades])).toEqual([
      ['2026-03-02', 0],
      ['2026-03-03', 0],
      ['2026-03-04', 0],
      [DAY, 2],
    ]);
  });

  it('is preliminary until its last session has closed', () => {
    const at = (date: string, time: string) =>
      periodReport(quietDay(), 'weekly', DAY, [date, time]).preliminary;
    expect([at(DAY, '17:00'), at('2026-03-06', '15:59'), at('2026-03-06', '16:00')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('shows what is wrong at its end, worst first, with no day of it hidden', () => {
    const { attention, operations, pipeline } = periodReport(brokenDay(), 'weekly', DAY);
    const codes = attention.map(({ code }) => code);
    expect(codes[0]).toBe('ORDER_UNKNOWN');
    expect(codes).toEqual(expect.arrayContaining(['UNPROTECTED', 'BREAK_OPEN', 'UNEXPLAINED']));
    expect(operations).toMatchObject({ jobsFailed: 1, jobsMissed: 1, openBreaks: 2 });
    expect(operations.alerts).toEqual({ BROKER_SILENT: 1 });
    expect(pipeline).toMatchObject({ scans: 1, denials: { OPEN_RISK: 1 } });
  });

  it('without anything in it is still a report', () => {
    const report = periodReport(new Story(), 'monthly', DAY);
    expect(report.sentence).toMatch(/^PRELIMINARY 2026-03: P&L n\/a, no trades, no positions/);
    const markdown = documentMarkdown(periodDocument(report));
    for (const heading of ['Account', 'Day by day', 'Closed trades', 'Pipeline', 'Operations']) {
      expect(markdown).toContain(`## ${heading}`);
    }
  });
});

describe('the forms of a week', () => {
  it.each([busyDay, quietDay, brokenDay])('have the same bytes each time', async (day) => {
    const bytes = async () => {
      const report = periodReport(day(), 'weekly', DAY);
      const { html } = await renderHtml(periodDocument(report));
      return [renderJson(report), html, ...periodCsvFiles(report).map(({ text }) => text)];
    };
    expect(await bytes()).toEqual(await bytes());
  });

  it('are the ones on file', async () => {
    const report = periodReport(busyDay(), 'weekly', DAY, ['2026-03-06', '17:00']);
    const files = [
      { name: 'report.md', text: documentMarkdown(periodDocument(report)) },
      { name: 'report.json', text: renderJson(report) },
      { name: 'report.html', text: (await renderHtml(periodDocument(report))).html },
      ...periodCsvFiles(report),
    ];
    for (const { name, text } of files) {
      await expect(text).toMatchFileSnapshot(`../golden/reports/week/${name}`);
    }
  });
});

describe('returns up to a day', () => {
  const at = (session: string, equity: number, flow = 0) => ({
    session: sessionDate(session),
    equity,
    flow,
  });
  const points = [
    at('2025-12-01', 100),
    at('2025-12-31', 110),
    at('2026-02-27', 121),
    at('2026-03-02', 242, 121),
    at('2026-03-04', 217.8),
  ];

  it('are time-weighted from the close before each span, absent where the history is younger', () => {
    const returns = periodReturns(points, sessionDate('2026-03-02'), sessionDate('2026-03-08'));
    expect(returns.span).toBeCloseTo(-0.1, 12);
    expect(returns.monthToDate).toBeCloseTo(-0.1, 12);
    expect(returns.threeMonths).toBeCloseTo(0.089, 12);
    expect(returns.yearToDate).toBeCloseTo(-0.01, 12);
    expect(returns.sixMonths).toBeNull();
    expect(returns.oneYear).toBeNull();
    expect(returns.sinceStart).toBeCloseTo(0.089, 12);
    expect(returns.drawdown).toBeCloseTo(-0.1, 12);
    expect(returns.deepest).toBeCloseTo(-0.1, 12);
    expect(returns.sessionsUnderWater).toBe(1);
  });

  it.each([
    ['2026-03-31', 1, '2026-03-01'],
    ['2024-02-29', 3, '2023-12-01'],
    ['2026-01-15', 3, '2025-10-16'],
    ['2026-05-30', 3, '2026-02-28'],
    ['2025-12-31', 12, '2025-01-01'],
  ])('up to %s, %i months begin on %s', (date, months, expected) => {
    expect(monthsUpTo(sessionDate(date), months)).toBe(expected);
  });

  it('over months are those of the months, also where the last one ends on a weekend', () => {
    const story = new Story();
    story.open('2025-08-28', 10_000);
    const closes = ['2025-08-29', '2025-09-30', '2025-10-31', '2025-11-28'];
    for (const [i, session] of closes.entries()) {
      story.cash([session, '15:00'], 'dividend', 100 * (i + 1), 'x');
      story.mark([session, '16:00'], 'close', {});
    }
    const { returns, months } = periodReport(story, 'monthly', '2025-11-28');
    const [, ...three] = months.map((month) => 1 + (month.return ?? 0));
    expect(returns.threeMonths).toBeCloseTo(three.reduce((a, b) => a * b) - 1, 12);
    expect(returns.threeMonths).toBeCloseTo(11_000 / 10_100 - 1, 12);
  });
});

describe('best and worst', () => {
  it('are winners and losers only, the furthest out first', () => {
    const { closedTrades } = periodReport(busyDay(), 'weekly', DAY);
    const { best, worst } = extremesOf(closedTrades, 5);
    expect(best.map(({ symbol }) => symbol)).toEqual(['AAPL']);
    expect(worst.map(({ symbol }) => symbol)).toEqual(['NVDA']);
  });
});
