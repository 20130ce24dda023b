import { type Contract, EventName, type OrderState, type Order as VendorOrder } from '@stoqey/ib';
import type { Micros } from '../../domain/money.ts';
import type { Question } from './ib-ask.ts';
import { amountOf } from './ib-order-decoding.ts';

/** What an order would do to the account, as the broker reckons before there is one. */
export interface OrderPreview {
  /** What the order adds to the margin that is required to open, and to keep; null where it is not said. */
  readonly initialMarginChange: Micros | null;
  readonly maintenanceMarginChange: Micros | null;
  /** The margin required afterwards, and the equity that it is compared with. */
  readonly initialMarginAfter: Micros | null;
  readonly equityWithLoanAfter: Micros | null;
  /** The most the order would cost in commission; null where it is not said in US dollars. */
  readonly commission: Micros | null;
  /** A warning of the broker, as it words it. */
  readonly warning: string | null;
}

/** Asks what an order would do. It carries the mark that makes it no order, under an id that no order has. */
export function previewOf(
  orderId: number,
  contract: Contract,
  order: VendorOrder,
): Question<OrderPreview> {
  return {
    what: `what ${order.orderRef} would do`,
    orderId,
    send: (api) => api.placeOrder(orderId, contract, { ...order, whatIf: true }),
    hear: (name, [id, , , state]) =>
      name === EventName.openOrder && id === orderId ? read(state as OrderState) : undefined,
    remarks: new Set([399, 2_109, 10_349]),
  };
}

function read(state: OrderState): OrderPreview {
  const costs = state.maxCommission ?? state.commission;
  const inDollars = state.commissionCurrency === 'USD' || state.commissionCurrency === '';
  return {
    initialMarginChange: amountOf(state.initMarginChange),
    maintenanceMarginChange: amountOf(state.maintMarginChange),
    initialMarginAfter: amountOf(state.initMarginAfter),
    equityWithLoanAfter: amountOf(state.equityWithLoanAfter),
    commission: inDollars ? amountOf(costs) : null,
    warning: state.warningText === undefined || state.warningText === '' ? null : state.warningText,
  };
}
