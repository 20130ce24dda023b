import type { Symbol } from '../domain/market.ts';
import type { SessionDate } from '../domain/time.ts';
import type { Book } from '../ledger/book.ts';
import type { BookOrder } from '../ledger/book-state.ts';
import type { OrderDesk } from './order-desk.ts';

/**
 * Sells a part of a position. Its stop is split first, and what leaves with it shrunk, so that the part leaves through
 * a stop of its own size and the rest keeps its own: the stops cover all shares, and never sell more.
 */
export async function sellPart(
  book: Book,
  desk: OrderDesk,
  { symbol, quantity }: { readonly symbol: Symbol; readonly quantity: number },
  session: SessionDate,
): Promise<void> {
  const stop = book.live(symbol).find((order) => order.leg === 'stop' && order.type === 'stop');
  if (stop === undefined || stop.stopPrice === null) return;
  const left = stop.quantity - stop.filledQuantity - quantity;
  if (quantity <= 0 || left <= 0) return;
  if (!(await shrinkGroup(book, desk, stop, left))) return;
  await desk.takeIn(session);
  const sent = await desk.sendStop(symbol, quantity, stop.stopPrice, session);
  await desk.takeIn(session);
  if (sent !== 'accepted') return;
  const part = book.live(symbol).findLast(({ leg }) => leg === 'stop');
  const ocaGroup = part?.ocaGroup ?? null;
  const terms = { symbol, side: 'sell', quantity, exitReason: 'target', ocaGroup } as const;
  await desk.sendMarket(terms, session);
}

/** Leaves so many shares to a stop and to the others of its group: to those first, so that it covers till the last. */
async function shrinkGroup(
  book: Book,
  desk: OrderDesk,
  stop: BookOrder,
  left: number,
): Promise<boolean> {
  const others = book
    .live(stop.symbol)
    .filter(({ orderRef, ocaGroup }) => orderRef !== stop.orderRef && ocaGroup === stop.ocaGroup);
  for (const { orderRef, quantity, filledQuantity } of [...others, stop]) {
    if (quantity - filledQuantity <= left) continue;
    const change = { quantity: filledQuantity + left };
    const { outcome } = await desk.modify(orderRef, change, 'scale out');
    if (outcome !== 'accepted') return false;
  }
  return true;
}
