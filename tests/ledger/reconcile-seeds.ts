import { expect } from 'vitest';
import type { BrokerStatement } from '../../src/domain/account.ts';
import { add, micros, usd } from '../../src/domain/money.ts';
import type { Discrepancy } from '../../src/ledger/reconcile.ts';
import { AAA, BBB, minute, refOf } from './book-drafts.ts';
import { changed, foreign, without } from './reconcile-scenes.ts';

const STOP = refOf('stop');
const ENTRY = refOf('entry', { symbol: BBB });

const row = (terms: Partial<Discrepancy>): unknown =>
  expect.objectContaining({ tolerance: 0, ...terms });

/** Ways to disagree, each with the rows it must give and no other. */
export const SEEDS: readonly {
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
      positions: [{ symbol: BBB, quantity: 5, averageCost: usd(101) }, ...s.positions],
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
    name: 'another limit price',
    of: 'the entry',
    seed: (s) => changed(s, ENTRY, { limitPrice: usd(99) }),
    rows: [
      row({ kind: 'limit_price', symbol: BBB, orderRef: ENTRY, statement: 99, difference: -2 }),
    ],
  },
  {
    name: 'a stop of ours that the book holds for ended',
    of: 'a second stop',
    seed: (s) => ({
      ...s,
      openOrders: [...s.openOrders, foreign({ orderRef: `${STOP}0`, type: 'stop', symbol: AAA })],
    }),
    rows: [row({ kind: 'orphan_stop', symbol: AAA, orderRef: `${STOP}0`, statement: 100 })],
  },
  {
    name: 'shares of ours sold by hand',
    of: 'executions',
    seed: (s) => ({
      ...s,
      fills: [
        {
          execId: 'by hand',
          orderRef: 'tws-9',
          symbol: AAA,
          side: 'sell',
          quantity: 10,
          price: usd(99),
          commission: null,
          filledAt: minute(1, 40),
        },
      ],
    }),
    rows: [row({ kind: 'foreign_fill', symbol: AAA, orderRef: 'tws-9', book: 0, statement: 10 })],
  },
  {
    name: 'a stop that is not there',
    of: 'the stop',
    seed: (s) => without(s, STOP),
    rows: [
      row({ kind: 'missing_stop', symbol: AAA, orderRef: STOP, book: 100, statement: 0 }),
      row({ kind: 'unprotected', symbol: AAA, book: 100, statement: 0, difference: -100 }),
    ],
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
