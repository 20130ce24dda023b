import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import type { EventDraft, EventOf, JournalEvent } from '../../src/events/event.ts';
import type { CorrectingFill } from '../../src/ledger/book-corrections.ts';
import type { OpenTrade } from '../../src/ledger/book-state.ts';
import { commissionOf, costOf, quantityOf } from '../../src/ledger/lots.ts';
import { lives } from '../arbitraries.ts';
import { Ledger, ledgerWith } from './book-builder.ts';
import { AAA, bracketSent, commissionCame, draft, filled, minute } from './book-drafts.ts';

type Recorded = EventOf<'fill.recorded'>;

/** The event that puts others in the place of a recorded execution. */
function correction(
  old: Pick<Recorded, 'execId' | 'orderRef' | 'symbol' | 'side' | 'session'>,
  inForce: Pick<Recorded, 'quantity' | 'price' | 'commission'>,
  by: readonly CorrectingFill[],
  revision = 1,
): EventDraft {
  const { execId, orderRef, symbol, side, session } = old;
  const { quantity, price, commission } = inForce;
  return draft('fill.corrected', minute(1, 300), {
    execId,
    orderRef,
    symbol,
    side,
    session,
    old: { quantity, price, commission },
    by: [...by],
    revision,
    cause: 'a test',
  });
}

const bought = filled('buy', 100, 100);
const sold = filled('sell', 100, 95);
const desk = (): Ledger => ledgerWith(100_000).tell(...bracketSent());
const corrected = (old: Recorded, change: Partial<CorrectingFill>): CorrectingFill => ({
  execId: `${old.execId}.02`,
  quantity: old.quantity,
  price: old.price,
  commission: old.commission,
  filledAt: old.filledAt,
  inferred: false,
  ...change,
});
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
  const sums = ({ lots, steps: _, mark: __, markSession: ___, ...trade }: OpenTrade) => ({
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

/** Prices and commissions that differ from what was recorded, for some of the executions of a life. */
const changes = fc.array(
  fc.record({
    pick: fc.nat(),
    price: fc.integer({ min: 1, max: 400 }),
    commission: fc.integer({ min: 0, max: 9 }),
  }),
  { minLength: 1, maxLength: 6 },
);

interface Change {
  readonly execId: string;
  readonly terms: { readonly price: Recorded['price']; readonly commission: Recorded['price'] };
}

/** The last change of each execution that the book still remembers. */
function chosen(
  told: Ledger,
  asked: readonly { pick: number; price: number; commission: number }[],
): Change[] {
  const known = told.events.filter(
    (event): event is JournalEvent & Recorded =>
      event.type === 'fill.recorded' && told.book.execution(event.execId) !== null,
  );
  return asked.flatMap(({ pick, price, commission }) => {
    const fill = known[pick % Math.max(1, known.length)];
    if (fill === undefined) return [];
    return { execId: fill.execId, terms: { price: usd(price), commission: usd(commission) } };
  });
}

describe('corrections, whatever happened', () => {
  it('make the book that is made by executions which were right at once', () => {
    fc.assert(
      fc.property(lives(), changes, (events, asked) => {
        const late = new Ledger().tell(...events);
        const changed = new Map<string, Change['terms']>();
        chosen(late, asked).forEach(({ execId, terms }, i) => {
          const fill = late.book.execution(execId)?.fill;
          const old = events.find(
            (event) => event.type === 'fill.recorded' && event.execId === execId,
          );
          if (fill === undefined || old?.type !== 'fill.recorded') return;
          const by = corrected(old, { ...terms, execId: `${execId}.${i + 2}` });
          late.tell(correction(old, fill, [by], i + 1));
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
          const fill = ledger.book.execution(execId)?.fill;
          const old = events.find(
            (event) => event.type === 'fill.recorded' && event.execId === execId,
          );
          if (fill === undefined || old?.type !== 'fill.recorded') return;
          const quantity = 1 + (terms.price % (2 * fill.quantity));
          const by = corrected(old, { ...terms, quantity, execId: `${execId}.${i + 2}` });
          ledger.tell(correction(old, fill, [by], i + 1));
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
