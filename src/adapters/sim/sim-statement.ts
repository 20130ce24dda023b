import type { BrokerOrder, BrokerPosition, BrokerStatement } from '../../domain/account.ts';
import { add, micros, mulDiv, timesQuantity } from '../../domain/money.ts';
import type { Order, OrderStatus } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { SimAccount } from './sim-account.ts';
import type { SimOrder } from './sim-order.ts';

/** An order as the account shows it. */
const shown = (order: Order, status: OrderStatus, filledQuantity: number): BrokerOrder => ({
  status,
  filledQuantity,
  ...order,
});

/** The stop or target of an entry that has not filled yet is submitted, but not working. */
function statusOf(account: SimAccount, held: SimOrder): OrderStatus {
  if (held.status === 'inactive') return 'inactive';
  if (!account.isArmed(held)) return 'submitted';
  return held.filled > 0 ? 'partial' : 'working';
}

/** Orders that ended at or after an instant, oldest first. */
function completedSince(account: SimAccount, since: EpochMs): BrokerOrder[] {
  const completed: BrokerOrder[] = [];
  for (const { order, status, filled, doneAt } of account.finished.values()) {
    if ((doneAt ?? since) < since) continue;
    completed.push(shown(order, status, filled));
  }
  return completed;
}

/** What the account says of itself. Shares count at the last price seen. */
export function statementOf(
  account: SimAccount,
  at: EpochMs,
  fillsSince: EpochMs,
): BrokerStatement {
  const positions: BrokerPosition[] = [];
  const openOrders: BrokerOrder[] = [];
  let netLiquidation = account.cash;
  for (const { symbol, quantity, cost, mark, live } of account.desks.values()) {
    for (const held of live) {
      openOrders.push(shown(held.order, statusOf(account, held), held.filled));
    }
    if (quantity === 0) continue;
    const averageCost = micros(mulDiv(cost, 1, quantity, 'halfEven'));
    positions.push({ symbol, quantity, averageCost });
    netLiquidation = add(netLiquidation, timesQuantity(mark ?? averageCost, quantity));
  }
  return {
    account: account.rules.account,
    at,
    cash: account.cash,
    netLiquidation,
    positions,
    openOrders,
    fills: account.fills.filter((fill) => fill.filledAt >= fillsSince),
    completedOrders: completedSince(account, fillsSince),
    complete: { positions: true, openOrders: true, fills: true, completedOrders: true },
  };
}
