import { HORIZON, previousSession, sessionsBetween } from '../calendar/nyse.ts';
import type { RunRecord } from '../domain/run.ts';
import type { EpochMs, Session, SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf } from '../events/event.ts';
import { Book } from '../ledger/book.ts';
import type { Break } from '../ledger/breaks.ts';
import { periodNameOf, periodSpan } from '../ledger/period.ts';
import type { HistoryReader } from '../ports/history.ts';
import { collectDay } from '../reporting/day-events.ts';
import type { DayEvents } from '../reporting/report-input.ts';

/** A week or month of the calendar, as far as it has begun. */
export interface ReportSpan {
  readonly kind: 'weekly' | 'monthly';
  /** "2026-W10", "2026-03". */
  readonly name: string;
  readonly from: SessionDate;
  readonly to: SessionDate;
  readonly sessions: readonly Session[];
  /** The last session that has begun. */
  readonly last: Session;
}

/** The week or month of a date; null where none of its sessions has begun. */
export function spanOf(
  date: SessionDate,
  kind: 'weekly' | 'monthly',
  now: EpochMs,
): ReportSpan | null {
  const unit = kind === 'weekly' ? 'week' : 'month';
  const { from, to } = periodSpan(date, unit);
  const sessions = sessionsBetween(
    from < HORIZON.from ? HORIZON.from : from,
    to > HORIZON.to ? HORIZON.to : to,
  );
  const last = sessions.findLast(({ openAt }) => openAt <= now);
  return last === undefined
    ? null
    : { kind, name: periodNameOf(date, unit), from, to, sessions, last };
}

/** What the journal says of a span: what came after its last day is not in it. */
export interface PeriodReading {
  readonly opened: EventOf<'history.opened'>;
  /** The session before the last one. */
  readonly previousSession: SessionDate;
  readonly runs: readonly RunRecord[];
  readonly lastRun: RunRecord | null;
  /** Every trade there was by then. */
  readonly trades: readonly TradeRecord[];
  readonly events: DayEvents;
  readonly breaks: readonly Break[];
}

/** Reads the journal once, from its beginning to the end of the span; null where it knows nothing up to then. */
export async function readPeriod(
  reader: HistoryReader,
  { from, last, sessions }: ReportSpan,
): Promise<PeriodReading | null> {
  const first = sessions[0]?.date ?? last.date;
  const collector = collectDay(last.date, sessionBefore(first));
  const book = new Book();
  const runs = new Map<string, RunRecord>();
  const trades = new Map<string, TradeRecord>();
  let opened: EventOf<'history.opened'> | null = null;
  let lastRun: RunRecord | null = null;
  for await (const event of reader.events()) {
    if (!collector.add(event)) continue;
    if (event.type === 'history.opened') opened = event;
    // A run folder may begin with the book of another run; any other checkpoint says what was just folded.
    if (event.type === 'book.checkpointed' && event.stateSeq !== book.seq) {
      book.restore(event.state);
    }
    for (const change of book.apply(event)) {
      if (change.view === 'trades') trades.set(change.key, change.record);
      else {
        if (change.record.session >= from) runs.set(change.key, change.record);
        if (change.record.job !== 'report') lastRun = change.record;
      }
    }
  }
  if (opened === null) return null;
  return {
    opened,
    previousSession: sessionBefore(last.date),
    runs: [...runs.values()],
    lastRun,
    trades: [...trades.values()],
    events: collector.result(),
    breaks: book.breaks(),
  };
}

/** The calendar's first session has none before it; any earlier date serves. */
const sessionBefore = (date: SessionDate): SessionDate =>
  date > HORIZON.from ? previousSession(date).date : ('1990-01-01' as SessionDate);
