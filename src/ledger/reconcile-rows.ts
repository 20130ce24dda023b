import type { Symbol } from '../domain/market.ts';
import { type Micros, micros, toUsd } from '../domain/money.ts';
import type { Discrepancy } from './breaks.ts';

/** What is compared. */
export type RowSubject =
  | 'position'
  | 'average cost'
  | 'order'
  | 'stop'
  | 'protection'
  | 'fill'
  | 'commission'
  | 'cash'
  | 'net liquidation';

/** What kind of difference there is, or `match` where there is none beyond the tolerance. */
export type RowClass =
  | 'match'
  | 'quantity'
  | 'price'
  | 'missing'
  | 'orphan'
  | 'unprotected'
  | 'foreign';

/**
 * What follows from a row. `information` never does anything; `pending` is too young to say, or has an order in flight;
 * a `break` stops entries until it is gone or somebody resolves it.
 */
export type RowState = 'match' | 'information' | 'pending' | 'break';

/** One thing compared. Amounts are dollars, quantities shares; null where a side has nothing to say. */
export interface ReconcileRow {
  readonly subject: RowSubject;
  readonly class: RowClass;
  readonly state: RowState;
  /** Null where there is nothing to journal. */
  readonly kind: Discrepancy['kind'] | null;
  readonly symbol: Symbol | null;
  readonly orderRef: string | null;
  readonly book: number | null;
  readonly statement: number | null;
  readonly tolerance: number;
  /** Statement less book. */
  readonly difference: number | null;
  /** What a person may do about it; null where there is nothing to do. */
  readonly action: string | null;
}

/** Where each kind of difference belongs. */
export const CLASS_OF: Readonly<Record<Discrepancy['kind'], RowClass>> = {
  quantity: 'quantity',
  missing_order: 'missing',
  missing_stop: 'missing',
  missing_fill: 'missing',
  missing_commission: 'missing',
  orphan_order: 'orphan',
  orphan_stop: 'orphan',
  stop_price: 'price',
  limit_price: 'price',
  cash: 'quantity',
  unprotected: 'unprotected',
  foreign_position: 'foreign',
  foreign_order: 'foreign',
  foreign_fill: 'foreign',
};

/** What is done about each kind, by a person and on purpose: nothing here is ever done by itself. */
const ACTION: Readonly<Record<Discrepancy['kind'], (name: string) => string>> = {
  quantity: (name) =>
    `if fills are missing, --book-fill; else take the broker's count: --adopt ${name}`,
  missing_order: (name) => `the order is over at the broker: --adopt ${name}`,
  missing_stop: (name) => `the stop is gone at the broker: --adopt ${name}, then protect or sell`,
  missing_fill: () => "book the broker's executions: --book-fill",
  missing_commission: () => "book the broker's commissions: --book-fill",
  orphan_order: (name) => `ours, and over by the book: cancel it at the broker, or --adopt ${name}`,
  orphan_stop: (name) => `sells what the book does not hold: cancel it at the broker (${name})`,
  stop_price: (name) => `take the price at the broker: --adopt ${name}`,
  limit_price: (name) => `take the price at the broker: --adopt ${name}`,
  cash: () => 'say what it was: --adopt CASH --as dividend, interest, fee, deposit or withdrawal',
  unprotected: (name) => `place a stop at the broker, or sell ${name}`,
  foreign_position: () => 'not ours: leave it, and set capital.maxUsd',
  foreign_order: (name) => `not ours: look at it at the broker (${name})`,
  foreign_fill: () => 'shares of ours sold by hand: --book-fill',
};

/** A row before anybody asked how old it is. */
export interface Compared {
  readonly subject: RowSubject;
  /** Null for a match. */
  readonly kind: Discrepancy['kind'] | null;
  readonly symbol: Symbol | null;
  readonly orderRef: string | null;
  readonly book: number | null;
  readonly statement: number | null;
  readonly tolerance: number;
  readonly difference: number | null;
}

/** Two counts of shares; they differ by `kind`, or match. */
export const counts = (
  subject: RowSubject,
  kind: Discrepancy['kind'],
  named: { readonly symbol: Symbol; readonly orderRef?: string },
  book: number,
  statement: number,
): Compared => ({
  subject,
  kind: book === statement ? null : kind,
  symbol: named.symbol,
  orderRef: named.orderRef ?? null,
  book,
  statement,
  tolerance: 0,
  difference: statement - book,
});

/** Two amounts; they differ by `kind` where they are further apart than the tolerance. */
export function amounts(
  subject: RowSubject,
  kind: Discrepancy['kind'] | null,
  named: { readonly symbol?: Symbol; readonly orderRef?: string },
  [book, statement]: readonly [Micros | null, Micros | null],
  tolerance: Micros,
): Compared {
  const difference = book === null || statement === null ? null : micros(statement - book);
  const differs = difference === null ? book !== statement : Math.abs(difference) > tolerance;
  return {
    subject,
    kind: differs ? kind : null,
    symbol: named.symbol ?? null,
    orderRef: named.orderRef ?? null,
    book: book === null ? null : toUsd(book),
    statement: statement === null ? null : toUsd(statement),
    tolerance: toUsd(tolerance),
    difference: difference === null ? null : toUsd(difference),
  };
}

/** The row with what follows from it. */
export const rowOf = (compared: Compared, state: RowState): ReconcileRow => {
  const { kind, symbol, subject, difference, tolerance } = compared;
  // Information has no kind to journal, and still says that two prices differ.
  const apart = difference !== null && Math.abs(difference) > tolerance;
  const classOf =
    kind === null ? (subject === 'average cost' && apart ? 'price' : 'match') : CLASS_OF[kind];
  return {
    ...compared,
    class: classOf,
    state,
    action: kind === null || state === 'information' ? null : ACTION[kind](symbol ?? 'CASH'),
  };
};

/** What of a comparison the book may take over from the broker, as `--adopt` names it; each once. */
export const adoptable = (rows: readonly ReconcileRow[]): string[] => {
  const offered = rows.flatMap(({ action, symbol }) => {
    const name = symbol ?? 'CASH';
    return action?.includes(`--adopt ${name}`) ? [name] : [];
  });
  return [...new Set(offered)];
};
