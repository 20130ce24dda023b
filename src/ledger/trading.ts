import { HORIZON, nextSession, ordinalOf, sessionAt } from '../calendar/nyse.ts';
import { type EpochMs, epochMs, type SessionDate } from '../domain/time.ts';
import type { Restriction, Trading } from '../domain/trading-state.ts';
import {
  type Outside,
  outsideRestrictions,
  restrictionKey,
  tradingAt,
} from '../risk/trading-state.ts';
import { pausingLosses } from './activity.ts';
import type { Book } from './book.ts';
import { openBreaks } from './breaks.ts';

/** When a book is looked at, the limits that it is held to, and what restricts trading from outside of it. */
export interface TradingView {
  readonly asOf: EpochMs;
  readonly session: SessionDate;
  readonly dailyLossFraction: number;
  readonly maxDrawdownFraction: number;
  /** Losing trades in a row that pause entries; 0 for never. */
  readonly maxConsecutiveLosses: number;
  /** True where prices are known at the close only: a breached daily loss then blocks the next session. */
  readonly lossJudgedAtClose: boolean;
  readonly outside: Outside;
}

/** What may be done at an instant, and everything that restricts it: written down, following from the book, outside. */
export function tradingOf(book: Book, view: TradingView): Trading {
  const written = book.trading.restrictions;
  // A kill that was written down is told once, also while its file is there.
  const isTold = ({ source, detail }: Restriction): boolean =>
    source === 'kill' && detail === 'file' && written.has('kill');
  return tradingAt(
    [
      ...written.values(),
      ...derivedRestrictions(book, view),
      ...outsideRestrictions(view.outside).filter((restriction) => !isTold(restriction)),
    ],
    view.asOf,
  );
}

/**
 * What restricts trading by the book alone, and is not written down as a restriction: it ends when the book changes.
 * A daily loss and a drawdown are written down once they are seen; until then they count all the same.
 */
export function derivedRestrictions(book: Book, view: TradingView): Restriction[] {
  const written = book.trading.restrictions;
  const isNews = (restriction: Restriction): boolean => !written.has(restrictionKey(restriction));
  return [
    ...unprotected(book),
    ...reconcileBreak(book),
    ...[...latchesOf(book, view), ...lossesInARow(book, view)].filter(isNews),
  ];
}

/** The limits that the last close reached: a daily loss for the session after it, a drawdown until it is forgiven. */
export function latchesOf(
  book: Book,
  view: Pick<TradingView, 'dailyLossFraction' | 'maxDrawdownFraction' | 'lossJudgedAtClose'>,
): Restriction[] {
  const close = book.lastClose;
  if (close === null) return [];
  const base = {
    detail: '',
    state: 'reducing',
    by: 'limits',
    since: closeOf(close.session),
  } as const;
  const found: Restriction[] = [];
  const { dailyLossFraction, maxDrawdownFraction } = view;
  if (view.lossJudgedAtClose && reaches(close.lossFraction, dailyLossFraction)) {
    const why = `${close.session} lost ${percent(close.lossFraction)}, the limit is ${percent(dailyLossFraction)}`;
    found.push({ ...base, source: 'daily_loss', why, until: closeAfter(close.session) });
  }
  if (reaches(-close.deepestDrawdown, maxDrawdownFraction)) {
    const why = `the drawdown was ${percent(-close.deepestDrawdown)} at a close, the limit is ${percent(maxDrawdownFraction)}`;
    found.push({ ...base, source: 'drawdown', why, until: null });
  }
  return found;
}

function unprotected(book: Book): Restriction[] {
  const breaches = [...book.breaches()];
  if (breaches.length === 0) return [];
  const symbols = breaches.map(([symbol]) => symbol).join(', ');
  return [
    {
      source: 'unprotected',
      detail: '',
      state: 'reducing',
      since: earliest(breaches.map(([, at]) => at)),
      by: 'protection proof',
      why: `not protected, or not proved to be: ${symbols}`,
      until: null,
    },
  ];
}

function reconcileBreak(book: Book): Restriction[] {
  const breaks = openBreaks(book.breaks());
  if (breaks.length === 0) return [];
  return [
    {
      source: 'reconcile_break',
      detail: '',
      state: 'reducing',
      since: earliest(breaks.map(({ foundAt }) => foundAt)),
      by: 'reconcile',
      why: `book and broker differ: ${breaks.map(({ key }) => key).join(', ')}`,
      until: null,
    },
  ];
}

function lossesInARow(book: Book, { maxConsecutiveLosses, session }: TradingView): Restriction[] {
  const count = pausingLosses(book.closedTrades(), maxConsecutiveLosses, session);
  if (count === 0) return [];
  return [
    {
      source: 'consecutive_losses',
      detail: '',
      state: 'reducing',
      since: null,
      by: 'limits',
      why: `${count} losing trades in a row`,
      until: null,
    },
  ];
}

const earliest = (instants: readonly EpochMs[]): EpochMs => epochMs(Math.min(...instants));

const closeOf = (date: SessionDate): EpochMs => sessionAt(ordinalOf(date)).closeAt;

/** The close of the session after one; that session's own where the calendar ends. */
const closeAfter = (date: SessionDate): EpochMs =>
  date < HORIZON.to ? nextSession(date).closeAt : closeOf(date);

/** Compared in billionths: 1 - 0.9 is a little below 0.1 in floats. */
const reaches = (fraction: number, limit: number): boolean =>
  Math.round(fraction * 1e9) >= Math.round(limit * 1e9);

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;
