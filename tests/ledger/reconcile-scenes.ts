import type { BrokerOrder, BrokerStatement } from '../../src/domain/account.ts';
import type { Discrepancy } from '../../src/ledger/reconcile.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import { acknowledged, BBB, bracketSent, exitOrder, filled, minute, refOf } from './book-drafts.ts';

/** What a broker says that saw everything as the book does. */
export function agreeing(ledger: Ledger): BrokerStatement {
  const { book } = ledger;
  return {
    account: 'SIM-1',
    at: minute(2, 0),
    cash: book.cash,
    netLiquidation: book.equity(),
    positions: book.openTrades().map(({ symbol }) => ({
      symbol,
      quantity: book.owned(symbol),
      averageCost: null,
    })),
    openOrders: book.live(),
    fills: [],
    completedOrders: [],
    complete: { positions: true, openOrders: true, fills: true, completedOrders: true },
  };
}

/** 100 AAA with a working stop, and a working entry in BBB with its stop. */
export function desk(): Ledger {
  const bbb = { symbol: BBB };
  return ledgerWith(100_000).tell(
    ...bracketSent(),
    acknowledged(refOf('stop')),
    filled('buy', 100, 100),
    ...bracketSent(bbb),
    acknowledged(refOf('entry', bbb)),
  );
}

export const changed = (
  statement: BrokerStatement,
  ref: string,
  change: Partial<BrokerOrder>,
): BrokerStatement => ({
  ...statement,
  openOrders: statement.openOrders.map((order) =>
    order.orderRef === ref ? { ...order, ...change } : order,
  ),
});

export const without = (statement: BrokerStatement, ref: string): BrokerStatement => ({
  ...statement,
  openOrders: statement.openOrders.filter(({ orderRef }) => orderRef !== ref),
});

export const foreign = (terms: Partial<BrokerOrder> = {}): BrokerOrder => ({
  ...exitOrder({ symbol: BBB }),
  orderRef: 'tws-17',
  status: 'working',
  filledQuantity: 0,
  ...terms,
});

export const kindsOf = (found: readonly Discrepancy[]): string[] =>
  found.map(({ kind }) => kind).sort();
