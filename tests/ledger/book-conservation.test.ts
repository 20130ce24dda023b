import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Micros } from '../../src/domain/money.ts';
import type { EventOf, JournalEvent } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import { decodeBook } from '../../src/ledger/book-codec.ts';
import type { BookState } from '../../src/ledger/book-state.ts';
import { commissionOf, costOf, quantityOf } from '../../src/ledger/lots.ts';
import { lives } from '../arbitraries.ts';
import { Ledger } from './book-builder.ts';
import { commissionCame } from './book-drafts.ts';

const LIVES = { numRuns: 150 };

/** The book of a journal, with the newest record of every trade. */
function bookOf(events: readonly JournalEvent[]) {
  const book = new Book();
  const trades = new Map<string, { netPnl: number | null; status: string }>();
  for (const event of events) {
    for (const change of book.apply(event)) {
      if (change.view === 'trades') trades.set(change.key, change.record);
    }
  }
  return { book, state: decodeBook(book.checkpoint()), trades };
}

const ofType = <T extends JournalEvent['type']>(events: readonly JournalEvent[], type: T) =>
  events.filter((event): event is EventOf<T> & JournalEvent => event.type === type);

/** Executions once each, with the commission that was told first for those that came without. */
function executions(events: readonly JournalEvent[]) {
  const told = new Map<string, number>();
  for (const { execId, commission } of ofType(events, 'commission.recorded')) {
    if (!told.has(execId)) told.set(execId, commission);
  }
  const fills = new Map(
    ofType(events, 'fill.recorded').map((fill) => [fill.execId, fill] as const),
  );
  return [...fills.values()].map((fill) => ({
    ...fill,
    commission: fill.commission ?? told.get(fill.execId) ?? 0,
  }));
}

const total = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);
const openTrades = (state: BookState) => [...state.trades.values()];
const paidIn = (events: readonly JournalEvent[]): number =>
  total(ofType(events, 'cash.recorded').map(({ amount }) => amount));

describe('the book, whatever happened', () => {
  it('has the cash that the journal moved, to the micro', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const traded = executions(events).map(({ side, quantity, price, commission }) =>
          side === 'buy' ? -quantity * price - commission : quantity * price - commission,
        );
        const inLieu = ofType(events, 'split.applied').map(({ cashInLieu }) => cashInLieu);
        expect(bookOf(events).book.cash).toBe(paidIn(events) + total(traded) + total(inLieu));
      }),
      LIVES,
    );
  });

  it('has all money either in cash or in lots, or realised it', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const { state } = bookOf(events);
        const lots = openTrades(state).flatMap((trade) => trade.lots);
        const invested = costOf(lots) + commissionOf(lots);
        expect(state.cash + invested).toBe(paidIn(events) + state.realized);
      }),
      LIVES,
    );
  });

  it('explains the change of equity by closed trades, open ones, their commissions and flows', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const { book, state, trades } = bookOf(events);
        const open = openTrades(state);
        const closedNet = [...state.ending.values()].map(
          ({ trade }) => trade.soldValue - trade.boughtValue - trade.commission,
        );
        // Trades whose facts are all known have left the book; their records stay.
        const settled = [...trades].filter(([id, { status }]) => {
          return status === 'closed' && !state.ending.has(id);
        });
        const settledNet = settled.map(([, { netPnl }]) => Math.round((netPnl as number) * 1e6));
        const unrealised = open.map(({ mark, lots }) => mark * quantityOf(lots) - costOf(lots));
        const entryCommissions = open.map(({ lots }) => commissionOf(lots));
        expect(book.equity()).toBe(
          paidIn(events) +
            total(closedNet) +
            total(settledNet) +
            total(open.map(({ realized }) => realized)) +
            total(unrealised) -
            total(entryCommissions),
        );
      }),
      LIVES,
    );
  });

  it('holds as many shares as were bought, split and not sold', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const seen = new Set<string>();
        const owned = new Map<string, number>();
        for (const event of events) {
          if (event.type === 'split.applied') owned.set(event.symbol, event.quantityAfter);
          if (event.type !== 'fill.recorded' || seen.has(event.execId)) continue;
          seen.add(event.execId);
          const change = event.side === 'buy' ? event.quantity : -event.quantity;
          owned.set(event.symbol, (owned.get(event.symbol) ?? 0) + change);
        }
        const { book } = bookOf(events);
        for (const [symbol, quantity] of owned) {
          expect(book.owned(symbol as never)).toBe(quantity);
        }
        expect(book.openTrades().every(({ lots }) => quantityOf(lots) > 0)).toBe(true);
      }),
      LIVES,
    );
  });

  it('realises what a share-by-share first-in first-out count realises', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const unsplit = events.filter(({ type }) => type !== 'split.applied');
        const { state } = bookOf(soldOwnedOnly(unsplit));
        const { gross, queues } = shareByShare(executions(soldOwnedOnly(unsplit)));
        const commissions = total(executions(soldOwnedOnly(unsplit)).map((x) => x.commission));
        const open = openTrades(state).flatMap(({ lots }) => lots);
        expect(state.realized + commissions - commissionOf(open)).toBe(gross);
        for (const trade of openTrades(state)) {
          expect(costOf(trade.lots)).toBe(total(queues.get(trade.symbol) ?? []));
        }
      }),
      LIVES,
    );
  });
});

/** Leaves out sales of shares that only a split had made. */
function soldOwnedOnly(events: readonly JournalEvent[]): JournalEvent[] {
  const owned = new Map<string, number>();
  const seen = new Set<string>();
  return events.filter((event) => {
    if (event.type !== 'fill.recorded' || seen.has(event.execId)) return true;
    const held = owned.get(event.symbol) ?? 0;
    const after = event.side === 'buy' ? held + event.quantity : held - event.quantity;
    if (after < 0) return false;
    seen.add(event.execId);
    owned.set(event.symbol, after);
    return true;
  });
}

/** First in, first out, one share at a time: no averages, no proportions. */
function shareByShare(fills: ReturnType<typeof executions>) {
  const queues = new Map<string, number[]>();
  let gross = 0;
  for (const { symbol, side, quantity, price } of fills) {
    const queue = queues.get(symbol) ?? [];
    queues.set(symbol, queue);
    for (let i = 0; i < quantity; i++) {
      if (side === 'buy') queue.push(price);
      else gross += price - (queue.shift() as number);
    }
  }
  return { gross, queues };
}

describe('a repeated execution', () => {
  it('changes nothing, whenever it comes', () => {
    fc.assert(
      fc.property(lives(30), (events) => {
        const { book, state } = bookOf(events);
        const oldest = state.sessions[0] as string;
        const recent = ofType(events, 'fill.recorded').filter((fill) => fill.session >= oldest);
        const before = { ...decodeBook(book.checkpoint()), seq: 0 };
        for (const fill of recent) expect(book.apply(fill)).toEqual([]);
        expect({ ...decodeBook(book.checkpoint()), seq: 0 }).toEqual(before);
      }),
      LIVES,
    );
  });
});

/** One commission for every execution, told with it or as late as can be. */
const COMMISSION = 1_234_567 as Micros;

function toldAtOnce(events: readonly JournalEvent[]): JournalEvent[] {
  return events.map((event) => {
    const isFill = event.type === 'fill.recorded' || event.type === 'commission.recorded';
    return isFill ? { ...event, commission: COMMISSION } : event;
  });
}

function toldLast(events: readonly JournalEvent[]): JournalEvent[] {
  const early = events.filter(({ type }) => type !== 'commission.recorded');
  const late = early.map((event) =>
    event.type === 'fill.recorded' ? { ...event, commission: null } : event,
  );
  const messages = executions(events).map(({ execId, at, seq, v, prev, hash }) => {
    const place = { at, seq, v, prev, hash, runId: null };
    return { ...place, type: 'commission.recorded', execId, commission: COMMISSION } as const;
  });
  return [...late, ...messages];
}

describe('commissions that all come late', () => {
  it('end in the same cash, results and R as those that came with their executions', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const late = bookOf(toldLast(events)).state;
        const prompt = bookOf(toldAtOnce(events)).state;
        expect(late.cash).toBe(prompt.cash);
        expect(late.closed).toEqual(prompt.closed);
        const [ofLate, ofPrompt] = [bookOf(toldLast(events)), bookOf(toldAtOnce(events))];
        for (const [id, record] of ofPrompt.trades) {
          if (record.status === 'closed') expect(ofLate.trades.get(id)).toEqual(record);
        }
      }),
      LIVES,
    );
  });

  it('are divided between what was sold and what is held like prompt ones', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const unsplit = soldOwnedOnly(events.filter(({ type }) => type !== 'split.applied'));
        const late = bookOf(toldLast(unsplit)).state;
        const prompt = bookOf(toldAtOnce(unsplit)).state;
        // Each sale of a part of a lot rounds once more where the commission was there already.
        const sales = executions(unsplit).filter(({ side }) => side === 'sell').length;
        expect(Math.abs(late.realized - prompt.realized)).toBeLessThanOrEqual(sales);
      }),
      LIVES,
    );
  });

  it('leave no trade waiting in the book once they are known', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const ledger = new Ledger();
        ledger.tell(...events).closeTrades();
        for (const [execId, fill] of ledger.state.fills) {
          if (!fill.commissionKnown) ledger.tell(commissionCame(execId, 1));
        }
        expect(ledger.state.ending.size).toBe(0);
        expect(
          [...ledger.trades.values()].filter(({ netPnl, status }) => {
            return status === 'closed' && netPnl === null;
          }),
        ).toEqual([]);
      }),
      LIVES,
    );
  });
});
