import type { Order, OrderStatus } from '../../domain/order.ts';

/**
 * How far an order got, as far as the broker said.
 *
 * - `sent`: handed over, and not known to have reached whoever executes it.
 * - `waiting`: taken, and asleep until its entry fills.
 * - `cancelling`: its withdrawal was asked for; it can still fill.
 */
export type TrackedState =
  | 'sent'
  | 'waiting'
  | 'working'
  | 'cancelling'
  | 'inactive'
  | 'filled'
  | 'cancelled'
  | 'expired'
  | 'rejected';

/** The broker's no, in its own words. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** An order of ours at the broker: sent by this process, or found there under one of our names. */
export interface TrackedOrder {
  readonly orderRef: string;
  /** The terms first asked for; null for an order that was found. */
  readonly asked: Order | null;
  /** The terms in force. */
  order: Order;
  /** The size that the broker told with the terms last; what a group took off it is in the count of the status. */
  toldQuantity: number;
  readonly clientId: number;
  readonly orderId: number;
  /** The number that it keeps for life; 0 until it is told. */
  permId: number;
  state: TrackedState;
  /** True once the broker showed it alive. */
  acknowledged: boolean;
  /** True while whoever sends it waits for the answer: that tells the refusal then. */
  answering: boolean;
  /** Shares that the broker counts as filled; its executions may come later. */
  filled: number;
  /** So many of these had their executions asked for: those of other days are not told any more. */
  sought: number;
  refusal: Refusal | null;
  /** The no to the change, or the withdrawal, that was asked for last. */
  changeRefusal: Refusal | null;
  /** True while an answer to a change is waited for. */
  changing: boolean;
  /** Why we asked for its end; null where we did not. */
  cancelCause: string | null;
  /** True where the broker gave it another name than we did: what it says of it proves nothing to us. */
  renamed: boolean;
}

const FINAL: ReadonlySet<TrackedState> = new Set(['filled', 'cancelled', 'expired', 'rejected']);

export const hasEnded = ({ state }: TrackedOrder): boolean => FINAL.has(state);

/** True where the broker showed it alive, and not held back. */
export const isAtWork = ({ state }: TrackedOrder): boolean =>
  state === 'waiting' || state === 'working' || state === 'cancelling';

/** True where the broker said anything of it that answers whether it was taken. */
export const isAnswered = (order: TrackedOrder): boolean =>
  hasEnded(order) || (order.acknowledged && order.state !== 'inactive');

/** As the ledger calls it. */
export function orderStatusOf({ state, filled }: TrackedOrder): OrderStatus {
  switch (state) {
    case 'sent':
    case 'waiting':
      return 'submitted';
    case 'working':
      return filled > 0 ? 'partial' : 'working';
    case 'cancelling':
      return 'cancel_pending';
    default:
      return state;
  }
}

/** A new record of an order. */
export const trackedOrder = (
  order: Order,
  identity: { readonly orderId: number; readonly clientId: number; readonly permId: number },
  asked: Order | null,
): TrackedOrder => ({
  ...identity,
  orderRef: order.orderRef,
  asked,
  order,
  toldQuantity: order.quantity,
  state: 'sent',
  acknowledged: false,
  answering: false,
  filled: 0,
  sought: 0,
  refusal: null,
  changeRefusal: null,
  changing: false,
  cancelCause: null,
  renamed: false,
});
