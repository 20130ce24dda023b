import type { BrokerOrder, BrokerPosition, BrokerStatement } from '../../domain/account.ts';
import { legOfRef, type OrderStatus } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import type {
  CompletedOrderTold,
  IbFunds,
  OpenOrderTold,
  PositionTold,
} from './ib-account-questions.ts';
import type { Answer } from './ib-ask.ts';
import type { IbExecutions } from './ib-executions.ts';
import { amountOf, decodeOrder, symbolOf } from './ib-order-decoding.ts';
import type { IbOrders } from './ib-orders.ts';
import type { IbRemark } from './ib-remarks.ts';
import { hasEnded, orderStatusOf } from './ib-tracked-order.ts';

/** The answers that a statement is made of. */
export interface IbAnswers {
  readonly own: Answer<readonly OpenOrderTold[]>;
  readonly all: Answer<readonly OpenOrderTold[]>;
  readonly executions: Answer<true>;
  readonly completed: Answer<readonly CompletedOrderTold[]>;
  readonly positions: Answer<readonly PositionTold[]>;
  readonly funds: Answer<IbFunds>;
}

/** What the answers are read with. */
export interface ReadingParts {
  readonly account: string;
  readonly orders: IbOrders;
  readonly executions: IbExecutions;
  readonly remark: (remark: IbRemark) => void;
}

/** When was asked, and for what; `isOneLook` is false where the answers cannot be true together. */
export interface Look {
  readonly at: EpochMs;
  readonly fillsSince: EpochMs;
  readonly isOneLook: boolean;
}

/**
 * What the broker said of the account. Orders and positions that are not ours are shown, orders under a name that none
 * of ours has; what was not answered in full is not complete, whatever of it was heard.
 */
export function statementOf(
  answers: IbAnswers,
  { at, fillsSince, isOneLook }: Look,
  parts: ReadingParts,
): BrokerStatement {
  const { own, all, executions, completed, positions, funds } = answers;
  const open = openOrders([...valueOf(own), ...valueOf(all)], parts);
  const held = heldShares(valueOf(positions), parts);
  const money = funds.complete ? funds.value : null;
  return {
    account: parts.account,
    at,
    cash: money?.cash ?? null,
    netLiquidation: money?.netLiquidation ?? null,
    positions: held.positions,
    openOrders: open.orders,
    fills: parts.executions.since(fillsSince),
    completedOrders: endedOrders(valueOf(completed), parts),
    complete: {
      positions: isOneLook && positions.complete && held.isWhole,
      openOrders: isOneLook && own.complete && all.complete && open.isWhole,
      fills: isOneLook && executions.complete,
      completedOrders: isOneLook && completed.complete,
    },
  };
}

const valueOf = <T>(answer: Answer<readonly T[]>): readonly T[] =>
  answer.complete ? answer.value : [];

/** Each order once, as it was told last; `isWhole` is false where one of ours could not be read. */
function openOrders(
  told: readonly OpenOrderTold[],
  { account, orders }: ReadingParts,
): { readonly orders: BrokerOrder[]; readonly isWhole: boolean } {
  const shown = new Map<string, BrokerOrder>();
  let isWhole = true;
  for (const one of told) {
    const { orderId, contract, order, state } = one;
    // The answer to what an order would do is told like an order, under the name of that one.
    if (order.whatIf === true) continue;
    if (order.account !== undefined && order.account !== '' && order.account !== account) continue;
    const { permId = 0, clientId = 0, orderRef = '' } = order;
    const key = permId === 0 ? `${clientId}:${orderId}` : String(permId);
    const ours = orders.recordOf(orderId, order);
    if (ours !== null) {
      shown.delete(key);
      if (!hasEnded(ours)) {
        shown.set(key, {
          ...ours.order,
          status: orderStatusOf(ours),
          filledQuantity: ours.filled,
        });
      }
      continue;
    }
    const status = STATUSES.get(String(state.status));
    if (status === undefined) continue;
    const name = legOfRef(orderRef) === null ? `foreign/${permId}` : orderRef;
    const decoded = decodeOrder(contract, order, { orderRef: name, parentRef: null });
    if (decoded !== null) shown.set(key, { ...decoded, status, filledQuantity: 0 });
    else if (legOfRef(orderRef) !== null) isWhole = false;
  }
  return { orders: [...shown.values()], isWhole };
}

/** Of orders that we do not follow. */
const STATUSES: ReadonlyMap<string, OrderStatus> = new Map([
  ['ApiPending', 'submitted'],
  ['PendingSubmit', 'submitted'],
  ['PreSubmitted', 'working'],
  ['Submitted', 'working'],
  ['PendingCancel', 'cancel_pending'],
  ['Inactive', 'inactive'],
]);

/** Our orders that ended. Their size is often told as 0; what was filled is the least that they were. */
function endedOrders(
  told: readonly CompletedOrderTold[],
  { account, orders }: ReadingParts,
): BrokerOrder[] {
  return told.flatMap(({ contract, order, state }): BrokerOrder[] => {
    const { orderRef = '', permId = 0 } = order;
    if (legOfRef(orderRef) === null) return [];
    if (order.account !== undefined && order.account !== '' && order.account !== account) return [];
    const ours = orders.byPermId(permId);
    // Nobody may have been told of its end when it came.
    if (ours !== undefined && ENDS.has(String(state.status))) {
      orders.progress.move(ours, String(state.status), null);
    }
    const decoded = ours?.order ?? decodeOrder(contract, order, { orderRef, parentRef: null });
    if (decoded === null) return [];
    const filledQuantity = Math.max(ours?.filled ?? 0, wholeShares(order.filledQuantity));
    const quantity = Math.max(decoded.quantity, filledQuantity);
    const status = endOf(String(state.status), filledQuantity);
    const shown = { ...decoded, quantity };
    orders.adoptEnded(shown, permId, { state: status, filled: filledQuantity });
    return [{ ...shown, status: ours?.state === 'expired' ? 'expired' : status, filledQuantity }];
  });
}

const ENDS: ReadonlySet<string> = new Set(['Filled', 'Cancelled', 'ApiCancelled']);

const wholeShares = (shares: number | undefined): number =>
  Number.isSafeInteger(shares) && (shares ?? 0) > 0 ? (shares as number) : 0;

function endOf(status: string, filled: number): 'filled' | 'rejected' | 'cancelled' {
  if (status === 'Filled') return 'filled';
  // An order that ended without ever having worked was refused.
  return status === 'Inactive' && filled === 0 ? 'rejected' : 'cancelled';
}

/**
 * Whole shares of US stocks by symbol. Two contracts may go by one ticker: what was one before a corporate action is
 * told as none beside it. Other instruments of the account are none of our business, and named once.
 */
function heldShares(
  told: readonly PositionTold[],
  { account, remark }: ReadingParts,
): { readonly positions: BrokerPosition[]; readonly isWhole: boolean } {
  const held = new Map<string, BrokerPosition>();
  let isWhole = true;
  for (const { account: of, contract, shares, averageCost } of told) {
    if (of !== account) continue;
    const symbol = symbolOf(contract);
    if (symbol === null) {
      const message = `${shares} ${contract.symbol} (${contract.secType}, ${contract.currency}) are left alone`;
      if (shares !== 0) remark({ kind: 'foreign_instrument', message, code: null, orderRef: null });
      continue;
    }
    if (!Number.isFinite(shares)) isWhole = false;
    // A position that changes while it is asked for is told again: the last word counts.
    const key = `${symbol} ${contract.conId ?? ''}`;
    const quantity = Math.trunc(shares);
    if (quantity === 0 || !Number.isFinite(shares)) held.delete(key);
    else held.set(key, { symbol, quantity, averageCost: amountOf(averageCost) });
  }
  return { positions: [...held.values()], isWhole };
}
