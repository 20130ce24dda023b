import { ordinalOf } from '../calendar/nyse.ts';
import type { Symbol } from '../domain/market.ts';
import type { Activity, LiveOrders } from '../domain/portfolio.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { Book } from './book.ts';
import type { ClosedTrade } from './book-state.ts';

/** When it is looked at, and the limits that say how far back. */
export interface ActivityView {
  readonly asOf: EpochMs;
  readonly session: SessionDate;
  /** Entries of a symbol sent closer together than this are duplicates; null where none are. */
  readonly minEntryIntervalMs: number | null;
}

/** Sessions over which day trades are counted: FINRA Rule 4210(f)(8)(B), five business days. */
const DAY_TRADE_SESSIONS = 5;

/** What we did of late, folded from the journal, as far as limits look at it. */
export function activityOf(book: Book, view: ActivityView): Activity {
  return {
    orders: liveOrders(book),
    ...entriesOf(book, view),
    dayTrades: dayTradesOf(book.closedTrades(), view.session),
  };
}

const bySymbol = (a: { readonly symbol: Symbol }, b: { readonly symbol: Symbol }): number =>
  a.symbol < b.symbol ? -1 : 1;

function liveOrders(book: Book): LiveOrders[] {
  const counts = new Map<Symbol, { symbol: Symbol; buys: number; sells: number }>();
  for (const { symbol, side } of book.live()) {
    let count = counts.get(symbol);
    if (count === undefined) {
      count = { symbol, buys: 0, sells: 0 };
      counts.set(symbol, count);
    }
    if (side === 'buy') count.buys += 1;
    else count.sells += 1;
  }
  return [...counts.values()].sort(bySymbol);
}

/** The entries of this session that left the house: one that the last gate denied was not sent. */
function entriesOf(
  book: Book,
  { asOf, session, minEntryIntervalMs }: ActivityView,
): Pick<Activity, 'entries' | 'justSent'> {
  const counts = new Map<Symbol, number>();
  const justSent = new Set<Symbol>();
  for (const { symbol, leg, status, session: sentIn, submittedAt } of book.orders()) {
    if (leg !== 'entry' || sentIn !== session || status === 'denied') continue;
    counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    if (minEntryIntervalMs !== null && asOf - submittedAt < minEntryIntervalMs) {
      justSent.add(symbol);
    }
  }
  return {
    entries: [...counts].map(([symbol, count]) => ({ symbol, count })).sort(bySymbol),
    justSent: [...justSent].sort(),
  };
}

function dayTradesOf(closed: readonly ClosedTrade[], session: SessionDate): number {
  let count = 0;
  for (const { entrySession, exitSession } of endedWithin(closed, session, DAY_TRADE_SESSIONS)) {
    if (entrySession === exitSession) count += 1;
  }
  return count;
}

/** The trades that ended in this session or so many less one before it, in order of their end, as they come. */
export function endedWithin(
  closed: readonly ClosedTrade[],
  session: SessionDate,
  sessions: number,
): readonly ClosedTrade[] {
  const today = ordinalOf(session);
  const before = closed.findLastIndex(
    ({ exitSession }) => today - ordinalOf(exitSession) >= sessions,
  );
  return closed.slice(before + 1);
}

/**
 * How many losing trades in a row pause entries in a session; 0 where it is not paused. So many losses pause what is
 * left of the session in which the last of them ended, and the whole next one; what ends by then is not counted, and
 * from then on the count begins at zero. A trade that made nothing ends a row.
 */
export function pausingLosses(
  closed: readonly ClosedTrade[],
  mostInARow: number,
  session: SessionDate,
): number {
  if (mostInARow === 0) return 0;
  let inARow = 0;
  let pausedThrough = -1;
  for (const { exitSession, result } of closed) {
    const ordinal = ordinalOf(exitSession);
    if (ordinal <= pausedThrough) continue;
    inARow = result < 0 ? inARow + 1 : 0;
    if (inARow < mostInARow) continue;
    pausedThrough = ordinal + 1;
    inARow = 0;
  }
  return ordinalOf(session) <= pausedThrough ? mostInARow : 0;
}
