import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import type { EventDraft } from '../../src/events/event.ts';
import type { CorrectingFill } from '../../src/ledger/book-corrections.ts';
import type { OpenTrade } from '../../src/ledger/book-state.ts';
import { commissionOf, costOf, quantityOf } from '../../src/ledger/lots.ts';
import { lives } from '../arbitraries.ts';
import { Ledger, ledgerWith } from './book-builder.ts';
import { AAA, bracketSent, commissionCame, filled } from './book-drafts.ts';
import {
  amend,
  type Change,
  changes,
  chosen,
  corrected,
  correction,
  type Recorded,
} from './corrections.ts';

const bought = filled('buy', 100, 100);
const sold = filled('sell', 100, 95);
const desk = (): Ledger => ledgerWith(100_000).tell(...bracketSent());
const correct = (old: EventDraft, change: Partial<CorrectingFill>): EventDraft => {
  const fill = old as Recorded;
  return correction(fill, fill, [corrected(fill, change)]);
};

describe('a corrected execution', () => {
  it('changes cash, cost and results as if it had been so at once', () => {
    const ledger = desk().tell(bought, correct(bought, { price: usd(99) }));
    expect(ledger.book.cash).toBe(usd(100_000 - 9_900 - 1));
    expect(ledger.trade()).toMatchObject({ status: 'open', entryPrice: 99, quantity: 100 });
    ledger.tell(sold).closeTrades();
    expect(ledger.trade()).toMatchObject({ grossPnl: -400, commission: 2, netPnl: -402 });
  });

  it('amends the record of a trade that is closed, and its R for intensity', () => {
    const ledger = desk().tell(bought, sold).closeTrades();
    expect(ledger.trade()).toMatchObject({ netPnl: -502 });
    ledger.tell(correct(sold, { price: usd(96) })).closeTrades();
    expect(ledger.trade()).toMatchObject({
      status: 'closed',
      exitPrice: 96,
      netPnl: -402,
      mae: -3,
    });
    expect(ledger.book.closedTrades()).toMatchObject([{ netR: -402 / 500 }]);
    expect(ledger.state.realized).toBe(usd(-402));
  });

  it('opens a trade again where shares are left of it, and ends it with their sale', () => {
    const ledger = desk().tell(bought, sold).closeTrades();
    ledger.tell(correct(sold, { quantity: 60 }));
    expect(ledger.trade()).toMatchObject({ status: 'open' });
    expect(ledger.book.owned(AAA)).toBe(40);
    expect(ledger.book.closedTrades()).toEqual([]);
    ledger.tell(filled('sell', 40, 97, { minutes: 90 })).closeTrades();
    expect(ledger.trade()).toMatchObject({ status: 'closed', exitPrice: 95.8 });
  });

  it('that never was leaves nothing of itself', () => {
    const ledger = desk().tell(bought, correction(bought, bought, []));
    expect(ledger.book.cash).toBe(usd(100_000));
    expect(ledger.book.owned(AAA)).toBe(0);
    expect(ledger.book.order(bought.orderRef)?.filledQuantity).toBe(0);
  });

  it('waits for its commission under its new name', () => {
    const ledger = desk().tell(bought, correct(bought, { commission: null }));
    expect(ledger.trade().commission).toBeNull();
    ledger.tell(commissionCame(bought.execId, 5), commissionCame(`${bought.execId}.02`, 2));
    expect(ledger.trade().commission).toBe(2);
    expect(ledger.book.cash).toBe(usd(100_000 - 10_000 - 2));
  });

  it('is not booked where it would sell what was never bought', () => {
    const ledger = desk().tell(bought, sold);
    const before = { ...ledger.state, seq: 0 };
    ledger.tell(correct(bought, { quantity: 99 }));
    expect({ ...ledger.state, seq: 0 }).toEqual(before);
    expect(ledger.book.canCorrect(bought.execId, [corrected(bought, { quantity: 99 })])).toBe(
      false,
    );
  });
});

/** What a book holds, whatever its executions are called. */
function holdings(ledger: Ledger) {
  const { state } = ledger;
  const sums = ({
    lots,
    steps: _steps,
    mark: _mark,
    markSession: _markSession,
    ...trade
  }: OpenTrade) => ({
    ...trade,
    lots: lots.map(({ execId: ____, ...lot }) => lot),
  });
  return {
    cash: state.cash,
    realized: state.realized,
    closed: state.closed,
    open: [...state.trades.values()].map(sums),
    orders: [...state.orders.values()].map(({ orderRef, filledQuantity }) => ({
      orderRef,
      filledQuantity,
    })),
  };
}

describe('corrections, whatever happened', () => {
  it('make the book that is made by executions which were right at once', () => {
    fc.assert(
      fc.property(lives(), changes, (events, asked) => {
        const late = new Ledger().tell(...events);
        const changed = new Map<string, Change['terms']>();
        chosen(late, asked).forEach(({ execId, terms }, i) => {
          amend(late, execId, terms, i);
          changed.set(execId, terms);
        });
        const prompt = new Ledger().tell(
          ...events.map((event) =>
            event.type === 'fill.recorded' ? { ...event, ...changed.get(event.execId) } : event,
          ),
        );
        expect(holdings(late)).toEqual(holdings(prompt));
      }),
      { numRuns: 150 },
    );
  });

  it('leave all money in cash or in lots, or realised, also where quantities change', () => {
    fc.assert(
      fc.property(lives(), changes, (events, asked) => {
        const ledger = new Ledger().tell(...events);
        const paidIn = events.reduce(
          (sum, event) => sum + (event.type === 'cash.recorded' ? event.amount : 0),
          0,
        );
        chosen(ledger, asked).forEach(({ execId, terms }, i) => {
          const held = ledger.book.execution(execId)?.fill.quantity ?? 1;
          amend(ledger, execId, { ...terms, quantity: 1 + (terms.price % (2 * held)) }, i);
        });
        const { state } = ledger;
        const lots = [...state.trades.values()].flatMap((trade) => trade.lots);
        expect(state.cash + costOf(lots) + commissionOf(lots)).toBe(paidIn + state.realized);
        expect([...state.trades.values()].every((trade) => quantityOf(trade.lots) > 0)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
