import { previousSession, sessionsBetween } from '../../src/calendar/nyse.ts';
import { assertExists } from '../../src/domain/result.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { periodNameOf, periodSpan } from '../../src/ledger/period.ts';
import { Traded } from '../../src/ledger/traded.ts';
import { collectDay } from '../../src/reporting/day-events.ts';
import { buildPeriodReport, type PeriodReport } from '../../src/reporting/period-report.ts';
import type { PeriodReportInput } from '../../src/reporting/report-input.ts';
import { clock, FACTS, type Story } from './story.ts';

/** The input of a week's or month's report of a story, as asked for at a time in New York of its last day. */
export function periodInput(
  story: Story,
  kind: PeriodReportInput['kind'],
  date: string,
  asOf: readonly [string, string] = [date, '17:00'],
): PeriodReportInput {
  const unit = kind === 'weekly' ? 'week' : 'month';
  const { from, to } = periodSpan(sessionDate(date), unit);
  const sessions = sessionsBetween(from, to);
  const now = clock(...asOf);
  const last = assertExists(
    sessions.findLast(({ openAt }) => openAt <= now),
    'a session has begun',
  );
  const first = assertExists(sessions[0], 'a span has sessions').date;
  const collector = collectDay(last.date, previousSession(first).date);
  for (const event of story.events) collector.add(event);
  const isIn = (session: string) => session >= from && session <= last.date;
  return {
    kind,
    name: periodNameOf(sessionDate(date), unit),
    from,
    to,
    sessions,
    last,
    asOf: now,
    previousSession: previousSession(last.date).date,
    nextSession: null,
    facts: FACTS,
    runs: [...story.runs.values()].filter(({ session }) => isIn(session)),
    trades: [...story.trades.values()],
    traded: Traded.of(story.events),
    events: collector.result(),
    breaks: story.book.breaks(),
  };
}

export const periodReport = (
  story: Story,
  kind: PeriodReportInput['kind'],
  date: string,
  asOf?: readonly [string, string],
): PeriodReport => buildPeriodReport(periodInput(story, kind, date, asOf));
