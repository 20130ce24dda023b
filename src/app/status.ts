import { type DaemonStatus, readDaemonStatus } from '../adapters/file/daemon-status-file.ts';
import { holderOf } from '../adapters/file/home-lock.ts';
import { DAEMON, type Owner } from '../adapters/file/owner-file.ts';
import { HORIZON, newYorkDate, nextSession, sessionOf } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { OpenAlert } from '../domain/alert.ts';
import type { Micros } from '../domain/money.ts';
import { add, maxOf, subtract, timesQuantity, ZERO } from '../domain/money.ts';
import type { RunRecord } from '../domain/run.ts';
import { type EpochMs, MINUTE_MS, parseInstant, type Session } from '../domain/time.ts';
import type { Trading } from '../domain/trading-state.ts';
import type { Book } from '../ledger/book.ts';
import { openBreaks } from '../ledger/breaks.ts';
import { type BookReading, readBook } from './read-book.ts';
import { all, recordsOf } from './records.ts';
import { type PlannedSlot, planSession } from './session-plan.ts';
import { tradingSeen } from './trading.ts';
import { marketText } from './words.ts';

export { DAEMON, SIMULATED_DAEMON } from '../adapters/file/owner-file.ts';

/** The account as the book has it, valued at the last marks. Fractions of equity; losses are negative. */
export interface AccountStatus {
  readonly equity: Micros;
  readonly cash: Micros;
  readonly dayPnl: Micros;
  /** What the limit counts: at the last close, from the peak that was last forgiven. */
  readonly drawdown: number;
  readonly positions: number;
  readonly openRisk: Micros;
  readonly workingOrders: number;
  /** The session of the last close; null before the first. */
  readonly lastClose: string | null;
}

/** How a home is: its daemon, its account, its schedule. */
export interface HomeStatus {
  readonly now: EpochMs;
  /** Who holds the home; null when nobody does. */
  readonly holder: Owner | null;
  /** What its daemon last said; null where none ever ran here, or the one that holds it has not said anything yet. */
  readonly daemon: DaemonStatus | null;
  /** For how long the daemon that holds it has given no sign of life; null while it does, and where there is none. */
  readonly silentMs: number | null;
  readonly market: string;
  /** Null in a home without a history. */
  readonly account: AccountStatus | null;
  readonly lastRun: RunRecord | null;
  /** The last comparison with the broker; null where none is known of. */
  readonly lastReconcile: { readonly at: EpochMs; readonly differences: number } | null;
  readonly next: readonly PlannedSlot[];
  /** What may be done, and everything that restricts it. */
  readonly trading: Trading;
  /** Alerts that nobody took note of, the newest last. */
  readonly alerts: readonly OpenAlert[];
  readonly events: number;
}

const NEXT_SLOTS = 4;
/** Runs among which the last comparison of the schedule is looked for: those of about a week. */
const RUNS_LOOKED_AT = 50;

/** A daemon says every half minute that it lives: one that has not for so long stands still. */
const SILENT_MS = 2 * MINUTE_MS;

/** Reads how a home is, without taking it: also while a daemon runs, or when none does. */
export async function readStatus(
  home: string,
  loaded: LoadedConfig,
  now: EpochMs,
): Promise<HomeStatus> {
  const reading = await readBook(home);
  const { book } = reading;
  const runs = book.seq === 0 ? [] : await all(recordsOf(home).runs({ last: 1 }));
  const holder = holderOf(home);
  const daemon = saidBy(holder, readDaemonStatus(home));
  return {
    now,
    holder,
    daemon,
    silentMs: silenceOf(holder, daemon, now),
    market: marketText(now),
    account: book.seq === 0 ? null : accountOf(book),
    lastRun: runs.at(-1) ?? null,
    lastReconcile: await lastReconcileOf(home, reading),
    next: comingSlots(loaded.config, now, NEXT_SLOTS),
    trading: tradingSeen(home, loaded, book, now),
    alerts: openAlerts(book, now),
    events: book.seq,
  };
}

/** What one daemon said is not said of the next, which holds the home before it says anything. */
const saidBy = (holder: Owner | null, said: DaemonStatus | null): DaemonStatus | null =>
  holder?.role === DAEMON && said !== null && said.startedAt < holder.since ? null : said;

function silenceOf(holder: Owner | null, said: DaemonStatus | null, now: EpochMs): number | null {
  const last = holder?.role === DAEMON && said !== null ? parseInstant(said.updatedAt) : null;
  return last === null || now - last < SILENT_MS ? null : now - last;
}

/** The alerts of a book that mean something still. */
export const openAlerts = (book: Book, now: EpochMs): readonly OpenAlert[] =>
  [...book.trading.alerts.values()].filter(({ until }) => until === null || now < until);

/**
 * As an event since the last checkpoint tells it; else the last one of the schedule, with the breaks that the book has.
 */
async function lastReconcileOf(
  home: string,
  { book, recent }: BookReading,
): Promise<HomeStatus['lastReconcile']> {
  const last = recent.findLast((event) => event.type === 'reconcile.completed');
  if (last !== undefined) return { at: last.at, differences: last.discrepancies.length };
  const runs = book.seq === 0 ? [] : await all(recordsOf(home).runs({ last: RUNS_LOOKED_AT }));
  const compared = runs.findLast(
    ({ job, status }) => job === 'reconcile' && status === 'completed',
  );
  const at = parseInstant(compared?.finishedAt ?? '');
  return at === null ? null : { at, differences: openBreaks(book.breaks()).length };
}

function accountOf(book: Book): AccountStatus {
  const equity = book.equity();
  const { lastClose } = book;
  const base = lastClose === null ? equity : add(lastClose.equity, book.flowSinceClose);
  const trades = book.openTrades();
  const openRisk = trades.reduce((total, { symbol, mark, stop }) => {
    const perShare = maxOf(ZERO, subtract(mark, stop ?? ZERO));
    return add(total, timesQuantity(perShare, book.owned(symbol)));
  }, ZERO);
  return {
    equity,
    cash: book.cash,
    dayPnl: subtract(equity, base),
    drawdown: book.limitDrawdown,
    positions: trades.length,
    openRisk,
    workingOrders: book.live().length,
    lastClose: lastClose?.session ?? null,
  };
}

/** The first slots after an instant, as far as the calendar goes. */
function comingSlots(config: LoadedConfig['config'], now: EpochMs, count: number): PlannedSlot[] {
  const slots: PlannedSlot[] = [];
  const date = newYorkDate(now);
  let session: Session | null = sessionOf(date) ?? (date < HORIZON.to ? nextSession(date) : null);
  for (let i = 0; session !== null && slots.length < count && i < 30; i++) {
    slots.push(...planSession(config, session).filter(({ at }) => at > now));
    session = session.date < HORIZON.to ? nextSession(session.date) : null;
  }
  return slots.slice(0, count);
}
