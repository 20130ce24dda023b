import { instantOf } from '../calendar/nyse.ts';
import type { Symbol } from '../domain/market.ts';
import { ZERO } from '../domain/money.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { carriedEvents } from './carried.ts';
import { PastKeeper } from './day-past.ts';
import type { DayEvents } from './report-input.ts';

/** Takes the journal, event by event, and keeps what a day's report needs of it. */
export interface DayCollector {
  /** False for an event of a later day, which no report of this one may know. */
  add(event: JournalEvent): boolean;
  result(): DayEvents;
}

/** Runs of sessions further back than this are over: no event speaks of them any more. */
const REMEMBERED_RUNS = 200;

/** Sessions whose positions are remembered with their marks: those of a month, the one before, and late arrivals. */
const DETAILED_SESSIONS = 40;
const SOME_POSITION: EventOf<'account.marked'>['marks'][number] = {
  symbol: 'X' as Symbol,
  quantity: 1,
  mark: ZERO,
  stale: true,
};

/**
 * What the journal before a day leaves for that day's report. It can be kept and taken further day by day, so that a
 * report reads the events of its own day only, however long the journal is.
 */
export class JournalPast {
  readonly runSessions = new Map<string, SessionDate>();
  readonly reportRuns = new Set<string>();
  readonly marks = new Map<SessionDate, EventOf<'account.marked'>>();
  past = new PastKeeper();
  /** The newest event, and the one before it. */
  #seq = 0;
  #before = 0;

  /** Goes on from here without changing what is here. */
  clone(): JournalPast {
    const copy = new JournalPast();
    for (const [id, session] of this.runSessions) copy.runSessions.set(id, session);
    for (const id of this.reportRuns) copy.reportRuns.add(id);
    for (const [session, mark] of this.marks) copy.marks.set(session, mark);
    copy.past = this.past.clone();
    copy.#seq = this.#seq;
    copy.#before = this.#before;
    return copy;
  }

  /** True where an event belongs to a time before the session, so that every report of it takes the event as past. */
  isPast(event: JournalEvent, session: SessionDate, previousSession: SessionDate): boolean {
    const span = spanOf(session, previousSession);
    if (this.isOwn(event)) return event.at < span.fromAt;
    return placeOf(event, this.runSessions, span) === 'earlier';
  }

  /** Takes an event of the past. */
  add(event: JournalEvent): void {
    this.learn(event);
    if (this.isOwn(event)) return;
    if (this.takesOver(event)) return;
    this.mark(event);
    this.past.add(event);
  }

  /** True for the book of another journal, which this one goes on with: all that was before is in it. */
  takesOver(event: JournalEvent): boolean {
    if (event.type !== 'book.checkpointed' || event.stateSeq === this.#before) return false;
    this.past = new PastKeeper();
    for (const carried of carriedEvents(event)) {
      this.past.add(carried);
      this.mark(carried);
    }
    return true;
  }

  /** Which session and job a run belongs to: to be known before its events are placed. */
  learn(event: JournalEvent): void {
    if (event.seq > this.#seq) {
      this.#before = this.#seq;
      this.#seq = event.seq;
    }
    if (event.type !== 'run.started' || event.runId === null) return;
    this.runSessions.set(event.runId, event.session);
    if (event.job === 'report') this.reportRuns.add(event.runId);
    const oldest = this.runSessions.keys().next().value;
    if (this.runSessions.size <= REMEMBERED_RUNS || oldest === undefined) return;
    this.runSessions.delete(oldest);
    this.reportRuns.delete(oldest);
  }

  /** The last close of each session, or its last valuation where it has none. */
  mark(event: JournalEvent): void {
    if (event.type !== 'account.marked') return;
    const known = this.marks.get(event.session);
    if (known === undefined || known.cause === 'run' || event.cause === 'close') {
      this.marks.set(event.session, event);
    }
    if (known === undefined) this.#forgetDetails();
  }

  /** Of older sessions only how many positions there were is asked; what they were would pile up over the years. */
  #forgetDetails(): void {
    const old = [...this.marks.keys()].at(-1 - DETAILED_SESSIONS);
    const mark = old === undefined ? undefined : this.marks.get(old);
    if (mark !== undefined) {
      this.marks.set(mark.session, { ...mark, marks: mark.marks.map(() => SOME_POSITION) });
    }
  }

  /** A report does not report itself. */
  isOwn(event: JournalEvent): boolean {
    return (
      event.type === 'report.written' ||
      ((event.type === 'slot.claimed' || event.type === 'slot.retried') &&
        event.job === 'report') ||
      (event.runId !== null && this.reportRuns.has(event.runId))
    );
  }
}

/**
 * A collector for one session, of everything that comes after `before`. An event belongs to the session it names, a
 * correction aside, else to that of its run, else to the one whose day it falls into: from midnight in New York after
 * the previous session to midnight after this one, so that what happens on a weekend is in Monday's report. Runs of job
 * report are left out: a report does not report itself.
 */
export function collectDay(
  session: SessionDate,
  previousSession: SessionDate,
  before: JournalPast = new JournalPast(),
): DayCollector {
  const span = spanOf(session, previousSession);
  const known = before.clone();
  const today: JournalEvent[] = [];
  return {
    add(event) {
      known.learn(event);
      if (known.isOwn(event)) return event.at < span.toAt;
      if (event.at < span.toAt && known.takesOver(event)) return true;
      const place = placeOf(event, known.runSessions, span);
      if (place === 'later') return false;
      known.mark(event);
      if (place === 'earlier') known.past.add(event);
      else today.push(event);
      return true;
    },
    result: () => ({
      today,
      earlier: known.past.result(),
      marks: [...known.marks.values()].sort((a, b) => (a.session < b.session ? -1 : 1)),
    }),
  };
}

const spanOf = (session: SessionDate, previousSession: SessionDate): Span => ({
  session,
  previousSession,
  fromAt: instantOf(previousSession, 24 * 60),
  toAt: instantOf(session, 24 * 60),
});

interface Span {
  readonly session: SessionDate;
  readonly previousSession: SessionDate;
  readonly fromAt: EpochMs;
  readonly toAt: EpochMs;
}

function placeOf(
  event: JournalEvent,
  runSessions: ReadonlyMap<string, SessionDate>,
  { session, previousSession, fromAt, toAt }: Span,
): 'earlier' | 'today' | 'later' {
  const own = sessionOfEvent(event, runSessions);
  if (own !== undefined) {
    if (own <= previousSession) return 'earlier';
    return own <= session ? 'today' : 'later';
  }
  if (event.at < fromAt) return 'earlier';
  return event.at < toAt ? 'today' : 'later';
}

/**
 * The session an event names, else that of its run. A correction names the session of what it corrects, and is news of
 * the day it is written down: what was said of the day before stays said.
 */
function sessionOfEvent(
  event: JournalEvent,
  runSessions: ReadonlyMap<string, SessionDate>,
): SessionDate | undefined {
  if (event.type === 'fill.corrected') return undefined;
  if ('session' in event) return event.session;
  return event.runId === null ? undefined : runSessions.get(event.runId);
}
