import { ordinalOf } from '../calendar/nyse.ts';
import type { Symbol } from '../domain/market.ts';
import { add, type Micros, minOf, subtract, timesQuantity, ZERO } from '../domain/money.ts';
import { isLive } from '../domain/order.ts';
import type {
  AccountValue,
  HeldPosition,
  PortfolioState,
  WorkingEntry,
} from '../domain/portfolio.ts';
import { assertExists } from '../domain/result.ts';
import type { SessionDate } from '../domain/time.ts';
import { type ActivityView, activityOf, endedWithin } from './activity.ts';
import type { Book } from './book.ts';
import { staleShortfall } from './book-closes.ts';
import type { BookOrder, OpenTrade } from './book-state.ts';
import { entryPriceOf } from './book-trades.ts';
import { quantityOf } from './lots.ts';
import { type TradingView, tradingOf } from './trading.ts';

/** A price to value a position at, and whether it is from the last completed session or later. */
export interface Mark {
  readonly price: Micros;
  readonly fresh: boolean;
}

/** What a book is valued by. */
export interface ValueView {
  readonly session: SessionDate;
  readonly marks: ReadonlyMap<Symbol, Mark>;
  readonly sectorOf: (symbol: Symbol) => string;
  /** What fills whose commission is unknown will have cost, as far as the model knows. */
  readonly estimatedCommissions?: Micros;
  readonly intensity: number;
}

/** What turns a book into the state a decision sees. */
export interface PortfolioView extends ValueView, ActivityView, TradingView {
  /** What the broker lets us spend of the cash. */
  readonly availableCash: Micros;
  readonly cooldownSessionsAfterStop: number;
  /** The same after any exit; null where those do not matter. */
  readonly cooldownSessionsAfterExit: number | null;
}

/** The book valued at the given marks. */
export function accountValue(book: Book, view: ValueView): AccountValue {
  const today = ordinalOf(view.session);
  const positions = book.openTrades().map((trade) => heldPosition(book, trade, view, today));
  // Unknown is not zero: what is owed is not ours to lose or to spend.
  let equity = subtract(book.cash, view.estimatedCommissions ?? ZERO);
  for (const { mark, quantity } of positions) equity = add(equity, timesQuantity(mark, quantity));
  return {
    equity,
    cash: book.cash,
    positions,
    previousCloseEquity: book.lastClose?.equity ?? equity,
    dayPnl: dayPnlOf(book, equity, positions),
    intensity: view.intensity,
  };
}

/** The book as a decision of this session may look at it, valued at the given marks. */
export function portfolioState(book: Book, view: PortfolioView): PortfolioState {
  const { equity, cash, positions, previousCloseEquity, dayPnl } = accountValue(book, view);
  return {
    equity,
    cash,
    availableCash: subtract(view.availableCash, view.estimatedCommissions ?? ZERO),
    positions,
    working: book
      .live()
      .filter(({ leg }) => leg === 'entry')
      .map((order) => workingEntry(book, order, view)),
    coolingDown: coolingDown(book, view),
    entriesToday: book.entriesOf(view.session),
    activity: activityOf(book, view),
    previousCloseEquity,
    dayPnl,
    drawdown: book.limitDrawdown,
    intensity: view.intensity,
    trading: tradingOf(book, view),
  };
}

/** Equity less that of the previous close less flows; a position without a fresh mark counts at its stop. */
function dayPnlOf(book: Book, equity: Micros, positions: readonly HeldPosition[]): Micros {
  const close = book.lastClose;
  const base = close === null ? equity : add(close.equity, book.flowSinceClose);
  return subtract(subtract(equity, base), staleShortfall(positions));
}

function heldPosition(book: Book, trade: OpenTrade, view: ValueView, today: number): HeldPosition {
  const seen = view.marks.get(trade.symbol);
  const mark = seen?.price ?? trade.mark;
  return {
    symbol: trade.symbol,
    quantity: quantityOf(trade.lots),
    boughtQuantity: trade.boughtQuantity,
    averagePrice: entryPriceOf(trade),
    mark,
    markStale: seen === undefined || !seen.fresh,
    initialStop: trade.initialStop,
    stop: stopInForce(book, trade),
    entrySession: trade.entrySession,
    sessionsHeld: today - ordinalOf(trade.entrySession) + 1,
    highestClose: trade.highestClose > 0 ? trade.highestClose : mark,
    ...addsOf(trade),
    sector: view.sectorOf(trade.symbol),
  };
}

/**
 * Where the shares are sold, the lowest of several; null where no stop is at work: one that works no more protects
 * nothing. The stop that was sent last may have gone with a part that was sold, while the first one keeps the rest.
 */
function stopInForce(
  book: Book,
  { symbol, stop, stopRef, entryRef, steps }: OpenTrade,
): Micros | null {
  const named = stopRef === null ? null : book.order(stopRef);
  if (named !== null && isLive(named.status)) return stop;
  const isOfShares = ({ parentRef }: BookOrder): boolean =>
    parentRef === null ||
    parentRef === entryRef ||
    steps.some((step) => step.kind === 'fill' && step.orderRef === parentRef);
  let lowest: Micros | null = null;
  for (const order of book.live(symbol)) {
    const { leg, stopPrice } = order;
    if (leg !== 'stop' || stopPrice === null || !isOfShares(order)) continue;
    lowest = lowest === null ? stopPrice : minOf(lowest, stopPrice);
  }
  return lowest;
}

/** Every order but the first that bought shares of it has added to it. */
function addsOf({ entryRef, steps }: OpenTrade): Pick<HeldPosition, 'adds'> {
  const added: string[] = [];
  for (const step of steps) {
    if (step.kind !== 'fill' || step.side !== 'buy' || step.orderRef === entryRef) continue;
    if (!added.includes(step.orderRef)) added.push(step.orderRef);
  }
  return added.length === 0 ? {} : { adds: added.length };
}

function workingEntry(book: Book, order: BookOrder, view: PortfolioView): WorkingEntry {
  const isItsStop = (child: BookOrder): boolean =>
    child.leg === 'stop' && child.parentRef === order.orderRef;
  const stop = book.live(order.symbol).find(isItsStop);
  // A market entry has no limit of its own; what it may cost was bounded by its approval's.
  const limit = order.limitPrice ?? book.approval(order.orderRef)?.limitPrice;
  return {
    symbol: order.symbol,
    remaining: order.quantity - order.filledQuantity,
    limitPrice: assertExists(limit, 'a market entry was approved'),
    stopPrice: stop?.stopPrice ?? ZERO,
    sector: view.sectorOf(order.symbol),
    unknown: order.status === 'unknown',
  };
}

/** Symbols left of late: the exit session is day 0, the configured number of sessions after it are blocked too. */
function coolingDown(book: Book, view: PortfolioView): Symbol[] {
  const { cooldownSessionsAfterExit: afterExit, cooldownSessionsAfterStop: afterStop } = view;
  const today = ordinalOf(view.session);
  const symbols = new Set<Symbol>();
  const longest = Math.max(afterExit ?? -1, afterStop) + 1;
  for (const { symbol, exitSession, exitReason } of endedWithin(
    book.closedTrades(),
    view.session,
    longest,
  )) {
    const isStop = exitReason === 'stop' || exitReason === 'trail';
    const sessions = Math.max(afterExit ?? -1, isStop ? afterStop : -1);
    if (today - ordinalOf(exitSession) <= sessions) symbols.add(symbol);
  }
  return [...symbols].sort();
}
