import type { RunFacts, RunRecord } from '../domain/run.ts';
import type { SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { Book } from '../ledger/book.ts';
import type { Break } from '../ledger/breaks.ts';
import { outcomeOf, settled } from '../ledger/metrics-trades.ts';
import { Traded } from '../ledger/traded.ts';

/** Longer losing streaks are told as this long. */
const REMEMBERED_TRADES = 100;

/** Runs and trades as they stood after an event, folded from the journal. */
export class SpanRecords {
  readonly #keepsAllTrades: boolean;
  readonly #book = new Book();
  #runs = new Map<string, RunRecord>();
  #trades = new Map<string, TradeRecord>();
  /** The trades that ended last, for the streak they are. */
  #ended = new Map<string, TradeRecord>();
  traded = new Traded();
  opened: EventOf<'history.opened'> | null = null;
  lastRun: RunRecord | null = null;
  runFacts: RunFacts | null = null;

  constructor(keepsAllTrades: boolean) {
    this.#keepsAllTrades = keepsAllTrades;
  }

  clone(): SpanRecords {
    const copy = new SpanRecords(this.#keepsAllTrades);
    copy.#book.restore(this.#book.checkpoint());
    copy.#runs = new Map(this.#runs);
    copy.#trades = new Map(this.#trades);
    copy.#ended = new Map(this.#ended);
    copy.traded = this.traded.clone();
    copy.opened = this.opened;
    copy.lastRun = this.lastRun;
    copy.runFacts = this.runFacts;
    return copy;
  }

  /** Follows the journal, keeping what matters to sessions from `first` on. */
  follow(event: JournalEvent, first: SessionDate): void {
    if (event.type === 'history.opened') this.opened = event;
    this.traded.follow(event);
    if (event.type === 'run.started' && event.job !== 'report') this.runFacts = factsIn(event);
    // A run folder may begin with the book of another run; any other checkpoint says what was just read, which may be
    // of later days and left out here.
    const state = event.type === 'book.checkpointed' ? event.state : null;
    if (state !== null && 'stateSeq' in event && event.stateSeq !== this.#book.seq) {
      this.#book.restore(state);
      for (const record of this.#book.openRecords()) this.#trades.set(record.tradeId, record);
    }
    for (const change of this.#book.apply(event)) {
      if (change.view === 'runs') {
        if (change.record.session >= first) this.#runs.set(change.key, change.record);
        if (change.record.job !== 'report') this.lastRun = change.record;
      } else this.#followTrade(change.key, change.record, first);
    }
  }

  #followTrade(key: string, record: TradeRecord, first: SessionDate): void {
    if (record.status === 'closed') this.#ended.set(key, record);
    else this.#ended.delete(key);
    const oldest = this.#ended.keys().next().value;
    if (this.#ended.size > REMEMBERED_TRADES && oldest !== undefined) this.#ended.delete(oldest);
    if (isPast(record, first) && !this.#keepsAllTrades) this.#trades.delete(key);
    else this.#trades.set(key, record);
  }

  get losingStreak(): number {
    const ended = settled([...this.#ended.values()]);
    const last = ended.findLastIndex(({ netPnl }) => outcomeOf(netPnl) !== 'loss');
    return ended.length - 1 - last;
  }

  /** Runs of earlier sessions are never asked for again. */
  forgetRunsBefore(first: SessionDate): void {
    for (const [id, { session }] of this.#runs) if (session < first) this.#runs.delete(id);
  }

  runsBetween(first: SessionDate, last: SessionDate): RunRecord[] {
    return [...this.#runs.values()].filter(({ session }) => session >= first && session <= last);
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
const factsIn = ({ dataLabel, limits }: EventOf<'run.started'>): RunFacts | null =>
  dataLabel === undefined || limits === undefined ? null : { dataLabel, limits };
