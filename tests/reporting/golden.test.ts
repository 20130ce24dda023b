import { describe, expect, it } from 'vitest';
import { renderCsvFiles } from '../../src/reporting/csv-files.ts';
import { documentMarkdown } from '../../src/reporting/document.ts';
import { renderHtml } from '../../src/reporting/html.ts';
import { renderJson } from '../../src/reporting/json.ts';
import { dailyDocument } from '../../src/reporting/markdown.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { summaryLines } from '../../src/reporting/summary.ts';
import { brokenDay, busyDay, quietDay } from './days.ts';

const DAYS = { busy: busyDay, quiet: quietDay, broken: brokenDay };

describe('the report of', () => {
  it.each(Object.entries(DAYS))('a %s day is the one on file', async (name, story) => {
    const report = buildDailyReport(story().input('2026-03-05'));
    const files = [
      { name: 'report.md', text: documentMarkdown(dailyDocument(report)) },
      { name: 'report.json', text: renderJson(report) },
      { name: 'summary.txt', text: `${summaryLines(report).join('\n')}\n` },
      { name: 'report.html', text: (await renderHtml(dailyDocument(report))).html },
      ...renderCsvFiles(report),
    ];
    for (const file of files) {
      await expect(file.text).toMatchFileSnapshot(`../golden/reports/${name}/${file.name}`);
    }
  });
});
