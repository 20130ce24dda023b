import { join } from 'node:path';
import { HORIZON, nextSession } from '../calendar/nyse.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { EpochMs, Session, SessionDate } from '../domain/time.ts';
import { buildPeriodReport, type PeriodReport } from '../reporting/period-report.ts';
import { buildDailyReport, type DailyReport } from '../reporting/report.ts';
import type { ReportFacts, ReportLimits } from '../reporting/report-input.ts';
import { summaryLines } from '../reporting/summary.ts';
import type { System } from './compose.ts';
import type { ReportOutcome } from './jobs.ts';
import { limitsIn, reportLimits } from './report-facts.ts';
import { reportFiles, writeReportFiles } from './report-files.ts';
import { type Period, type ReportSpan, spanOf } from './report-span.ts';
import type { SpanReading, SpanSource } from './span-reading.ts';

/** What a daily report is made from. */
export interface ReportRequest extends SpanSource {
  readonly session: Session;
  /** Now: before the close the report is preliminary. */
  readonly asOf: EpochMs;
  /** Limits and the market behind the numbers where no run wrote them down, as early versions did not. */
  readonly limits: ReportLimits;
  readonly dataLabel: string;
}

/**
 * The report of a session from the journal alone: what came after the day is not in it, so that it is the same
 * whenever it is asked for. Throws RECORD_UNKNOWN where the journal knows nothing up to that day.
 */
export async function readDailyReport(request: ReportRequest): Promise<DailyReport> {
  const { spans, lastSeq, session, asOf } = request;
  const day = await spans.read(session.date, session.date, lastSeq);
  if (day === null) {
    throw nothingUpTo(session.date);
  }
  return buildDailyReport({
    session,
    asOf,
    previousSession: day.previousSession,
    nextSession: session.date < HORIZON.to ? nextSession(session.date) : null,
    facts: factsOf(day, request),
    runs: day.runs,
    trades: day.trades,
    losingStreak: day.losingStreak,
    events: day.events,
    breaks: day.breaks,
  });
}

/** Who made the numbers, with which data and limits, by the journal: the newest run, else the home's first event. */
function factsOf(
  { opened, lastRun, runFacts }: Pick<SpanReading, 'opened' | 'lastRun' | 'runFacts'>,
  fallback: Pick<ReportRequest, 'limits' | 'dataLabel'>,
): ReportFacts {
  const { mode, account, version } = lastRun ?? opened;
  const { identity = '', configHash = '' } = lastRun ?? {};
  const { limits } = fallback;
  const dataLabel = runFacts?.dataLabel ?? fallback.dataLabel;
  const origin = { identity, mode, account, version, configHash, dataLabel };
  return { ...origin, limits: limitsIn(runFacts?.limits ?? {}) ?? limits };
}

/** The market that a home's configuration names, in the words of its source of bars. */
export const dataLabelOf = ({ data }: Config, home: string): string =>
  data.source === 'synthetic'
    ? `synthetic market, seed ${data.synthetic.seed}`
    : `bars in ${join(home, data.barsDir)}`;

/** What a weekly or monthly report is made from. */
export interface PeriodRequest extends Omit<ReportRequest, 'session'> {
  readonly span: ReportSpan;
}

/**
 * The report of a week or month from the journal alone: what came after its last day is not in it. Throws
 * RECORD_UNKNOWN where the journal knows nothing up to then.
 */
export async function readPeriodReport(request: PeriodRequest): Promise<PeriodReport> {
  const { spans, lastSeq, span, asOf } = request;
  const { last, sessions } = span;
  const reading = await spans.read(sessions[0]?.date ?? last.date, last.date, lastSeq);
  if (reading === null) throw nothingUpTo(span.to);
  return buildPeriodReport({
    ...span,
    asOf,
    previousSession: reading.previousSession,
    nextSession: last.date < HORIZON.to ? nextSession(last.date) : null,
    facts: factsOf(reading, request),
    runs: reading.runs,
    trades: reading.trades,
    traded: reading.traded,
    events: reading.events,
    breaks: reading.breaks,
  });
}

const nothingUpTo = (date: SessionDate): Failure =>
  new Failure('RECORD_UNKNOWN', `nothing is recorded up to ${date}`, {
    hint: 'see which days there are: trade-labs runs',
  });

/** Where a report belongs, relative to the home or run folder: "reports/weekly/2026-W10". */
export const reportPath = (period: Period, name: string): string => join('reports', period, name);

/**
 * The report job: builds the report of a session, or of the week or month it is the last session of, writes its files
 * and journals what was written. Null where the week or month goes on after the session.
 */
export async function writeReport(
  system: System,
  session: Session,
  period: Period,
): Promise<ReportOutcome | null> {
  const { book, clock, config, history, outputDir, source } = system;
  const common = {
    spans: system.spans[period],
    lastSeq: book.seq,
    asOf: clock.now(),
    limits: reportLimits(config),
    dataLabel: source.label,
  };
  const span = period === 'daily' ? null : spanOf(session.date, period, clock.now());
  if (period !== 'daily' && span?.sessions.at(-1)?.date !== session.date) return null;
  const report =
    span === null
      ? await readDailyReport({ ...common, session })
      : await readPeriodReport({ ...common, span });
  const name = span?.name ?? session.date;
  const files = await reportFiles(report, config.report.formats);
  const written = writeReportFiles(join(outputDir, reportPath(period, name)), files);
  await history.append(
    files.map((file, i) => ({
      type: 'report.written' as const,
      at: clock.now(),
      runId: null,
      period,
      session: session.date,
      path: `reports/${period}/${name}/${file.name}`,
      sha256: written[i]?.sha256 ?? '',
    })),
  );
  return { paths: written.map(({ path }) => path), summary: summaryLines(report) };
}
