import { HORIZON, previousSession } from '../calendar/nyse.ts';
import type { RunFacts, RunRecord } from '../domain/run.ts';
import type { Session, SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { Book } from '../ledger/book.ts';
import type { Break } from '../ledger/breaks.ts';
import { outcomeOf, settled } from '../ledger/metrics-trades.ts';
import type { HistoryReader } from '../ports/history.ts';
import { collectDay, JournalPast } from '../reporting/day-events.ts';
import type { DayEvents } from '../reporting/report-input.ts';

/** What the journal says of a session: what came after its day is not in it. */
export interface DayReading {
  readonly opened: EventOf<'history.opened'>;
  readonly previousSession: SessionDate;
  readonly runs: readonly RunRecord[];
  /** The newest run that is no report's own; null where there is none. */
  readonly lastRun: RunRecord | null;
  /** What the newest run wrote down of its configuration; null where it is of an early version. */
  readonly runFacts: RunFacts | null;
  /** Trades that were open on the day. */
  readonly trades: readonly TradeRecord[];
  /** Losing trades in a row up to then. */
  readonly losingStreak: number;
  readonly events: DayEvents;
  /** Differences between book and broker as they stood then. */
  readonly breaks: readonly Break[];
}

/** Longer losing streaks are told as this long. */
const REMEMBERED_TRADES = 100;

/** Events that are held before those of the past among them are taken in. */
const HELD_AT_ONCE = 1_000;

/** Acknowledged events that are held for the next reading; what comes after is read from the journal then. */
const HEARD_AT_MOST = 3_000;

/**
 * Reads what a journal says of a day. It keeps what the past comes to, so that the reading of the next day starts there
 * and not at the beginning; a day before that is read from the beginning. Both give the same.
 */
export class DayReader {
  readonly #reader: HistoryReader;
  /** What all events up to the first of `#ahead` come to, none of which is of `#session` or later. */
  readonly #journal = new JournalPast();
  readonly #records = new DayRecords();
  #session: SessionDate = HORIZON.from;
  #ahead: JournalEvent[] = [];
  #read = 0;

  constructor(reader: HistoryReader) {
    this.#reader = reader;
  }

  /** Takes events that were just acknowledged, which then need not be read back; as many as a long day has. */
  hear(events: readonly JournalEvent[]): void {
    for (const event of events) {
      if (event.seq !== this.#read + 1 || this.#ahead.length >= HEARD_AT_MOST) return;
      this.#ahead.push(lightened(event, this.#read));
      this.#read = event.seq;
    }
  }

  /** Null where the journal knows nothing up to that day. */
  async read(session: Session): Promise<DayReading | null> {
    const { date } = session;
    if (date < this.#session) return new DayReader(this.#reader).read(session);
    const before = sessionBefore(date);
    this.#session = date;
    const range = { fromSeq: this.#read + 1, omitKnownStates: true };
    for await (const event of this.#reader.events(range)) {
      if (event.seq <= this.#read) continue;
      this.#ahead.push(lightened(event, this.#read));
      this.#read = event.seq;
      if (this.#ahead.length >= HELD_AT_ONCE) this.#takeIn(before);
    }
    this.#takeIn(before);
    const collector = collectDay(date, before, this.#journal);
    const records = this.#records.clone();
    for (const event of this.#ahead) if (collector.add(event)) records.follow(event, date);
    const { opened, lastRun, runFacts } = records;
    if (opened === null) return null;
    const runs = records.runsOf(date);
    const trades = records.trades();
    const events = collector.result();
    const breaks = records.breaks();
    const { losingStreak } = records;
    return {
      opened,
      previousSession: before,
      runs,
      lastRun,
      runFacts,
      trades,
      losingStreak,
      events,
      breaks,
    };
  }

  /** Takes in what is past for every report from now on: the events before the first that is not. */
  #takeIn(before: SessionDate): void {
    let count = 0;
    for (const event of this.#ahead) {
      this.#journal.learn(event);
      if (!this.#journal.isPast(event, this.#session, before)) break;
      this.#journal.add(event);
      this.#records.follow(event, this.#session);
      count += 1;
    }
    this.#ahead = this.#ahead.slice(count);
  }
}

/** The calendar's first session has none before it; any earlier date serves. */
const sessionBefore = (date: SessionDate): SessionDate =>
  date > HORIZON.from ? previousSession(date).date : ('1990-01-01' as SessionDate);

/** Runs and trades as they stood after an event, folded from the journal. */
class DayRecords {
  readonly #book = new Book();
  #runs = new Map<string, RunRecord>();
  #trades = new Map<string, TradeRecord>();
  /** The trades that ended last, for the streak they are. */
  #ended = new Map<string, TradeRecord>();
  opened: EventOf<'history.opened'> | null = null;
  lastRun: RunRecord | null = null;
  runFacts: RunFacts | null = null;

  clone(): DayRecords {
    const copy = new DayRecords();
    copy.#book.restore(this.#book.checkpoint());
    copy.#runs = new Map(this.#runs);
    copy.#trades = new Map(this.#trades);
    copy.#ended = new Map(this.#ended);
    copy.opened = this.opened;
    copy.lastRun = this.lastRun;
    copy.runFacts = this.runFacts;
    return copy;
  }

  /** Follows the journal, keeping what matters to a session and those after it. */
  follow(event: JournalEvent, session: SessionDate): void {
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
      if (change.view === 'runs') {
        if (change.record.session >= session) this.#runs.set(change.key, change.record);
        if (change.record.job !== 'report') this.lastRun = change.record;
      } else this.#followTrade(change.key, change.record, session);
    }
  }

  #followTrade(key: string, record: TradeRecord, session: SessionDate): void {
    if (record.status === 'closed') this.#ended.set(key, record);
    const oldest = this.#ended.keys().next().value;
    if (this.#ended.size > REMEMBERED_TRADES && oldest !== undefined) this.#ended.delete(oldest);
    if (isPast(record, session)) this.#trades.delete(key);
    else this.#trades.set(key, record);
  }

  get losingStreak(): number {
    const ended = settled([...this.#ended.values()]);
    const last = ended.findLastIndex(({ netPnl }) => outcomeOf(netPnl) !== 'loss');
    return ended.length - 1 - last;
  }

  runsOf(session: SessionDate): RunRecord[] {
    return [...this.#runs.values()].filter((run) => run.session === session);
  }

  breaks(): readonly Break[] {
    return this.#book.breaks();
  }

  trades(): TradeRecord[] {
    return [...this.#trades.values()];
  }
}

const isPast = ({ exitSession }: TradeRecord, session: SessionDate): boolean =>
  exitSession !== null && exitSession < session;

/** What a run wrote down of its configuration. */
export const factsIn = ({ dataLabel, limits }: EventOf<'run.started'>): RunFacts | null =>
  dataLabel === undefined || limits === undefined ? null : { dataLabel, limits };

/**
 * An event as it is kept for a reading. The book that a checkpoint holds is megabytes, and where it is that of the events
 * before it, up to number `before`, it says nothing that they did not.
 */
export const lightened = (event: JournalEvent, before: number): JournalEvent =>
  event.type === 'book.checkpointed' && event.stateSeq === before
    ? { ...event, state: null }
    : event;
