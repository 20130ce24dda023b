import { HORIZON, previousSession } from '../calendar/nyse.ts';
import type { RunFacts, RunRecord } from '../domain/run.ts';
import type { SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { Break } from '../ledger/breaks.ts';
import type { Traded } from '../ledger/traded.ts';
import type { HistoryReader } from '../ports/history.ts';
import { collectDay, JournalPast } from '../reporting/day-events.ts';
import type { DayEvents } from '../reporting/report-input.ts';
import type { Period } from './report-span.ts';
import { SpanRecords } from './span-records.ts';

/** What the journal says of the sessions from one to another: what came after the last one's day is not in it. */
export interface SpanReading {
  readonly opened: EventOf<'history.opened'>;
  /** The session before the last one. */
  readonly previousSession: SessionDate;
  readonly runs: readonly RunRecord[];
  /** The newest run that is no report's own; null where there is none. */
  readonly lastRun: RunRecord | null;
  /** What the newest run wrote down of its configuration; null where it is of an early version. */
  readonly runFacts: RunFacts | null;
  /** Trades that were open in the span; every trade up to its end where the reader keeps all. */
  readonly trades: readonly TradeRecord[];
  /** What was bought and sold up to the end of the span. */
  readonly traded: Traded;
  /** Losing trades in a row up to then. */
  readonly losingStreak: number;
  readonly events: DayEvents;
  /** Differences between book and broker as they stood then. */
  readonly breaks: readonly Break[];
}

/** Events that are held before those of the past among them are taken in. */
const HELD_AT_ONCE = 1_000;

/** Acknowledged events that are held for the next reading; what comes after is read from the journal then. */
const HEARD_AT_MOST = 3_000;

/**
 * Reads what a journal says of sessions, or of weeks or months of them, one after the other. It keeps what the past
 * comes to, so that the next reading starts there and not at the beginning; a span that begins before the last one is
 * read from the beginning. Both give the same.
 */
export class SpanReader {
  readonly #reader: HistoryReader;
  readonly #keepsAllTrades: boolean;
  /** What all events up to the first of `#ahead` come to, none of which is of `#first` or later. */
  readonly #journal = new JournalPast();
  readonly #records: SpanRecords;
  #first: SessionDate = HORIZON.from;
  #ahead: JournalEvent[] = [];
  #read = 0;

  constructor(reader: HistoryReader, keepsAllTrades: boolean) {
    this.#reader = reader;
    this.#keepsAllTrades = keepsAllTrades;
    this.#records = new SpanRecords(keepsAllTrades);
  }

  /** Takes events that were just acknowledged, which then need not be read back; as many as two long days have. */
  hear(events: readonly JournalEvent[]): void {
    for (const event of events) {
      if (event.seq !== this.#read + 1 || this.#ahead.length >= HEARD_AT_MOST) return;
      this.#hold(event);
    }
  }

  /**
   * Sessions `first` to `last`; null where the journal knows nothing up to then. Where the journal is known to end with
   * event `lastSeq`, it is not opened for what was heard already.
   */
  async read(
    first: SessionDate,
    last: SessionDate,
    lastSeq = Number.POSITIVE_INFINITY,
  ): Promise<SpanReading | null> {
    if (first < this.#first) {
      return new SpanReader(this.#reader, this.#keepsAllTrades).read(first, last);
    }
    const before = sessionBefore(first);
    this.#first = first;
    this.#records.forgetRunsBefore(first);
    if (this.#read < lastSeq) await this.#readOn(before);
    this.#takeIn(before);
    const collector = collectDay(last, before, this.#journal);
    const records = this.#records.clone();
    for (const event of this.#ahead) if (collector.add(event)) records.follow(event, first);
    const { opened, lastRun, runFacts, losingStreak } = records;
    if (opened === null) return null;
    return {
      opened,
      previousSession: sessionBefore(last),
      runs: records.runsBetween(first, last),
      lastRun,
      runFacts,
      trades: records.trades(),
      traded: records.traded,
      losingStreak,
      events: collector.result(),
      breaks: records.breaks(),
    };
  }

  async #readOn(before: SessionDate): Promise<void> {
    const range = { fromSeq: this.#read + 1, omitKnownStates: true };
    for await (const event of this.#reader.events(range)) {
      // Told while it was read.
      if (event.seq <= this.#read) continue;
      this.#hold(event);
      if (this.#ahead.length % HELD_AT_ONCE === 0) this.#takeIn(before);
    }
  }

  #hold(event: JournalEvent): void {
    this.#ahead.push(lightened(event, this.#read));
    this.#read = event.seq;
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

/** Who reads a journal, and the event up to which there is anything to read where that is known. */
export interface SpanSource {
  readonly spans: SpanReader;
  readonly lastSeq?: number;
}

/**
 * What is read for reports: one of a week or month tells of all that was ever traded, one of a day of what was open.
 */
export const spansOf = (reader: HistoryReader, period: Period): SpanReader =>
  new SpanReader(reader, period !== 'daily');

/** The calendar's first session has none before it; any earlier date serves. */
const sessionBefore = (date: SessionDate): SessionDate =>
  date > HORIZON.from ? previousSession(date).date : ('1990-01-01' as SessionDate);

/**
 * An event as it is kept for a reading. The book that a checkpoint holds is megabytes, and where it is that of the
 * events before it, up to number `before`, it says nothing that they did not.
 */
const lightened = (event: JournalEvent, before: number): JournalEvent =>
  event.type === 'book.checkpointed' && event.stateSeq === before
    ? { ...event, state: null }
    : event;
