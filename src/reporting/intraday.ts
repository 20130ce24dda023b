import { toUsd } from '../domain/money.ts';
import { isoUtc, type SessionDate } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { DayEvents } from './report-input.ts';

/** What the account was worth at one instant of a day. Dollars; the change is against the mark before the day. */
export interface IntradayRow {
  readonly at: string;
  readonly cause: 'before' | 'run' | 'close';
  readonly equity: number;
  /** Equity less that of the mark before, less deposits and withdrawals since; null without one. */
  readonly change: number | null;
}

/** A fill of the day, to be shown on the line of the account. */
export interface IntradayFill {
  readonly at: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
}

/** The day as the account went through it. */
export interface Intraday {
  readonly rows: readonly IntradayRow[];
  readonly fills: readonly IntradayFill[];
}

/** Every valuation of a session, and the one before it, in time order. */
export function intradayOf(
  before: EventOf<'account.marked'> | null,
  { earlier, today }: DayEvents,
  session: SessionDate,
): Intraday {
  const rows: IntradayRow[] = [];
  const fills = new Map<string, IntradayFill>();
  if (before !== null) {
    const { at, equity } = before;
    rows.push({ at: isoUtc(at), cause: 'before', equity: toUsd(equity), change: 0 });
  }
  // What came on an earlier day after that day's mark moves this one.
  let moved = 0;
  const since = before?.seq ?? 0;
  for (const event of earlier) if (isFlow(event) && event.seq > since) moved += event.amount;
  for (const event of today) {
    if (isFlow(event) && event.seq > since) moved += event.amount;
    if (event.type === 'fill.recorded' && event.session === session) {
      const { execId, filledAt, symbol, side, quantity } = event;
      if (!fills.has(execId)) fills.set(execId, { at: isoUtc(filledAt), symbol, side, quantity });
    }
    if (event.type !== 'account.marked' || event.session !== session) continue;
    rows.push({
      at: isoUtc(event.at),
      cause: event.cause,
      equity: toUsd(event.equity),
      change: before === null ? null : (event.equity - before.equity - moved) / 1e6,
    });
  }
  return {
    rows: rows.sort((a, b) => (a.at < b.at ? -1 : 1)),
    fills: [...fills.values()].sort((a, b) => (a.at < b.at ? -1 : 1)),
  };
}

const isFlow = (event: JournalEvent): event is EventOf<'cash.recorded'> =>
  event.type === 'cash.recorded' && (event.kind === 'deposit' || event.kind === 'withdrawal');
