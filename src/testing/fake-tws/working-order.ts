import type { FakeContract } from './contracts.ts';
import type { Token } from './frame.ts';
import type { StatusFields } from './replies.ts';

export type OrderState =
  | 'Untransmitted'
  | 'PendingSubmit'
  | 'PreSubmitted'
  | 'Submitted'
  | 'PendingCancel'
  | 'Inactive'
  | 'Cancelled'
  | 'Filled';

const FINAL: ReadonlySet<OrderState> = new Set(['Cancelled', 'Filled', 'Inactive']);

/** An order as the server keeps it. */
export interface WorkingOrder {
  readonly clientId: number;
  readonly orderId: number;
  readonly permId: number;
  readonly contract: FakeContract;
  /** As they were sent last. */
  fields: Readonly<Record<string, string>>;
  state: OrderState;
  /** Shares that are to be filled in all; an OCA group may make it fewer. */
  total: number;
  filled: number;
  /** Sum of price x shares of its fills. */
  paid: number;
  lastPrice: number;
  /** True once the price of a stop was reached. */
  triggered: boolean;
  /** The best price since it works, for a stop that trails. */
  best: number;
  completedAt: string;
}

export const isFinal = ({ state }: WorkingOrder): boolean => FINAL.has(state);
export const isStop = ({ fields }: WorkingOrder): boolean =>
  (fields.orderType ?? '').startsWith('STP');
export const isBuy = ({ fields }: WorkingOrder): boolean => fields.action === 'BUY';
export const parentOf = ({ fields }: WorkingOrder): number => Number(fields.parentId || 0);
export const remaining = ({ total, filled }: WorkingOrder): number => total - filled;
export const averagePrice = ({ paid, filled }: WorkingOrder): number =>
  filled === 0 ? 0 : Math.round((paid / filled) * 1e8) / 1e8;

/** A price of an order, NaN where none was sent. */
export const priceOf = ({ fields }: WorkingOrder, name: 'lmtPrice' | 'auxPrice'): number =>
  fields[name] === undefined || fields[name] === '' ? Number.NaN : Number(fields[name]);

export function whyHeld(order: WorkingOrder, waitsForParent: boolean): string {
  if (order.state !== 'PreSubmitted') return '';
  if (waitsForParent) return 'child';
  return isStop(order) ? 'trigger' : '';
}

export const statusOf = (order: WorkingOrder, held: string, permId: number): StatusFields => ({
  orderId: order.orderId,
  status: order.state,
  filled: order.filled,
  remaining: remaining(order),
  averagePrice: averagePrice(order),
  permId,
  parentId: parentOf(order),
  lastPrice: order.lastPrice,
  clientId: order.clientId,
  whyHeld: held,
});

/** Fields of a placed order that the server tells again. */
const ECHOED = [
  'action',
  'orderType',
  'lmtPrice',
  'auxPrice',
  'tif',
  'ocaGroup',
  'account',
  'openClose',
  'origin',
  'orderRef',
  'outsideRth',
  'hidden',
  'discretionaryAmt',
  'goodAfterTime',
  'goodTillDate',
  'ocaType',
  'parentId',
  'triggerMethod',
  'trailStopPrice',
  'trailingPercent',
] as const;

/** An order as message 5 tells it. */
export function openOrderValues(order: WorkingOrder, permId: number): Record<string, Token> {
  const { conId, symbol } = order.contract;
  return {
    ...echoed(order, ECHOED),
    orderId: order.orderId,
    conId,
    symbol,
    localSymbol: symbol,
    tradingClass: 'NMS',
    totalQuantity: order.total,
    clientId: order.clientId,
    permId,
    status: order.state,
  };
}

/** An order that has ended as message 101 tells it: it has neither an order id nor a client. */
export function completedOrderValues(order: WorkingOrder): Record<string, Token> {
  const { conId, symbol } = order.contract;
  const names = ECHOED.filter((name) => name !== 'parentId');
  return {
    ...echoed(order, names),
    conId,
    symbol,
    localSymbol: symbol,
    tradingClass: 'NMS',
    totalQuantity: order.total,
    permId: order.permId,
    status: order.state,
    filledQuantity: order.filled,
    completedTime: order.completedAt,
    completedStatus:
      order.state === 'Filled' ? `Filled Size: ${order.filled}` : 'Cancelled by Trader',
  };
}

const echoed = (order: WorkingOrder, names: readonly string[]): Record<string, Token> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = order.fields[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
