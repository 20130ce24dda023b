import type { BrokerOrder, BrokerStatement } from '../domain/account.ts';
import type { Fill } from '../domain/fill.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, micros, toUsd, ZERO } from '../domain/money.ts';
import { isLive } from '../domain/order.ts';
import type { EventOf } from '../events/event.ts';
import type { Book } from './book.ts';
import type { BookOrder } from './book-state.ts';

/** One difference between our book and the broker's statement beyond its tolerance. Amounts are dollars. */
export type Discrepancy = EventOf<'reconcile.completed'>['discrepancies'][number];

/** The result of a comparison: `complete` is false where the broker could not say all, and then nothing is proved. */
export interface Reconciliation {
  readonly complete: boolean;
  /** How many things were compared: positions, orders, and cash. */
  readonly compared: number;
  readonly discrepancies: readonly Discrepancy[];
}

/** Cash may differ by less than a cent for rounding at the broker. */
const CASH_TOLERANCE: Micros = micros(10_000);

/**
 * Compares book and statement: share counts and our open orders with their stop prices exactly, cash to a cent, our
 * orders' executions one by one, and every position for a working stop that covers it. Nothing is corrected. What the statement does not hold
 * completely is not compared: an empty incomplete list proves nothing.
 */
export function reconcile(book: Book, statement: BrokerStatement): Reconciliation {
  const { complete } = statement;
  const discrepancies: Discrepancy[] = [];
  let compared = 0;
  if (complete.positions) {
    const rows = comparePositions(book, statement);
    compared += rows.compared;
    discrepancies.push(...rows.found);
  }
  if (complete.openOrders) {
    const rows = compareOrders(book, statement);
    compared += rows.compared;
    discrepancies.push(...rows.found, ...uncovered(book, statement.openOrders));
  }
  if (complete.fills) {
    const rows = compareFills(book, statement.fills);
    compared += rows.compared;
    discrepancies.push(...rows.found);
  }
  if (statement.cash !== null) {
    compared += 1;
    const difference = statement.cash - book.cash;
    if (Math.abs(difference) > CASH_TOLERANCE) {
      discrepancies.push(row('cash', null, null, book.cash, statement.cash, CASH_TOLERANCE));
    }
  }
  return {
    complete:
      complete.positions && complete.openOrders && complete.fills && statement.cash !== null,
    compared,
    discrepancies,
  };
}

interface Compared {
  readonly compared: number;
  readonly found: readonly Discrepancy[];
}

function comparePositions(book: Book, statement: BrokerStatement): Compared {
  const symbols = new Set<Symbol>(book.openTrades().map(({ symbol }) => symbol));
  const theirs = new Map<Symbol, number>();
  for (const { symbol, quantity } of statement.positions) {
    theirs.set(symbol, (theirs.get(symbol) ?? 0) + quantity);
    symbols.add(symbol);
  }
  const found: Discrepancy[] = [];
  for (const symbol of [...symbols].sort()) {
    const stated = theirs.get(symbol) ?? 0;
    const booked = book.owned(symbol);
    if (booked !== stated) found.push(counts('quantity', symbol, null, booked, stated));
  }
  return { compared: symbols.size, found };
}

function compareOrders(book: Book, statement: BrokerStatement): Compared {
  const stated = statement.openOrders.filter(({ status }) => isLive(status));
  const theirs = new Map<string, BrokerOrder>();
  const surplus: BrokerOrder[] = [];
  const ours = new Map(book.live().map((order) => [order.orderRef, order]));
  for (const order of stated) {
    // The same reference a second time is an order too many, whatever it is called.
    if (ours.has(order.orderRef) && !theirs.has(order.orderRef)) theirs.set(order.orderRef, order);
    else surplus.push(order);
  }
  const found: Discrepancy[] = [];
  for (const order of ours.values()) found.push(...compareOrder(order, theirs.get(order.orderRef)));
  for (const order of surplus) {
    found.push(counts('orphan_order', order.symbol, order.orderRef, 0, remaining(order)));
  }
  return { compared: ours.size + surplus.length, found };
}

function compareOrder(order: BookOrder, stated: BrokerOrder | undefined): Discrepancy[] {
  const { symbol, orderRef, stopPrice } = order;
  if (stated === undefined) {
    return [counts('missing_order', symbol, orderRef, remaining(order), 0)];
  }
  const found: Discrepancy[] = [];
  if (stated.stopPrice !== stopPrice) {
    found.push(row('stop_price', symbol, orderRef, stopPrice, stated.stopPrice, ZERO));
  }
  if (remaining(stated) !== remaining(order)) {
    found.push(counts('quantity', symbol, orderRef, remaining(order), remaining(stated)));
  }
  return found;
}

/** Executions of our orders that the book does not hold. */
function compareFills(book: Book, fills: readonly Fill[]): Compared {
  const ours = fills.filter(({ orderRef }) => book.order(orderRef) !== null);
  const missing = ours.filter(({ execId }) => !book.hasFill(execId));
  const found = missing.map(({ symbol, orderRef, quantity }) =>
    counts('missing_fill', symbol, orderRef, 0, quantity),
  );
  return { compared: ours.length, found };
}

const remaining = (order: BookOrder | BrokerOrder): number => order.quantity - order.filledQuantity;

/** Positions whose working stops at the broker are for fewer shares than are owned. */
function uncovered(book: Book, orders: readonly BrokerOrder[]): Discrepancy[] {
  const found: Discrepancy[] = [];
  for (const { symbol } of book.openTrades()) {
    const owned = book.owned(symbol);
    let cover = 0;
    for (const order of orders) {
      if (order.symbol === symbol && covers(book, order)) cover += remaining(order);
    }
    if (cover < owned) found.push(counts('unprotected', symbol, null, owned, cover));
  }
  return found;
}

/** Our own standing stop, and at work: one that waits for its entry, or that nobody answered for, covers nothing. */
const covers = (book: Book, { orderRef, type, side, timeInForce, status }: BrokerOrder): boolean =>
  type === 'stop' &&
  side === 'sell' &&
  timeInForce === 'GTC' &&
  (status === 'working' || status === 'partial') &&
  book.order(orderRef) !== null;

const counts = (
  kind: Discrepancy['kind'],
  symbol: Symbol,
  orderRef: string | null,
  book: number,
  statement: number,
): Discrepancy => ({
  kind,
  symbol,
  orderRef,
  book,
  statement,
  tolerance: 0,
  difference: statement - book,
});

const row = (
  kind: Discrepancy['kind'],
  symbol: Symbol | null,
  orderRef: string | null,
  book: Micros | null,
  statement: Micros | null,
  tolerance: Micros,
): Discrepancy => ({
  kind,
  symbol,
  orderRef,
  book: book === null ? null : toUsd(book),
  statement: statement === null ? null : toUsd(statement),
  tolerance: toUsd(tolerance),
  difference: book === null || statement === null ? null : toUsd(micros(statement - book)),
});
