import { HORIZON, previousSession, sessionsBetween } from '../calendar/nyse.ts';
import type { RunFacts, RunRecord } from '../domain/run.ts';
import type { EpochMs, Session, SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { Book } from '../ledger/book.ts';
import type { Break } from '../ledger/breaks.ts';
import { periodNameOf, periodSpan } from '../ledger/period.ts';
import type { HistoryReader } from '../ports/history.ts';
import { collectDay, JournalPast } from '../reporting/day-events.ts';
import type { DayEvents } from '../reporting/report-input.ts';
import { factsIn, lightened } from './day-reading.ts';

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
  /** What the newest run wrote down of its configuration; null where it is of an early version. */
  readonly runFacts: RunFacts | null;
  /** Every trade there was by then. */
  readonly trades: readonly TradeRecord[];
  readonly events: DayEvents;
  readonly breaks: readonly Break[];
}

/** Events that are held before those of the past among them are taken in. */
const HELD_AT_ONCE = 1_000;

/**
 * Reads what a journal says of weeks, or of months. It keeps what the past comes to, so that the reading of the next one
 * starts there and not at the beginning; one before that is read from the beginning. Both give the same.
 */
export class PeriodReader {
  readonly #reader: HistoryReader;
  /** What all events up to the first of `#ahead` come to, none of which is of the session `#first` or later. */
  readonly #journal = new JournalPast();
  readonly #records = new PeriodRecords();
  #first: SessionDate = HORIZON.from;
  #ahead: JournalEvent[] = [];
  #read = 0;

  constructor(reader: HistoryReader) {
    this.#reader = reader;
  }

  /** Null where the journal knows nothing up to then. */
  async read(span: ReportSpan): Promise<PeriodReading | null> {
    const { last, sessions } = span;
    const first = sessions[0]?.date ?? last.date;
    if (first < this.#first) return new PeriodReader(this.#reader).read(span);
    const before = sessionBefore(first);
    this.#first = first;
    const range = { fromSeq: this.#read + 1, omitKnownStates: true };
    for await (const event of this.#reader.events(range)) {
      this.#ahead.push(lightened(event, this.#read));
      this.#read = event.seq;
      if (this.#ahead.length % HELD_AT_ONCE === 0) this.#takeIn(before);
    }
    this.#takeIn(before);
    const collector = collectDay(last.date, before, this.#journal);
    const records = this.#records.clone();
    for (const event of this.#ahead) if (collector.add(event)) records.follow(event, span.from);
    const { opened, lastRun, runFacts } = records;
    if (opened === null) return null;
    return {
      opened,
      previousSession: sessionBefore(last.date),
      runs: records.runs(),
      lastRun,
      runFacts,
      trades: records.trades(),
      events: collector.result(),
      breaks: records.breaks(),
    };
  }

  /** Takes in what is past for every span from now on: the events before the first that is not. */
  #takeIn(before: SessionDate): void {
    let count = 0;
    for (const event of this.#ahead) {
      this.#journal.learn(event);
      if (!this.#journal.isPast(event, this.#first, before)) break;
      this.#journal.add(event);
      this.#records.follow(event, this.#first);
      count += 1;
    }
    this.#ahead = this.#ahead.slice(count);
  }
}

/** Runs and trades as they stood after an event, folded from the journal. */
class PeriodRecords {
  readonly #book = new Book();
  #runs = new Map<string, RunRecord>();
  #trades = new Map<string, TradeRecord>();
  opened: EventOf<'history.opened'> | null = null;
  lastRun: RunRecord | null = null;
  runFacts: RunFacts | null = null;

  clone(): PeriodRecords {
    const copy = new PeriodRecords();
    copy.#book.restore(this.#book.checkpoint());
    copy.#runs = new Map(this.#runs);
    copy.#trades = new Map(this.#trades);
    copy.opened = this.opened;
    copy.lastRun = this.lastRun;
    copy.runFacts = this.runFacts;
    return copy;
  }

  /** Follows the journal, keeping runs from a date on, and every trade. */
  follow(event: JournalEvent, from: SessionDate): void {
    if (event.type === 'history.opened') this.opened = event;
    if (event.type === 'run.started' && event.job !== 'report') this.runFacts = factsIn(event);
    // A run folder may begin with the book of another run; any other checkpoint says what was just read, which may be of
    // later days and left out here.
    const state = event.type === 'book.checkpointed' ? event.state : null;
    if (state !== null && 'stateSeq' in event && event.stateSeq !== this.#book.seq) {
      this.#book.restore(state);
      for (const record of this.#book.openRecords()) this.#trades.set(record.tradeId, record);
    }
    for (const change of this.#book.apply(event)) {
      if (change.view === 'trades') this.#trades.set(change.key, change.record);
      else {
        if (change.record.session >= from) this.#runs.set(change.key, change.record);
        if (change.record.job !== 'report') this.lastRun = change.record;
      }
    }
  }

  runs(): RunRecord[] {
    return [...this.#runs.values()];
  }

  trades(): TradeRecord[] {
    return [...this.#trades.values()];
  }

  breaks(): readonly Break[] {
    return this.#book.breaks();
  }
}

/** The calendar's first session has none before it; any earlier date serves. */
const sessionBefore = (date: SessionDate): SessionDate =>
  date > HORIZON.from ? previousSession(date).date : ('1990-01-01' as SessionDate);
