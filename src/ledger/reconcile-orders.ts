import type { BrokerOrder, BrokerStatement } from '../domain/account.ts';
import type { Fill } from '../domain/fill.ts';
import { ZERO } from '../domain/money.ts';
import { isLive, legOfRef } from '../domain/order.ts';
import type { Book } from './book.ts';
import type { BookOrder } from './book-state.ts';
import { amounts, type Compared, counts } from './reconcile-rows.ts';

/** Every live order of ours against the broker's, price by price; then what the broker holds beyond them. */
export function compareOrders(book: Book, statement: BrokerStatement): Compared[] {
  const theirs = new Map<string, BrokerOrder>();
  const surplus: BrokerOrder[] = [];
  const ours = new Map(book.live().map((order) => [order.orderRef, order]));
  for (const order of statement.openOrders.filter(({ status }) => isLive(status))) {
    // The same reference a second time is an order too many, whatever it is called.
    if (ours.has(order.orderRef) && !theirs.has(order.orderRef)) theirs.set(order.orderRef, order);
    else surplus.push(order);
  }
  return [
    ...[...ours.values()].flatMap((order) => compareOrder(order, theirs.get(order.orderRef))),
    ...surplus.map((order) => surplusRow(book, order)),
  ];
}

const subjectOf = (order: BookOrder | BrokerOrder): 'stop' | 'order' =>
  order.type === 'stop' || order.type === 'trailing_stop' ? 'stop' : 'order';

const remaining = (order: BookOrder | BrokerOrder): number => order.quantity - order.filledQuantity;

function compareOrder(order: BookOrder, stated: BrokerOrder | undefined): Compared[] {
  const subject = subjectOf(order);
  const left = remaining(order);
  if (stated === undefined) {
    return [counts(subject, subject === 'stop' ? 'missing_stop' : 'missing_order', order, left, 0)];
  }
  const rows = [counts(subject, 'quantity', order, left, remaining(stated))];
  if (order.stopPrice !== null || stated.stopPrice !== null) {
    const prices = [order.stopPrice, stated.stopPrice] as const;
    rows.push(amounts(subject, 'stop_price', order, prices, ZERO));
  }
  if (order.limitPrice !== null || stated.limitPrice !== null) {
    const prices = [order.limitPrice, stated.limitPrice] as const;
    rows.push(amounts(subject, 'limit_price', order, prices, ZERO));
  }
  return rows;
}

/** An order that the book does not expect to work: once ours, or never. */
function surplusRow(book: Book, order: BrokerOrder): Compared {
  const subject = subjectOf(order);
  const isOurs = book.order(order.orderRef) !== null || legOfRef(order.orderRef) !== null;
  const kind = isOurs ? (subject === 'stop' ? 'orphan_stop' : 'orphan_order') : 'foreign_order';
  return counts(subject, kind, order, 0, remaining(order));
}

/** Positions whose working stops at the broker are for fewer shares than are owned. */
export function compareCover(book: Book, orders: readonly BrokerOrder[]): Compared[] {
  return book.openTrades().map(({ symbol }) => {
    const owned = book.owned(symbol);
    let cover = 0;
    for (const order of orders) {
      if (order.symbol === symbol && covers(book, order)) cover += remaining(order);
    }
    return counts('protection', 'unprotected', { symbol }, owned, Math.min(owned, cover));
  });
}

/** Our own standing stop, and at work: one that waits for its entry, or that nobody answered for, covers nothing. */
const covers = (book: Book, order: BrokerOrder): boolean =>
  subjectOf(order) === 'stop' &&
  order.side === 'sell' &&
  order.timeInForce === 'GTC' &&
  (order.status === 'working' || order.status === 'partial') &&
  book.order(order.orderRef) !== null;

/**
 * Executions that the book does not hold: of our orders, and sales by others of what is ours. Then commissions the
 * broker has reported and the book still waits for.
 */
export function compareFills(book: Book, fills: readonly Fill[]): Compared[] {
  return fills.flatMap((fill): Compared[] => {
    const { execId, orderRef, symbol, side, quantity, commission, filledAt } = fill;
    const isOurs = book.order(orderRef) !== null;
    if (!book.hasFill(execId)) {
      if (isOurs) return [counts('fill', 'missing_fill', fill, 0, quantity)];
      const sellsOurs = side === 'sell' && book.owned(symbol) > book.boughtAfter(symbol, filledAt);
      return sellsOurs ? [counts('fill', 'foreign_fill', fill, 0, quantity)] : [];
    }
    const waits = commission !== null && !book.hasCommission(execId);
    return [
      counts('fill', 'missing_fill', fill, quantity, quantity),
      ...(waits
        ? [amounts('commission', 'missing_commission', fill, [null, commission], ZERO)]
        : []),
    ];
  });
}
