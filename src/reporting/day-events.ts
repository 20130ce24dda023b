import { instantOf } from '../calendar/nyse.ts';
import { isLive, nextStatus, type OrderStatus } from '../domain/order.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { orderEventOf } from './day-orders.ts';
import type { DayEvents } from './report-input.ts';

/** Takes the whole journal, event by event, and keeps what a day's report needs of it. */
export interface DayCollector {
  /** False for an event of a later day, which no report of this one may know. */
  add(event: JournalEvent): boolean;
  result(): DayEvents;
}

interface PastOrder {
  status: OrderStatus;
  quantity: number;
  filled: number;
  readonly events: JournalEvent[];
}

/**
 * A collector for one session. An event belongs to the session it names, else to that of its run, else to the one
 * whose day it falls into: from midnight in New York after the previous session to midnight after this one, so that
 * what happens on a weekend is in Monday's report. Runs of job report are left out: a report does not report itself.
 */
export function collectDay(session: SessionDate, previousSession: SessionDate): DayCollector {
  const fromAt = instantOf(previousSession, 24 * 60);
  const toAt = instantOf(session, 24 * 60);
  const runSessions = new Map<string, SessionDate>();
  const reportRuns = new Set<string>();
  const past = pastKeeper();
  const today: JournalEvent[] = [];
  const marks = new Map<SessionDate, EventOf<'account.marked'>>();

  const isOwn = (event: JournalEvent): boolean =>
    event.type === 'report.written' ||
    (event.type === 'slot.claimed' && event.job === 'report') ||
    (event.runId !== null && reportRuns.has(event.runId));

  return {
    add(event) {
      if (event.type === 'run.started' && event.runId !== null) {
        runSessions.set(event.runId, event.session);
        if (event.job === 'report') reportRuns.add(event.runId);
      }
      if (isOwn(event)) return event.at < toAt;
      const place = placeOf(event, runSessions, { session, previousSession, fromAt, toAt });
      if (place === 'later') return false;
      if (event.type === 'account.marked') {
        const known = marks.get(event.session);
        if (known === undefined || known.cause === 'run' || event.cause === 'close') {
          marks.set(event.session, event);
        }
      }
      if (place === 'earlier') past.add(event);
      else today.push(event);
      return true;
    },
    result: () => ({
      today,
      earlier: past.result(),
      marks: [...marks.values()].sort((a, b) => (a.session < b.session ? -1 : 1)),
    }),
  };
}

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
  const own =
    'session' in event
      ? event.session
      : event.runId === null
        ? undefined
        : runSessions.get(event.runId);
  if (own !== undefined) {
    if (own <= previousSession) return 'earlier';
    return own <= session ? 'today' : 'later';
  }
  if (event.at < fromAt) return 'earlier';
  return event.at < toAt ? 'today' : 'later';
}

/** What of the past still matters: open positions, live orders, missing commissions, money moved since the last mark. */
function pastKeeper(): { add(event: JournalEvent): void; result(): JournalEvent[] } {
  const orders = new Map<string, PastOrder>();
  const bookedBySymbol = new Map<string, (EventOf<'fill.recorded'> | EventOf<'split.applied'>)[]>();
  const owned = new Map<string, number>();
  const unpaid = new Map<string, EventOf<'fill.recorded'>>();
  const seen = new Set<string>();
  let sinceMark: JournalEvent[] = [];

  const addFill = (fill: EventOf<'fill.recorded'>) => {
    if (seen.has(fill.execId)) return;
    seen.add(fill.execId);
    const change = fill.side === 'buy' ? fill.quantity : -fill.quantity;
    owned.set(fill.symbol, (owned.get(fill.symbol) ?? 0) + change);
    bookedBySymbol.set(fill.symbol, [...(bookedBySymbol.get(fill.symbol) ?? []), fill]);
    if (fill.commission === null) unpaid.set(fill.execId, fill);
  };
  const forgetFlat = () => {
    for (const [symbol, quantity] of owned) {
      if (quantity !== 0) continue;
      owned.delete(symbol);
      for (const event of bookedBySymbol.get(symbol) ?? []) {
        if (event.type === 'fill.recorded') seen.delete(event.execId);
      }
      bookedBySymbol.delete(symbol);
    }
    sinceMark = [];
  };
  const follow = (event: JournalEvent) => {
    if (event.type === 'order.submitted') {
      orders.set(event.orderRef, {
        status: 'submitted',
        quantity: event.quantity,
        filled: 0,
        events: [event],
      });
      return;
    }
    if (!('orderRef' in event) || event.orderRef === null) return;
    const order = orders.get(event.orderRef);
    if (order === undefined) return;
    order.events.push(event);
    if (event.type === 'fill.recorded') order.filled += event.quantity;
    if (event.type === 'order.modified') order.quantity = event.new.quantity;
    const kind = orderEventOf(event, order.filled >= order.quantity);
    if (kind !== null) order.status = nextStatus(order.status, kind);
    if (!isLive(order.status)) orders.delete(event.orderRef);
  };

  return {
    add(event) {
      follow(event);
      if (event.type === 'fill.recorded') addFill(event);
      if (event.type === 'split.applied' && owned.has(event.symbol)) {
        owned.set(event.symbol, event.quantityAfter);
        bookedBySymbol.get(event.symbol)?.push(event);
      }
      if (event.type === 'account.marked') forgetFlat();
      if (event.type === 'cash.recorded') sinceMark.push(event);
      if (event.type === 'commission.recorded' && unpaid.delete(event.execId)) {
        sinceMark.push(event);
      }
    },
    result() {
      const kept = new Map<number, JournalEvent>();
      const keep = (event: JournalEvent) => kept.set(event.seq, event);
      for (const order of orders.values()) order.events.forEach(keep);
      for (const booked of bookedBySymbol.values()) booked.forEach(keep);
      for (const fill of unpaid.values()) keep(fill);
      sinceMark.forEach(keep);
      return [...kept.values()].sort((a, b) => a.seq - b.seq);
    },
  };
}
