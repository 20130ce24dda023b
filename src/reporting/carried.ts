import { micros, timesQuantity, ZERO } from '../domain/money.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { Book } from '../ledger/book.ts';
import type { BookOrder, OpenTrade } from '../ledger/book-state.ts';
import { costOf, quantityOf } from '../ledger/lots.ts';

type Checkpoint = EventOf<'book.checkpointed'>;

/**
 * What a journal would have said of positions and orders that it took over with a book: the executions and splits of
 * open trades, the orders at work, and what the account was worth then. All of it is as old as the checkpoint.
 */
export function carriedEvents(checkpoint: Checkpoint): JournalEvent[] {
  const book = new Book();
  book.restore(checkpoint.state);
  const { seq, at, prev, hash } = checkpoint;
  const base = { v: 1 as const, seq, at, runId: null, prev, hash };
  const mark = markOf(book);
  return [
    ...book.openTrades().flatMap(stepsOf),
    ...book.live().flatMap((order) => orderEvents(order, book.trade(order.symbol))),
    ...(mark === null ? [] : [mark]),
  ].map((payload): JournalEvent => ({ ...base, ...payload }));
}

type Envelope = 'v' | 'seq' | 'at' | 'runId' | 'prev' | 'hash' | 'step';
type Payload<T extends JournalEvent['type']> = Omit<EventOf<T>, Envelope>;
type Carried = (
  | Payload<'fill.recorded'>
  | Payload<'split.applied'>
  | Payload<'order.submitted'>
  | Payload<'order.acknowledged'>
  | Payload<'stop.moved'>
  | Payload<'account.marked'>
) & { readonly at?: JournalEvent['at'] };

const stepsOf = ({ symbol, steps, entrySession }: OpenTrade) => {
  let session = entrySession;
  return steps.map((step): Carried => {
    if (step.kind === 'split') {
      const { kind: _, ...split } = step;
      return { type: 'split.applied', symbol, session, ...split };
    }
    const { kind: _, ...fill } = step;
    session = fill.session;
    return { type: 'fill.recorded', symbol, source: 'broker', ...fill };
  });
};

/** An order at work as it was sent, and at the stop that its trade has by now. */
function orderEvents(order: BookOrder, trade: OpenTrade | null): Carried[] {
  const { orderRef, session, symbol, leg, side, type, quantity, limitPrice, stopPrice } = order;
  const { timeInForce, parentRef, ocaGroup, exitReason, payloadHash, status, submittedAt } = order;
  const terms = { quantity, limitPrice, stopPrice, timeInForce, parentRef, ocaGroup, exitReason };
  const named = { orderRef, session, symbol, leg, side, orderType: type };
  const events: Carried[] = [
    { type: 'order.submitted', at: submittedAt, ...named, ...terms, payloadHash },
  ];
  if (status === 'working' || status === 'partial') {
    events.push({ type: 'order.acknowledged', orderRef, brokerId: null });
  }
  const stop = trade?.stopRef === orderRef ? trade.stop : null;
  if (stop !== null && stopPrice !== null && stop !== stopPrice) {
    const moved = { symbol, orderRef, session, old: stopPrice, new: stop };
    events.push({ type: 'stop.moved', ...moved, cause: 'trail' });
  }
  return events;
}

/** Null for a book that never saw a close: then there is nothing to count from. */
function markOf(book: Book): Payload<'account.marked'> | null {
  const { lastClose } = book;
  if (lastClose === null) return null;
  const held = book.openTrades().map(({ symbol, lots, mark, stop }) => ({
    symbol,
    quantity: quantityOf(lots),
    mark,
    stop,
    cost: costOf(lots),
  }));
  const sum = (of: (row: (typeof held)[number]) => number) =>
    micros(held.reduce((total, row) => total + of(row), 0));
  return {
    type: 'account.marked',
    session: lastClose.session,
    cause: 'run',
    equity: book.equity(),
    cash: book.cash,
    exposure: sum(({ mark, quantity }) => timesQuantity(mark, quantity)),
    openRisk: sum(({ mark, stop, quantity }) =>
      timesQuantity(micros(Math.max(0, mark - (stop ?? 0))), quantity),
    ),
    unrealized: sum(({ mark, quantity, cost }) => timesQuantity(mark, quantity) - cost),
    openEntryCommissions: book.openLots().commissions,
    drawdown: lastClose.drawdown,
    intensity: book.intensity ?? 1,
    flow: ZERO,
    marks: held.map(({ symbol, quantity, mark }) => ({ symbol, quantity, mark, stale: false })),
  };
}
