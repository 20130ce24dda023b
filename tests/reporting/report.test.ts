import { describe, expect, it } from 'vitest';
import { sessionDate } from '../../src/domain/time.ts';
import { renderCsvFiles } from '../../src/reporting/csv-files.ts';
import { documentMarkdown } from '../../src/reporting/document.ts';
import { renderJson } from '../../src/reporting/json.ts';
import { dailyDocument } from '../../src/reporting/markdown.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { summaryLines } from '../../src/reporting/summary.ts';
import { brokenDay, busyDay, quietDay } from './days.ts';
import { Story, symbol } from './story.ts';

const DAY = '2026-03-05';
const report = (story: Story, time?: string) => buildDailyReport(story.input(DAY, time));

describe('the day in one sentence', () => {
  it('is the first line of every form', () => {
    const busy = report(busyDay());
    expect(busy.sentence).toMatch(
      /^2026-03-05 Thu: \+\$\d+\.\d\d \(\+0\.05 %\), 2 trades 1W\/1L, 1 position, all matched\.$/,
    );
    expect(documentMarkdown(dailyDocument(busy)).split('\n')[0]).toBe(busy.sentence);
    expect(summaryLines(busy)[0]).toBe(busy.sentence);
    expect(summaryLines(busy)).toHaveLength(6);
    expect(JSON.parse(renderJson(busy)).sentence).toBe(busy.sentence);
  });

  it('says when numbers will still change', () => {
    const early = report(quietDay(), '15:59');
    expect(early.preliminary).toBe(true);
    expect(early.sentence).toMatch(/^PRELIMINARY 2026-03-05 Thu: /);
    expect(documentMarkdown(dailyDocument(early))).toContain('**PRELIMINARY');
    expect(report(quietDay(), '16:00').preliminary).toBe(false);
  });

  it('of a day of which nothing is known does not pretend', () => {
    const empty = report(new Story());
    expect(empty.sentence).toBe(
      '2026-03-05 Thu: P&L n/a, no trades, no positions, not reconciled. 2 things need you.',
    );
    expect(empty.bridge).toMatchObject({ rows: null, unexplained: null });
    expect(documentMarkdown(dailyDocument(empty))).toContain(
      'No bridge: the account was not marked in this session.',
    );
  });
});

describe('the account bridge', () => {
  it('shows an undeclared fee as unexplained, and nowhere else', () => {
    const story = quietDay();
    story.mark([DAY, '16:30'], 'close', {}, { equityError: -0.01 });
    const { bridge, attention } = report(story);
    expect(bridge.unexplained).toBe(-0.01);
    expect(bridge.isFinding).toBe(true);
    expect(bridge.rows?.every(({ amount: value }) => value === 0)).toBe(true);
    expect(attention.map(({ code }) => code)).toContain('UNEXPLAINED');
  });

  it('says to the second which mark it goes to while the session is open', () => {
    const story = new Story();
    story.open('2026-03-03', 100_000);
    story.mark(['2026-03-04', '16:00'], 'close', {});
    story.mark([DAY, '11:30'], 'run', {});
    expect(report(story, '12:00').bridge.to).toBe('last mark of 2026-03-05, 11:30:00');
  });

  it('lets a broker differ by up to a dollar before it is a finding', () => {
    const differing = (error: number) => {
      const story = quietDay();
      story.mark([DAY, '16:30'], 'close', {}, { equityError: error });
      return buildDailyReport(story.input(DAY, '17:00', { mode: 'paper' })).bridge.isFinding;
    };
    expect([differing(1), differing(-1), differing(1.01)]).toEqual([false, false, true]);
  });

  it('starts at nothing when the account begins with a deposit that day', () => {
    const story = new Story();
    story.cash([DAY, '09:00'], 'deposit', 50_000, 'first');
    story.mark([DAY, '16:00'], 'close', {}, { flow: 50_000, equityError: 25 });
    const { bridge, performance } = report(story);
    expect(bridge).toMatchObject({ startEquity: 0, flow: 50_000, pnl: 25, unexplained: 25 });
    expect(performance.day).toBeCloseTo(0.0005, 12);
  });

  it('has no number where a position has no mark', () => {
    const story = quietDay();
    story.bracket([DAY, '15:00'], `${DAY}/scan-open/AAPL`, { quantity: 10, limit: 101, stop: 95 });
    story.fill([DAY, '15:00'], `${DAY}/scan-open/AAPL/entry/1`, 10, 100);
    const story2 = story.input(DAY);
    const marks = story2.events.marks.map((mark) => ({ ...mark, seq: story.events.length }));
    const blind = buildDailyReport({ ...story2, events: { ...story2.events, marks } });
    expect(blind.bridge).toMatchObject({ unexplained: null, reason: 'a position has no mark' });
    expect(blind.positions[0]).toMatchObject({ mark: null, value: null, openRisk: null });
    expect(blind.attention.map(({ code }) => code)).toContain('NO_MARK');
  });

  it('counts what was sold of a trade on earlier days once', () => {
    const story = new Story();
    story.open('2026-03-03', 10_000);
    const base = '2026-03-04/scan-open/AAPL';
    story.bracket(['2026-03-04', '09:30'], base, { quantity: 20, limit: 101, stop: 90 });
    story.fill(['2026-03-04', '09:30'], `${base}/entry/1`, 20, 100);
    story.order(
      ['2026-03-04', '12:00'],
      `${base}/exit/1`,
      { quantity: 5 },
      { exitReason: 'signal' },
    );
    story.fill(['2026-03-04', '12:00'], `${base}/exit/1`, 5, 104);
    story.mark(['2026-03-04', '16:00'], 'close', { AAPL: 103 });
    story.order([DAY, '12:00'], `${base}/exit/2`, { quantity: 15 }, { exitReason: 'signal' });
    story.fill([DAY, '12:00'], `${base}/exit/2`, 15, 106);
    story.closeTrades([DAY, '16:00']);
    story.mark([DAY, '16:00'], 'close', {});
    const closed = report(story);
    expect(closed.bridge.tie).toMatchObject({
      closedTrades: 110,
      otherTrades: 0,
      lessEarlier: -20,
      stillOpen: 0,
      realizedGross: 90,
      mismatched: [],
    });
    expect(closed.bridge.unexplained).toBe(0);
    expect(documentMarkdown(dailyDocument(closed))).toContain(
      'Realised +$90.00 = closed trades +$110.00 + trades outside the table $0.00 - realised on earlier days +$20.00',
    );
  });
});

describe('what needs you', () => {
  it('names an unanswered order first, and everything else that is wrong', () => {
    const codes = report(brokenDay()).attention.map(({ code }) => code);
    expect(codes[0]).toBe('ORDER_UNKNOWN');
    expect(codes).toEqual(
      expect.arrayContaining([
        'UNPROTECTED',
        'UNEXPLAINED',
        'RUN_FAILED',
        'BROKER_SILENT',
        'ORDER_REJECTED',
        'STALE_MARK',
        'BREAK_OPEN',
        'COMMISSION_OPEN',
        'SLOT_MISSED',
      ]),
    );
  });

  it('leaves out alerts that somebody took note of, and tells one that came again once', () => {
    const alerts = (build: (story: ReturnType<typeof busyDay>) => void): string[] => {
      const story = busyDay();
      const raise = (time: string, message: string): void => {
        story.add('alert.raised', [DAY, time], { level: 'warning', code: 'JOB_FAILED', message });
      };
      raise('10:00', 'one');
      raise('10:01', 'two');
      raise('10:02', 'one');
      build(story);
      return report(story)
        .attention.filter(({ code }) => code === 'JOB_FAILED')
        .map(({ text }) => text.slice(0, 3));
    };
    expect(alerts(() => {})).toEqual(['one', 'two']);
    const noted = alerts((story) => {
      const last = story.events.at(-1)?.seq ?? 0;
      story.add('alert.acknowledged', [DAY, '10:05'], { alerts: [last], by: 'me' });
    });
    expect(noted).toEqual(['two']);
  });

  it('sees a fill that no order of ours asked for, and a sale of more than we own', () => {
    const story = busyDay();
    const input = story.input(DAY);
    const strange = {
      ...input.events.today.find(({ type }) => type === 'fill.recorded'),
      seq: story.events.length + 1,
      execId: 'foreign-1',
      orderRef: 'TWS/manual/MSFT/exit',
      symbol: symbol('MSFT'),
      side: 'sell',
      quantity: 20,
    } as (typeof input.events.today)[number];
    const events = { ...input.events, today: [...input.events.today, strange] };
    const { attention, notes } = buildDailyReport({ ...input, events });
    const codes = attention.map(({ code }) => code);
    expect(codes).toContain('FOREIGN_FILL');
    expect(codes).toContain('OVERSOLD');
    expect(notes.some((note) => note.includes('after the last mark'))).toBe(true);
  });
});

describe('the same input', () => {
  it.each([busyDay, quietDay, brokenDay])('gives the same bytes', (day) => {
    const bytes = () => {
      const built = report(day());
      return [
        documentMarkdown(dailyDocument(built)),
        renderJson(built),
        ...renderCsvFiles(built).map(({ text }) => text),
      ];
    };
    expect(bytes()).toEqual(bytes());
  });

  it('asked for later, after the report itself was journalled, is the same report', () => {
    const story = busyDay();
    const first = renderJson(report(story, '17:00'));
    story.startRun([DAY, '17:00'], 'report', 'report');
    story.add('report.written', [DAY, '17:00'], {
      period: 'daily',
      session: sessionDate(DAY),
      path: 'reports/daily/2026-03-05',
      sha256: 'ab'.repeat(32),
    });
    story.endRun([DAY, '17:00:01']);
    story.cash(['2026-03-06', '10:00'], 'fee', -3, 'of the next day');
    expect(renderJson(report(story, '20:00'))).toBe(first);
  });
});

describe('two round trips of one entry order', () => {
  it('are told apart in how the realised row follows from the closed trades', () => {
    const story = new Story();
    const sent = `${DAY}/scan-open/AAA`;
    story.open('2026-03-04', 10_000);
    story.bracket([DAY, '09:30'], sent, { quantity: 100, limit: 11, stop: 9 });
    story.fill([DAY, '09:30'], `${sent}/entry/1`, 40, 10);
    story.fill([DAY, '10:00'], `${sent}/stop/1`, 40, 9);
    story.fill([DAY, '10:01'], `${sent}/entry/1`, 60, 10);
    story.fill([DAY, '10:02'], `${sent}/stop/1`, 60, 8.5);
    story.mark([DAY, '16:00'], 'close', {});
    const { bridge, closedTrades } = report(story);
    expect(closedTrades.map(({ grossPnl }) => grossPnl)).toEqual([-40, -90]);
    expect(bridge.tie).toEqual({
      closedTrades: -130,
      otherTrades: 0,
      lessEarlier: 0,
      stillOpen: 0,
      realizedGross: -130,
      mismatched: [],
    });
  });
});
