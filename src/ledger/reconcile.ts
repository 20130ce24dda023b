import type { BrokerStatement } from '../domain/account.ts';
import type { Symbol } from '../domain/market.ts';
import {
  add,
  type Micros,
  maxOf,
  micros,
  subtract,
  timesBps,
  timesQuantity,
  toUsd,
  ZERO,
} from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Book } from './book.ts';
import type { ClosedTrade } from './book-state.ts';
import { breakKey, type Discrepancy } from './breaks.ts';
import { averagePrice, commissionOf, costOf, quantityOf } from './lots.ts';
import { compareCover, compareFills, compareOrders } from './reconcile-orders.ts';
import { amounts, type Compared, counts, type ReconcileRow, rowOf } from './reconcile-rows.ts';

export type { Discrepancy } from './breaks.ts';

/** How patient a comparison is. */
export interface ReconcileRules {
  /** A difference on a symbol that changed less than this ago is pending. */
  readonly graceMs: number;
  /** An order that was sent less than this ago and is not answered for keeps its symbol pending. */
  readonly inFlightMs: number;
  /** True where shares that are not ours are expected in the account: they are shown, and no break. */
  readonly foreignExpected: boolean;
  /** What fills whose commission the broker has not told will cost by the model; absent where there are none. */
  readonly unpaidCommissions?: Micros;
}

/** For a broker beyond a wire: messages and statement may cross. */
export const LIVE_RULES: ReconcileRules = {
  graceMs: 30_000,
  inFlightMs: 600_000,
  foreignExpected: false,
};

/** For a simulated broker, which answers at once. */
export const SIMULATED_RULES: ReconcileRules = {
  graceMs: 0,
  inFlightMs: 0,
  foreignExpected: false,
};

/** A position on both sides. Dollars; null where a side says nothing. */
export interface PositionComparison {
  readonly symbol: Symbol;
  readonly book: number;
  readonly statement: number | null;
  readonly averagePrice: number | null;
  readonly mark: number | null;
  /** Quantity times (mark less average fill), without commissions. */
  readonly unrealized: number | null;
}

/** The result of a comparison: `complete` is false where the broker could not say all, and then nothing is proved. */
export interface Reconciliation {
  readonly at: EpochMs;
  readonly complete: boolean;
  /** What the statement could not say: "positions", "cash". */
  readonly unsaid: readonly string[];
  /** How many things were compared. */
  readonly compared: number;
  readonly rows: readonly ReconcileRow[];
  readonly positions: readonly PositionComparison[];
  /** The rows that are no match and no mere information, as the journal keeps them. */
  readonly discrepancies: readonly Discrepancy[];
}

/** Cash may differ by less than a cent for rounding at the broker. */
const CASH_TOLERANCE: Micros = micros(10_000);

/**
 * Compares book and statement: share counts and our open orders with their prices exactly, cash to a cent, our orders'
 * executions one by one, every position for a working stop that covers it, and for information average costs and net
 * liquidation. Nothing is corrected. What the statement does not hold completely is not compared: an empty incomplete
 * list proves nothing.
 */
export function reconcile(
  book: Book,
  statement: BrokerStatement,
  rules: ReconcileRules = SIMULATED_RULES,
): Reconciliation {
  const { complete } = statement;
  const findings: Compared[] = [
    ...(complete.positions ? comparePositions(book, statement) : []),
    ...(complete.openOrders ? compareOrders(book, statement) : []),
    ...(complete.openOrders ? compareCover(book, statement.openOrders) : []),
    ...(complete.fills ? compareFills(book, statement.fills) : []),
    ...(statement.cash === null
      ? []
      : [amounts('cash', 'cash', {}, [book.cash, statement.cash], CASH_TOLERANCE)]),
  ];
  const young = youngSymbols(book, statement, rules);
  const rows = findings.map((found) => rowOf(found, stateOf(found, young, rules)));
  const information = informationOf(book, statement).map((found) => rowOf(found, 'information'));
  const unsaid = [
    ...(complete.positions ? [] : ['positions']),
    ...(complete.openOrders ? [] : ['open orders']),
    ...(complete.fills ? [] : ['executions']),
    ...(statement.cash === null ? ['cash'] : []),
  ];
  return resultOf({
    at: statement.at,
    complete: unsaid.length === 0,
    unsaid,
    compared: thingsIn(rows),
    rows: [...rows, ...information],
    positions: positionsOf(book, statement),
  });
}

/** Positions, orders, executions and cash; an order is one thing, however much of it is compared. */
function thingsIn(rows: readonly ReconcileRow[]): number {
  const orders = new Set<string>();
  let others = 0;
  for (const { subject, kind, orderRef } of rows) {
    if (subject === 'protection' || subject === 'commission') continue;
    const isOrder = subject === 'order' || subject === 'stop';
    // The same reference a second time is a thing of its own.
    if (isOrder) orders.add(`${orderRef} ${kind?.startsWith('orphan') ?? false}`);
    else others += 1;
  }
  return orders.size + others;
}

const resultOf = (parts: Omit<Reconciliation, 'discrepancies'>): Reconciliation => ({
  ...parts,
  discrepancies: parts.rows.flatMap((row) => {
    const { kind, symbol, orderRef, book, statement, tolerance, difference, state } = row;
    if (kind === null || (state !== 'break' && state !== 'pending')) return [];
    const found = { kind, symbol, orderRef, book, statement, tolerance, difference };
    return [state === 'pending' ? { ...found, state } : found];
  }),
});

/**
 * The second of two comparisons, with as breaks only what the first one showed just so; anything else is pending until
 * it is seen again. Two comparisons closer than `apartMs`, or one that is incomplete, confirm nothing.
 */
export function confirmed(
  first: Reconciliation,
  second: Reconciliation,
  apartMs: number,
): Reconciliation {
  const proves = first.complete && second.complete && second.at - first.at >= apartMs;
  const seen = new Map(first.discrepancies.map((row) => [breakKey(row), row]));
  const isSeen = ({ kind, symbol, orderRef, book, statement }: ReconcileRow): boolean => {
    if (kind === null) return false;
    const before = seen.get(breakKey({ kind, symbol, orderRef }));
    return before !== undefined && before.book === book && before.statement === statement;
  };
  return resultOf({
    ...second,
    rows: second.rows.map((row) =>
      row.state === 'break' && !(proves && isSeen(row)) ? { ...row, state: 'pending' } : row,
    ),
  });
}

/** Of what a model says a commission costs as much again may be charged. */
const MOST_OF_MODEL = 2;

/** True where the account has paid what may be commissions that the broker has not told of. */
function isUntoldCommission({ kind, difference }: Compared, unpaid: Micros): boolean {
  const paid = -(difference ?? 0);
  return kind === 'cash' && paid > 0 && paid <= MOST_OF_MODEL * toUsd(unpaid);
}

function stateOf(
  found: Compared,
  young: ReadonlySet<Symbol>,
  { foreignExpected, unpaidCommissions = ZERO }: ReconcileRules,
): ReconcileRow['state'] {
  const { kind, symbol } = found;
  if (kind === null) return 'match';
  if (kind === 'foreign_position' && foreignExpected) return 'information';
  if (isUntoldCommission(found, unpaidCommissions)) return 'information';
  // Cash moves with every symbol that is moving.
  const waits = symbol === null ? young.size > 0 : young.has(symbol);
  return waits ? 'pending' : 'break';
}

/** Symbols that changed within the grace, or have an order that the broker has not answered for. */
function youngSymbols(
  book: Book,
  { at, fills }: BrokerStatement,
  { graceMs, inFlightMs }: ReconcileRules,
): ReadonlySet<Symbol> {
  const young = new Set<Symbol>();
  const touch = (symbol: Symbol, when: EpochMs, withinMs: number): void => {
    if (at - when < withinMs) young.add(symbol);
  };
  for (const { symbol, submittedAt, status } of book.live()) {
    const open = status === 'submitted' || status === 'cancel_pending' || status === 'unknown';
    touch(symbol, submittedAt, open ? Math.max(graceMs, inFlightMs) : graceMs);
  }
  for (const { symbol, lots } of book.openTrades()) {
    for (const { filledAt } of lots) touch(symbol, filledAt, graceMs);
  }
  const closed = book.closedTrades();
  for (let i = closed.length - 1; i >= 0; i--) {
    const { symbol, exitAt } = closed[i] as ClosedTrade;
    // They come in order of their end.
    if (at - exitAt >= graceMs) break;
    young.add(symbol);
  }
  for (const { symbol, filledAt } of fills) touch(symbol, filledAt, graceMs);
  return young;
}

/** Net shares of the account by symbol. */
function statedShares({ positions }: BrokerStatement): ReadonlyMap<Symbol, number> {
  const shares = new Map<Symbol, number>();
  for (const { symbol, quantity } of positions) {
    shares.set(symbol, (shares.get(symbol) ?? 0) + quantity);
  }
  return shares;
}

function comparePositions(book: Book, statement: BrokerStatement): Compared[] {
  const theirs = statedShares(statement);
  const ours = new Set(book.openTrades().map(({ symbol }) => symbol));
  const isTraded = (symbol: Symbol): boolean =>
    ours.has(symbol) || book.closedTrades().some((trade) => trade.symbol === symbol);
  return [...new Set([...ours, ...theirs.keys()])].sort().map((symbol) => {
    const kind = isTraded(symbol) ? 'quantity' : 'foreign_position';
    return counts('position', kind, { symbol }, book.owned(symbol), theirs.get(symbol) ?? 0);
  });
}

/** What is worth knowing and proves nothing: average costs as the broker counts them, and what the account is worth. */
function informationOf(book: Book, statement: BrokerStatement): Compared[] {
  const rows = book.openTrades().flatMap(({ symbol, lots }): Compared[] => {
    const stated = statement.positions.filter((position) => position.symbol === symbol);
    const cost = stated.length === 1 ? (stated[0]?.averageCost ?? null) : null;
    if (!statement.complete.positions || cost === null) return [];
    const ours = averagePrice(add(costOf(lots), commissionOf(lots)), quantityOf(lots));
    const tolerance = maxOf(CASH_TOLERANCE, timesBps(ours, 1));
    return [amounts('average cost', null, { symbol }, [ours, cost], tolerance)];
  });
  const { netLiquidation } = statement;
  if (netLiquidation === null) return rows;
  const worth = amounts(
    'net liquidation',
    null,
    {},
    [book.equity(), netLiquidation],
    CASH_TOLERANCE,
  );
  return [...rows, worth];
}

function positionsOf(book: Book, statement: BrokerStatement): PositionComparison[] {
  const theirs = statedShares(statement);
  const isSaid = statement.complete.positions;
  const ours = book.openTrades().map(({ symbol, lots, mark }): PositionComparison => {
    const quantity = quantityOf(lots);
    const cost = costOf(lots);
    return {
      symbol,
      book: quantity,
      statement: isSaid ? (theirs.get(symbol) ?? 0) : null,
      averagePrice: toUsd(averagePrice(cost, quantity)),
      mark: toUsd(mark),
      unrealized: toUsd(subtract(timesQuantity(mark, quantity), cost)),
    };
  });
  const held = new Set(ours.map(({ symbol }) => symbol));
  const others = [...theirs].filter(([symbol]) => !held.has(symbol));
  const nothing = { book: 0, averagePrice: null, mark: null, unrealized: null };
  return [
    ...ours,
    ...others.map(([symbol, statementShares]) => ({
      symbol,
      ...nothing,
      statement: isSaid ? statementShares : null,
    })),
  ].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}
