import { describe, expect, it } from 'vitest';
import { newYorkDate } from '../../src/calendar/nyse.ts';
import type { BrokerStatement } from '../../src/domain/account.ts';
import { add, usd, ZERO } from '../../src/domain/money.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { reconcile } from '../../src/ledger/reconcile.ts';
import { adoptCash, adoptSymbol, bookFills, cashAfter } from '../../src/ledger/reconcile-adopt.ts';
import type { Ledger } from './book-builder.ts';
import { AAA, BBB, dateNo, draft, filled, minute, refOf } from './book-drafts.ts';
import { agreeing, changed, desk, foreign, kindsOf, without } from './reconcile-scenes.ts';
import { SEEDS } from './reconcile-seeds.ts';

const STOP = refOf('stop');
const BY = { at: minute(2, 1), session: dateNo(2), by: 'cli' };

function adopt(ledger: Ledger, statement: BrokerStatement, symbol = AAA): EventDraft[] {
  const drafts = adoptSymbol(ledger.book, statement, symbol, BY);
  if (!drafts.ok) throw new Error(drafts.error);
  ledger.tell(...drafts.value);
  return drafts.value;
}

const left = (ledger: Ledger, statement: BrokerStatement): string[] =>
  kindsOf(reconcile(ledger.book, statement).discrepancies);

const held = (ledger: Ledger, quantity: number, cost: number | null = null): BrokerStatement => ({
  ...agreeing(ledger),
  positions: [{ symbol: AAA, quantity, averageCost: cost === null ? null : usd(cost) }],
});

describe('to adopt a symbol', () => {
  it('books missing sales at the stop that is gone, as inferred and provisional', () => {
    const ledger = desk();
    const statement = { ...without(agreeing(ledger), STOP), positions: [] };
    const drafts = adopt(ledger, statement);
    expect(drafts[0]).toMatchObject({
      type: 'fill.recorded',
      source: 'inferred',
      orderRef: STOP,
      side: 'sell',
      quantity: 100,
      price: usd(95),
      commission: null,
    });
    expect(ledger.trade()).toMatchObject({ status: 'closed', exitReason: 'stop', netPnl: null });
    expect(left(ledger, { ...statement, cash: ledger.book.cash })).toEqual([]);
  });

  it('is corrected by the execution of what it inferred, when the broker shows it after all', () => {
    const ledger = desk();
    const statement = { ...without(agreeing(ledger), STOP), positions: [] };
    adopt(ledger, statement);
    const sold = filled('sell', 100, 94.5, { commission: 1.5, execId: 'x1' });
    const { execId, orderRef, symbol, side, quantity, price, commission, filledAt } = sold;
    const fill = { execId, orderRef, symbol, side, quantity, price, commission, filledAt };
    const later = { ...statement, fills: [fill] };
    const drafts = bookFills(ledger.book, later, BY, newYorkDate);
    expect(drafts.map(({ type }) => type)).toEqual(['fill.corrected']);
    const expected = cashAfter(ledger.book, drafts);
    ledger.tell(...drafts);
    expect(ledger.book.cash).toBe(expected);
    ledger.closeTrades();
    expect(ledger.trade()).toMatchObject({ exitPrice: 94.5, grossPnl: -550 });
  });

  it('books missing shares at what they must have cost by the average of all', () => {
    const ledger = desk();
    // 100 at 100 and 1.00 of commission; 40 more for 4,040 make 140 at 100.292857.
    adopt(ledger, held(ledger, 140, 100.292857));
    expect(ledger.book.owned(AAA)).toBe(140);
    const { lots } = ledger.book.trade(AAA) ?? { lots: [] };
    expect(lots[1]?.cost).toBeCloseTo(usd(4040), -3);
    expect(left(ledger, { ...held(ledger, 140), cash: ledger.book.cash })).toEqual(['unprotected']);
  });

  it('ends, changes and revives orders as the broker has them', () => {
    const ledger = desk();
    const entry = refOf('entry', { symbol: BBB });
    ledger.tell(draft('order.cancelled', minute(1, 5), { orderRef: STOP, cause: 'we asked' }));
    const back = { ...agreeing(desk()), cash: ledger.book.cash };
    adopt(ledger, back);
    expect(left(ledger, back)).toEqual([]);
    const moved = changed(without(back, entry), STOP, { stopPrice: usd(96), quantity: 100 });
    adopt(ledger, moved);
    adopt(ledger, moved, BBB);
    expect(ledger.book.order(STOP)?.stopPrice).toBe(usd(96));
    expect(ledger.book.order(entry)?.status).toBe('cancelled');
    expect(left(ledger, moved)).toEqual([]);
  });

  it('changes nothing where nothing differs', () => {
    expect(adopt(desk(), agreeing(desk()))).toEqual([]);
  });

  it('is journalled as what a person did', () => {
    expect(adopt(desk(), held(desk(), 90)).at(-1)).toMatchObject({
      type: 'discrepancy.adopted',
      symbol: AAA,
      book: 100,
      statement: 90,
      by: 'cli',
    });
  });

  it.each([
    [
      'of an incomplete statement',
      { complete: { ...agreeing(desk()).complete, positions: false } },
    ],
    ['of a short position', { positions: [{ symbol: AAA, quantity: -5, averageCost: null }] }],
  ])('is refused %s', (_, change) => {
    const result = adoptSymbol(desk().book, { ...agreeing(desk()), ...change }, AAA, BY);
    expect(result.ok).toBe(false);
  });

  it('is refused where no price is known', () => {
    const statement = {
      ...agreeing(desk()),
      positions: [{ symbol: BBB, quantity: 5, averageCost: null }],
    };
    expect(adoptSymbol(desk().book, statement, BBB, BY).ok).toBe(false);
  });

  it('does not take orders of others for ours', () => {
    const statement = agreeing(desk());
    const theirs = { ...statement, openOrders: [...statement.openOrders, foreign()] };
    expect(adopt(desk(), theirs, BBB)).toEqual([]);
  });
});

describe('cash', () => {
  const paid = (ledger: Ledger, dollars: number): BrokerStatement => ({
    ...agreeing(ledger),
    cash: add(ledger.book.cash, usd(dollars)),
  });

  it('is adopted as what a person says it was', () => {
    const ledger = desk();
    const statement = paid(ledger, 12.5);
    const drafts = adoptCash(ledger.book.cash, statement, 'dividend', BY);
    expect(drafts).toMatchObject({
      ok: true,
      value: [{ type: 'cash.recorded', kind: 'dividend', amount: usd(12.5) }, { by: 'cli' }],
    });
    if (drafts.ok) ledger.tell(...drafts.value);
    expect(left(ledger, statement)).toEqual([]);
  });

  it('more of it is no withdrawal, less of it no deposit', () => {
    expect(adoptCash(desk().book.cash, paid(desk(), 1), 'withdrawal', BY).ok).toBe(false);
    expect(adoptCash(desk().book.cash, paid(desk(), -1), 'deposit', BY).ok).toBe(false);
    expect(adoptCash(desk().book.cash, { ...agreeing(desk()), cash: null }, 'fee', BY).ok).toBe(
      false,
    );
    expect(adoptCash(desk().book.cash, agreeing(desk()), 'fee', BY)).toEqual({
      ok: true,
      value: [],
    });
  });
});

describe('to adopt everything at once', () => {
  it('leaves nothing to differ: shares, orders, and the cash they do not explain', () => {
    const ledger = desk();
    const statement = {
      ...without(agreeing(ledger), refOf('entry', { symbol: BBB })),
      positions: [{ symbol: AAA, quantity: 60, averageCost: null }],
      cash: add(ledger.book.cash, usd(-12.34)),
    };
    expect(left(ledger, statement)).toEqual(['cash', 'missing_order', 'quantity']);
    const drafts = [AAA, BBB].flatMap((symbol) => {
      const adopted = adoptSymbol(ledger.book, statement, symbol, BY);
      return adopted.ok ? adopted.value : [];
    });
    const cash = adoptCash(cashAfter(ledger.book, drafts), statement, 'fee', BY);
    expect(cash.ok).toBe(true);
    ledger.tell(...drafts, ...(cash.ok ? cash.value : []));
    expect(left(ledger, statement)).toEqual([]);
  });
});

describe('one pass of adopting', () => {
  /** What a person may do: book executions, adopt every symbol, then say what the cash was. */
  function pass(ledger: Ledger, statement: BrokerStatement): void {
    ledger.tell(...bookFills(ledger.book, statement, BY, newYorkDate));
    for (const symbol of [AAA, BBB]) {
      const adopted = adoptSymbol(ledger.book, statement, symbol, BY);
      if (adopted.ok) ledger.tell(...adopted.value);
    }
    const gap = (statement.cash ?? ledger.book.cash) - ledger.book.cash;
    const cash = adoptCash(ledger.book.cash, statement, gap < 0 ? 'fee' : 'interest', BY);
    if (cash.ok) ledger.tell(...cash.value);
  }
  /** Not ours to take over, or nothing that a book can do about. */
  const OTHERS = [
    'foreign_order',
    'foreign_position',
    'orphan_order',
    'orphan_stop',
    'unprotected',
  ];
  const remaining = (seeded: BrokerStatement): string[] => {
    const ledger = desk();
    pass(ledger, seeded);
    return left(ledger, seeded).filter((kind) => !OTHERS.includes(kind));
  };

  it.each(SEEDS)('leaves nothing of $name that a book can follow', ({ seed }) => {
    expect(remaining(seed(agreeing(desk())))).toEqual([]);
  });

  it('leaves nothing of any two of these', () => {
    for (const [i, one] of SEEDS.entries()) {
      for (const other of SEEDS.slice(i + 1).filter(({ of }) => of !== one.of)) {
        const statement = one.seed(other.seed(agreeing(desk())));
        expect(remaining(statement), `${one.name} and ${other.name}`).toEqual([]);
      }
    }
  });
});

describe('to book the executions of the broker', () => {
  const sale = {
    execId: 'new',
    orderRef: STOP,
    symbol: AAA,
    side: 'sell' as const,
    quantity: 100,
    price: usd(94.5),
    commission: usd(1.02),
    filledAt: minute(1, 30),
  };
  const sold = (ledger: Ledger): BrokerStatement => ({
    ...without(agreeing(ledger), STOP),
    positions: [],
    fills: [sale],
    cash: add(ledger.book.cash, usd(9448.98)),
  });

  it('makes the book match at once: shares, orders, cash', () => {
    const ledger = desk();
    const statement = sold(ledger);
    expect(left(ledger, statement)).toContain('missing_fill');
    const drafts = bookFills(ledger.book, statement, BY, newYorkDate);
    expect(drafts).toMatchObject([
      { type: 'fill.recorded', source: 'broker', session: dateNo(1) },
      { type: 'discrepancy.adopted', kind: 'fill', note: 'new' },
    ]);
    ledger.tell(...drafts);
    expect(left(ledger, statement)).toEqual([]);
    expect(bookFills(ledger.book, statement, BY, newYorkDate)).toEqual([]);
  });

  it('takes one where one is named', () => {
    const { book } = desk();
    expect(bookFills(book, sold(desk()), BY, newYorkDate, 'another')).toEqual([]);
    expect(bookFills(book, sold(desk()), BY, newYorkDate, 'new')).toHaveLength(2);
  });

  it('takes what was sold of ours by hand, and nothing else of others', () => {
    const ledger = desk();
    const byHand = { ...sale, orderRef: 'tws-9' };
    const bought = { ...sale, execId: 'b', orderRef: 'tws-9', side: 'buy' as const, symbol: BBB };
    const statement = { ...sold(ledger), fills: [byHand, bought] };
    expect(left(ledger, statement)).toContain('foreign_fill');
    const drafts = bookFills(ledger.book, statement, BY, newYorkDate);
    expect(drafts.map(({ type }) => type)).toEqual(['fill.recorded', 'discrepancy.adopted']);
  });

  it('finds nothing in what others sold before we bought', () => {
    const ledger = desk();
    const before = { ...sale, orderRef: 'tws-9', filledAt: minute(1, -1) };
    const statement = { ...agreeing(ledger), fills: [before] };
    expect(left(ledger, statement)).toEqual([]);
    expect(bookFills(ledger.book, statement, BY, newYorkDate)).toEqual([]);
  });

  it('takes commissions that came late', () => {
    const ledger = desk().tell(filled('sell', 100, 95, { commission: null, execId: 'late' }));
    const statement = {
      ...agreeing(ledger),
      cash: add(ledger.book.cash, usd(-0.77)),
      fills: [{ ...sale, execId: 'late', commission: usd(0.77) }],
    };
    expect(left(ledger, statement)).toEqual(['cash', 'missing_commission']);
    ledger.tell(...bookFills(ledger.book, statement, BY, newYorkDate));
    expect(left(ledger, statement)).toEqual([]);
    expect(ledger.book.cash).toBeGreaterThan(ZERO);
  });
});
