import { instantOf } from '../calendar/nyse.ts';
import type { JournalEvent } from '../events/event.ts';
import { attentionOf } from './attention.ts';
import { accountMoves } from './day-book.ts';
import type { DayOrder } from './day-orders.ts';
import { positionRows } from './open-positions.ts';
import type { PeriodReport } from './period-report.ts';
import type { PeriodReportInput } from './report-input.ts';

type Found = Pick<PeriodReport, 'bridge' | 'reconciliation' | 'execution' | 'openTrades'> & {
  readonly end: PeriodReportInput['events']['marks'][number] | null;
  readonly folded: readonly DayOrder[];
};

/** What is held at the end, and what needs somebody then. */
export function standingOf(
  { last, asOf, previousSession, runs, events }: PeriodReportInput,
  { end, bridge, reconciliation, execution, folded, openTrades }: Found,
) {
  const moves = accountMoves(events, end?.seq ?? 0, Number.MAX_SAFE_INTEGER);
  const positions = positionRows(moves.after, {
    trades: openTrades,
    orders: folded,
    mark: end,
    session: last.date,
  });
  // Of the orders and alerts of days before the last one, those that are still open are told by what they left behind.
  const lastFrom = instantOf(previousSession, 24 * 60);
  const isOfLast = (event: JournalEvent) =>
    'session' in event ? event.session === last.date : event.at >= lastFrom;
  const attention = attentionOf({
    today: events.today.filter(isOfLast),
    runs: runs.filter(({ session }) => session === last.date),
    orders: folded.filter(
      ({ status, doneAt }) => status === 'unknown' || (doneAt !== null && doneAt >= lastFrom),
    ),
    positions,
    bridge,
    reconciliation,
    execution,
    oversold: moves.oversold,
    preliminary: asOf < last.closeAt,
    marked: end !== null,
    markedAtClose: end?.cause === 'close' && end.session === last.date,
  });
  return { positions, attention };
}
