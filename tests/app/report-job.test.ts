import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPORT_FORMATS, reportFiles, writeReportFiles } from '../../src/app/report-files.ts';
import { readDailyReport } from '../../src/app/report-job.ts';
import { spansOf } from '../../src/app/span-reading.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import { Failure } from '../../src/domain/failure.ts';
import { assertExists } from '../../src/domain/result.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import type { HistoryReader } from '../../src/ports/history.ts';
import { renderJson } from '../../src/reporting/json.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import type { ReportFacts } from '../../src/reporting/report-input.ts';
import { brokenDay, busyDay, quietDay } from '../reporting/days.ts';
import { clock, FACTS, type Story } from '../reporting/story.ts';

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

const readerOf = (events: readonly JournalEvent[]): HistoryReader => ({
  events: () => each(events),
  runs: () => each([]),
  trades: () => each([]),
});

const read = (
  story: Pick<Story, 'events'>,
  date = '2026-03-05',
  configured: Partial<Pick<ReportFacts, 'limits' | 'dataLabel'>> = {},
) =>
  readDailyReport({
    spans: spansOf(readerOf(story.events), 'daily'),
    session: assertExists(sessionOf(sessionDate(date)), 'a session'),
    asOf: clock(date, '17:00'),
    limits: FACTS.limits,
    dataLabel: FACTS.dataLabel,
    ...configured,
  });

const OTHERS = {
  limits: { ...FACTS.limits, maxPositions: 3, maxConsecutiveLosses: 1 },
  dataLabel: 'bars in /elsewhere',
};

describe('the report read from a journal', () => {
  it.each([busyDay, quietDay, brokenDay])('is that of its records', async (day) => {
    expect(renderJson(await read(day()))).toBe(
      renderJson(buildDailyReport(day().input('2026-03-05'))),
    );
  });

  it('is the same after later days have moved stops and closed trades', async () => {
    const story = busyDay();
    const first = renderJson(await read(story));
    const stop = '2026-03-05/scan-open/MSFT/stop/1';
    story.fill(['2026-03-06', '11:00'], stop, 12, 391.1);
    story.closeTrades(['2026-03-06', '16:00']);
    story.mark(['2026-03-06', '16:00'], 'close', {});
    expect(renderJson(await read(story))).toBe(first);
    expect((await read(story, '2026-03-06')).closedTrades).toHaveLength(1);
  });

  it('holds the limits and the data of its runs, whatever is configured by then', async () => {
    const then = renderJson(await read(busyDay()));
    expect(renderJson(await read(busyDay(), '2026-03-05', OTHERS))).toBe(then);
  });

  it('takes limits and data of today where the runs wrote none down', async () => {
    const early = busyDay().events.map((event) => {
      if (event.type !== 'run.started') return event;
      const { limits: _, dataLabel: __, ...known } = event;
      return known;
    });
    const { header, limits } = await read({ events: early }, '2026-03-05', OTHERS);
    expect(header.dataLabel).toBe('bars in /elsewhere');
    expect(limits.find(({ id }) => id === 'positions')?.limit).toBe(3);
  });

  it('is refused where nothing is recorded', async () => {
    await expect(read({ events: [] })).rejects.toMatchObject({ code: 'RECORD_UNKNOWN' });
  });
});

describe('the files of a report', () => {
  const busy = () => reportFiles(buildDailyReport(busyDay().input('2026-03-05')), REPORT_FORMATS);

  it('are those of the formats asked for', async () => {
    const report = buildDailyReport(busyDay().input('2026-03-05'));
    const names = async (...formats: (typeof REPORT_FORMATS)[number][]) =>
      (await reportFiles(report, formats)).map(({ name }) => name);
    expect(await names('md')).toEqual(['report.md']);
    expect(await names('json')).toEqual(['report.json']);
    expect(await names('html')).toEqual([
      'report.html',
      'charts/intraday.svg',
      'charts/growth.svg',
      'charts/pnl-by-trade.svg',
    ]);
    expect(await names('csv')).toEqual([
      'report.csv',
      'trades.csv',
      'orders.csv',
      'decisions.csv',
      'equity.csv',
      'executions.csv',
    ]);
  });

  it('are written whole, again and again, with nothing left beside them', async () => {
    const files = await busy();
    const dir = join(mkdtempSync(join(tmpdir(), 'report-')), 'daily', '2026-03-05');
    writeReportFiles(dir, files);
    const written = writeReportFiles(dir, files);
    const there = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
    expect(there.sort()).toEqual(files.map(({ name }) => name).sort());
    for (const { path, sha256 } of written) {
      expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
    }
  });

  it('that cannot be written say where and what to do', async () => {
    const files = await busy();
    const file = join(mkdtempSync(join(tmpdir(), 'report-')), 'file');
    writeFileSync(file, '');
    expect(() => writeReportFiles(join(file, 'daily'), files)).toThrow(Failure);
    expect(() => writeReportFiles(join(file, 'daily'), files)).toThrow(/cannot be written to/);
  });
});
