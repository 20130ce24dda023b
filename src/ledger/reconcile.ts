import type { BrokerOrder, BrokerStatement } from '../domain/account.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, micros, toUsd } from '../domain/money.ts';
import { isLive } from '../domain/order.ts';
import type { EventOf } from '../events/event.ts';
import type { Book } from './book.ts';
import type { BookOrder } from './book-state.ts';
import { quantityOf } from './lots.ts';

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
 * Compares book and statement: share counts and our open orders with their stop prices exactly, cash to a cent, and
 * every position for a working stop that covers it. Nothing is corrected. What the statement does not hold
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
  if (statement.cash !== null) {
    compared += 1;
    const difference = statement.cash - book.cash;
    if (Math.abs(difference) > CASH_TOLERANCE) {
      discrepancies.push(row('cash', null, null, book.cash, statement.cash, CASH_TOLERANCE));
    }
  }
  return {
    complete: complete.positions && complete.openOrders && statement.cash !== null,
    compared,
    discrepancies,
  };
}

interface Compared {
  readonly compared: number;
  readonly found: readonly Discrepancy[];
}

function comparePositions(book: Book, statement: BrokerStatement): Compared {
  const ours = new Map<Symbol, number>();
  for (const trade of book.openTrades()) ours.set(trade.symbol, quantityOf(trade.lots));
  const theirs = new Map(statement.positions.map(({ symbol, quantity }) => [symbol, quantity]));
  const symbols = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  const found: Discrepancy[] = [];
  for (const symbol of symbols) {
    const booked = ours.get(symbol) ?? 0;
    const stated = theirs.get(symbol) ?? 0;
    if (booked !== stated) found.push(counts('quantity', symbol, null, booked, stated));
  }
  return { compared: symbols.length, found };
}

function compareOrders(book: Book, statement: BrokerStatement): Compared {
  const theirs = new Map(
    statement.openOrders.filter(({ status }) => isLive(status)).map((o) => [o.orderRef, o]),
  );
  const found: Discrepancy[] = [];
  const ours = book.live();
  for (const order of ours) {
    const stated = theirs.get(order.orderRef);
    if (stated === undefined) {
      found.push(counts('missing_order', order.symbol, order.orderRef, remaining(order), 0));
      continue;
    }
    if (stated.stopPrice !== order.stopPrice) {
      const { symbol, orderRef, stopPrice } = order;
      found.push(row('stop_price', symbol, orderRef, stopPrice, stated.stopPrice, micros(0)));
    }
    if (remaining(stated) !== remaining(order)) {
      const { symbol, orderRef } = order;
      found.push(counts('quantity', symbol, orderRef, remaining(order), remaining(stated)));
    }
  }
  const known = new Set(ours.map(({ orderRef }) => orderRef));
  for (const [orderRef, order] of theirs) {
    if (!known.has(orderRef)) {
      found.push(counts('orphan_order', order.symbol, orderRef, 0, remaining(order)));
    }
  }
  return { compared: new Set([...known, ...theirs.keys()]).size, found };
}

const remaining = (order: BookOrder | BrokerOrder): number => order.quantity - order.filledQuantity;

/** Positions whose working stops at the broker are for fewer shares than are owned. */
function uncovered(book: Book, orders: readonly BrokerOrder[]): Discrepancy[] {
  const found: Discrepancy[] = [];
  for (const { symbol, lots } of book.openTrades()) {
    const owned = quantityOf(lots);
    let cover = 0;
    for (const order of orders) {
      const isStop = order.type === 'stop' && order.side === 'sell';
      if (order.symbol === symbol && isStop && isLive(order.status)) cover += remaining(order);
    }
    if (cover < owned) found.push(counts('unprotected', symbol, null, owned, cover));
  }
  return found;
}

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
