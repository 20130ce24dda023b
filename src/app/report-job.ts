import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { writeAtomic } from '../adapters/file/atomic-file.ts';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import { HORIZON, nextSession } from '../calendar/nyse.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { RunRecord } from '../domain/run.ts';
import type { EpochMs, Session, SessionDate } from '../domain/time.ts';
import type { EventOf } from '../events/event.ts';
import type { HistoryReader } from '../ports/history.ts';
import { type ReportFile, renderCsvFiles } from '../reporting/csv-files.ts';
import { documentMarkdown, type ReportDocument } from '../reporting/document.ts';
import { renderJson } from '../reporting/json.ts';
import { dailyDocument } from '../reporting/markdown.ts';
import { buildDailyReport, type DailyReport } from '../reporting/report.ts';
import type { ReportFacts, ReportLimits } from '../reporting/report-input.ts';
import { summaryLines } from '../reporting/summary.ts';
import type { System } from './compose.ts';
import { DayReader } from './day-reading.ts';
import type { ReportOutcome } from './jobs.ts';

export const REPORT_FORMATS = ['md', 'csv', 'json', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What a daily report is made from. */
export interface ReportRequest {
  readonly reader: HistoryReader;
  /** Reads day after day from where it left off; one that reads from the beginning where it is left out. */
  readonly days?: DayReader;
  readonly session: Session;
  /** Now: before the close the report is preliminary. */
  readonly asOf: EpochMs;
  readonly limits: ReportLimits;
  /** The market behind the numbers: "synthetic market, seed 1". */
  readonly dataLabel: string;
}

/** A file of a report as it was written. */
export interface WrittenFile {
  readonly path: string;
  /** Of its content, in hex. */
  readonly sha256: string;
}

/**
 * The report of a session from the journal alone: what came after the day is not in it, so that it is the same
 * whenever it is asked for. Throws RECORD_UNKNOWN where the journal knows nothing up to that day.
 */
export async function readDailyReport(request: ReportRequest): Promise<DailyReport> {
  const { reader, session, asOf, limits, dataLabel } = request;
  const day = await (request.days ?? new DayReader(reader)).read(session);
  if (day === null) {
    throw new Failure('RECORD_UNKNOWN', `nothing is recorded up to ${session.date}`, {
      hint: 'see which days there are: trade-labs runs',
    });
  }
  return buildDailyReport({
    session,
    asOf,
    previousSession: day.previousSession,
    nextSession: session.date < HORIZON.to ? nextSession(session.date) : null,
    facts: { ...originOf(day.opened, day.lastRun), dataLabel, limits },
    runs: day.runs,
    trades: day.trades,
    events: day.events,
    breaks: day.breaks,
  });
}

/** Who made the numbers, by the journal: the newest run, else the home's first event. */
function originOf(
  opened: EventOf<'history.opened'>,
  lastRun: RunRecord | null,
): Omit<ReportFacts, 'dataLabel' | 'limits'> {
  const { mode, account, version } = lastRun ?? opened;
  const { identity = '', configHash = '' } = lastRun ?? {};
  return { identity, mode, account, version, configHash };
}

/** The limits of a configuration that a report shows. */
export const reportLimits = ({ risk, sizing }: Config): ReportLimits => ({
  dailyLossFraction: risk.dailyLossFraction,
  hardDailyLossFraction: risk.hardDailyLossFraction,
  maxDrawdownFraction: risk.maxDrawdownFraction,
  maxGrossFraction: risk.maxGrossFraction,
  maxOpenRiskFraction: risk.maxOpenRiskFraction,
  maxPositionFraction: sizing.maxPositionFraction,
  maxPositions: risk.maxPositions,
  maxEntriesPerDay: risk.maxEntriesPerDay,
});

/** The market that a home's configuration names, in the words of its source of bars. */
export const dataLabelOf = ({ data }: Config, home: string): string =>
  data.source === 'synthetic'
    ? `synthetic market, seed ${data.synthetic.seed}`
    : `bars in ${join(home, data.barsDir)}`;

/**
 * The files of a report in the given formats: report.md; report.csv and its tables; report.json; report.html and its
 * charts. What draws is loaded when HTML is asked for.
 */
export async function reportFiles(
  report: DailyReport,
  formats: readonly ReportFormat[],
): Promise<ReportFile[]> {
  const document = dailyDocument(report);
  return [
    ...(formats.includes('md') ? [{ name: 'report.md', text: documentMarkdown(document) }] : []),
    ...(formats.includes('csv') ? renderCsvFiles(report) : []),
    ...(formats.includes('json') ? [{ name: 'report.json', text: renderJson(report) }] : []),
    ...(formats.includes('html') ? await htmlFiles(document) : []),
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

/** Where the daily report of a session belongs, relative to the home or run folder. */
export const dailyReportPath = (session: SessionDate): string => join('reports', 'daily', session);

/** The report job: builds the day's report, writes its files and journals what was written. */
export async function writeDailyReport(system: System, session: Session): Promise<ReportOutcome> {
  const { clock, config, days, history, outputDir, reader, source } = system;
  const report = await readDailyReport({
    reader,
    days,
    session,
    asOf: clock.now(),
    limits: reportLimits(config),
    dataLabel: source.label,
  });
  const folder = dailyReportPath(session.date);
  const files = await reportFiles(report, config.report.formats);
  const written = writeReportFiles(join(outputDir, folder), files);
  await history.append(
    files.map(({ name }, i) => ({
      type: 'report.written' as const,
      at: clock.now(),
      runId: null,
      period: 'daily',
      session: session.date,
      path: `reports/daily/${session.date}/${name}`,
      sha256: written[i]?.sha256 ?? '',
    })),
  );
  return { paths: written.map(({ path }) => path), summary: summaryLines(report) };
}
