import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrokerStatement } from '../../src/domain/account.ts';
import { add, micros, usd } from '../../src/domain/money.ts';
import { type Discrepancy, reconcile } from '../../src/ledger/reconcile.ts';
import { lives } from '../arbitraries.ts';
import { Ledger } from './book-builder.ts';
import { AAA, BBB, minute, refOf } from './book-drafts.ts';
import { agreeing, changed, desk, foreign, kindsOf, without } from './reconcile-scenes.ts';

const STOP = refOf('stop');
const row = (terms: Partial<Discrepancy>): unknown =>
  expect.objectContaining({ tolerance: 0, ...terms });

/** Ways to disagree, each with the rows it must give and no other. */
const SEEDS: readonly {
  readonly name: string;
  /** What it changes: two seeds of the same thing are not planted together. */
  readonly of: string;
  readonly seed: (statement: BrokerStatement) => BrokerStatement;
  readonly rows: readonly unknown[];
}[] = [
  {
    name: 'fewer shares',
    of: 'shares of AAA',
    seed: (s) => ({
      ...s,
      positions: s.positions.map((held) =>
        held.symbol === AAA ? { ...held, quantity: 90 } : held,
      ),
    }),
    rows: [row({ kind: 'quantity', symbol: AAA, book: 100, statement: 90, difference: -10 })],
  },
  {
    name: 'shares of a symbol we do not hold',
    of: 'shares of BBB',
    seed: (s) => ({
      ...s,
      positions: [{ symbol: BBB, quantity: 5, averageCost: null }, ...s.positions],
    }),
    rows: [row({ kind: 'foreign_position', symbol: BBB, book: 0, statement: 5, difference: 5 })],
  },
  {
    name: 'an order that is not there',
    of: 'the entry',
    seed: (s) => without(s, refOf('entry', { symbol: BBB })),
    rows: [
      row({
        kind: 'missing_order',
        symbol: BBB,
        orderRef: refOf('entry', { symbol: BBB }),
        book: 100,
        statement: 0,
      }),
    ],
  },
  {
    name: 'an order that is not ours',
    of: 'foreign orders',
    seed: (s) => ({ ...s, openOrders: [...s.openOrders, foreign()] }),
    rows: [row({ kind: 'foreign_order', orderRef: 'tws-17', book: 0, statement: 100 })],
  },
  {
    name: 'an order that is there twice',
    of: 'the entry',
    seed: (s) => ({
      ...s,
      openOrders: [...s.openOrders, foreign({ orderRef: refOf('entry', { symbol: BBB }) })],
    }),
    rows: [
      row({ kind: 'orphan_order', orderRef: refOf('entry', { symbol: BBB }), statement: 100 }),
    ],
  },
  {
    name: 'another stop price',
    of: 'the stop',
    seed: (s) => changed(s, STOP, { stopPrice: usd(94.99) }),
    rows: [
      row({
        kind: 'stop_price',
        symbol: AAA,
        orderRef: STOP,
        book: 95,
        statement: 94.99,
        difference: -0.01,
      }),
    ],
  },
  {
    name: 'another quantity left of an order',
    of: 'the entry',
    seed: (s) => changed(s, refOf('entry', { symbol: BBB }), { filledQuantity: 40 }),
    rows: [
      row({
        kind: 'quantity',
        symbol: BBB,
        orderRef: refOf('entry', { symbol: BBB }),
        book: 100,
        statement: 60,
      }),
    ],
  },
  {
    name: 'an execution we have not booked',
    of: 'executions',
    seed: (s) => ({
      ...s,
      fills: [
        {
          execId: 'new',
          orderRef: STOP,
          symbol: AAA,
          side: 'sell',
          quantity: 30,
          price: usd(95),
          commission: null,
          filledAt: minute(1, 30),
        },
      ],
    }),
    rows: [row({ kind: 'missing_fill', symbol: AAA, orderRef: STOP, book: 0, statement: 30 })],
  },
  {
    name: 'cash',
    of: 'cash',
    seed: (s) => ({ ...s, cash: add(s.cash ?? micros(0), usd(-0.010001)) }),
    rows: [
      row({ kind: 'cash', symbol: null, tolerance: 0.01, book: 89_999, difference: -0.010001 }),
    ],
  },
  {
    name: 'a stop that waits or is held back',
    of: 'the stop',
    seed: (s) => changed(s, STOP, { status: 'submitted' }),
    rows: [row({ kind: 'unprotected', symbol: AAA, book: 100, statement: 0, difference: -100 })],
  },
];

describe('book and statement', () => {
  it('agree where both saw the same', () => {
    const result = reconcile(desk().book, agreeing(desk()));
    // One position, three live orders, cash: the entry that has filled is none of them.
    expect(result).toMatchObject({ complete: true, unsaid: [], compared: 5, discrepancies: [] });
    expect(new Set(result.rows.map(({ class: kind }) => kind))).toEqual(new Set(['match']));
  });

  it('agree whatever happened, as long as both saw it and every stop works', () => {
    fc.assert(
      fc.property(lives(40), (events) => {
        const ledger = new Ledger().tell(...events);
        const { discrepancies } = reconcile(ledger.book, agreeing(ledger));
        // What our own stops do not cover is said of any statement.
        expect(discrepancies.filter(({ kind }) => kind !== 'unprotected')).toEqual([]);
      }),
    );
  });

  it.each(SEEDS)('differ by $name, and by nothing else', ({ seed, rows }) => {
    const { complete, discrepancies } = reconcile(desk().book, seed(agreeing(desk())));
    expect(complete).toBe(true);
    expect(discrepancies).toEqual(rows);
  });

  it('differ by both of any two of these, and by nothing else', () => {
    for (const [i, one] of SEEDS.entries()) {
      for (const other of SEEDS.slice(i + 1).filter(({ of }) => of !== one.of)) {
        const { discrepancies } = reconcile(desk().book, one.seed(other.seed(agreeing(desk()))));
        const rows = [...one.rows, ...other.rows];
        expect(discrepancies).toHaveLength(rows.length);
        expect(discrepancies).toEqual(expect.arrayContaining(rows));
      }
    }
  });

  it('differ where a stop is missing by the order and by the shares it leaves alone', () => {
    const { discrepancies } = reconcile(desk().book, without(agreeing(desk()), STOP));
    expect(kindsOf(discrepancies)).toEqual(['missing_stop', 'unprotected']);
  });

  it('do not differ by a cent of cash, nor by executions and zero positions of others', () => {
    const statement = agreeing(desk());
    const fill = {
      execId: 'theirs',
      orderRef: 'tws-17',
      symbol: BBB,
      side: 'buy',
      quantity: 5,
      price: usd(10),
      commission: null,
      filledAt: minute(1, 5),
    } as const;
    const flat = { symbol: BBB, quantity: 0, averageCost: null };
    const { discrepancies } = reconcile(desk().book, {
      ...statement,
      cash: add(statement.cash ?? micros(0), usd(0.01)),
      positions: [...statement.positions, flat],
      fills: [fill],
    });
    expect(discrepancies).toEqual([]);
  });
});
