import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { writeAtomic } from '../adapters/file/atomic-file.ts';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import { Failure } from '../domain/failure.ts';
import { backtestCsvFiles, type StopRow } from '../reporting/backtest-csv.ts';
import { backtestDocument } from '../reporting/backtest-document.ts';
import type { BacktestReport, BacktestTables } from '../reporting/backtest-report.ts';
import { type ReportFile, renderCsvFiles } from '../reporting/csv-files.ts';
import { documentMarkdown, type ReportDocument } from '../reporting/document.ts';
import { renderBacktestJson, renderJson } from '../reporting/json.ts';
import { dailyDocument } from '../reporting/markdown.ts';
import { periodCsvFiles } from '../reporting/period-csv.ts';
import { periodDocument } from '../reporting/period-document.ts';
import type { PeriodReport } from '../reporting/period-report.ts';
import type { DailyReport } from '../reporting/report.ts';

export const REPORT_FORMATS = ['md', 'csv', 'json', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A file of a report as it was written. */
export interface WrittenFile {
  readonly path: string;
  /** Of its content, in hex. */
  readonly sha256: string;
}

/** A report of a day, a week or a month. */
export type AnyReport = DailyReport | PeriodReport;

/**
 * The files of a report in the given formats: report.md; report.csv and its tables; report.json; report.html and its
 * charts. What draws is loaded when HTML is asked for.
 */
export async function reportFiles(
  report: AnyReport,
  formats: readonly ReportFormat[],
): Promise<ReportFile[]> {
  const daily = report.kind === 'daily';
  const document = daily ? dailyDocument(report) : periodDocument(report);
  return [
    ...(formats.includes('md') ? [{ name: 'report.md', text: documentMarkdown(document) }] : []),
    ...(formats.includes('csv') ? (daily ? renderCsvFiles(report) : periodCsvFiles(report)) : []),
    ...(formats.includes('json') ? [{ name: 'report.json', text: renderJson(report) }] : []),
    ...(formats.includes('html') ? await htmlFiles(document) : []),
  ];
}

/** The files of a tear sheet: report.md, report.csv and the tables, report.json; with `html` report.html and charts. */
export async function backtestFiles(
  report: BacktestReport,
  tables: BacktestTables,
  stops: readonly StopRow[],
  html: boolean,
): Promise<ReportFile[]> {
  const document = backtestDocument(report, tables);
  return [
    { name: 'report.md', text: documentMarkdown(document) },
    ...backtestCsvFiles(report, tables, stops),
    { name: 'report.json', text: renderBacktestJson(report) },
    ...(html ? await htmlFiles(document) : []),
  ];
}

async function htmlFiles(document: ReportDocument): Promise<ReportFile[]> {
  const { renderHtml } = await import('../reporting/html.ts');
  const { chartFile } = await import('../reporting/chart-svg.ts');
  const { html, charts } = await renderHtml(document);
  return [
    { name: 'report.html', text: html },
    ...charts.map(({ id, svg }) => ({ name: `charts/${id}.svg`, text: chartFile(svg) })),
  ];
}

/**
 * Puts the files into a folder, each whole or not at all. Files of other formats from before stay. Throws
 * CANNOT_WRITE.
 */
export function writeReportFiles(dir: string, files: readonly ReportFile[]): WrittenFile[] {
  try {
    return files.map(({ name, text }) => {
      const path = join(dir, name);
      nodeFileSystem.makeFolder(dirname(path));
      writeAtomic(nodeFileSystem, path, text);
      return { path, sha256: createHash('sha256').update(text).digest('hex') };
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('CANNOT_WRITE', `the report cannot be written to ${dir}`, {
      details: [why],
      hint: 'write it elsewhere: --out DIR',
      cause: error,
    });
  }
}
