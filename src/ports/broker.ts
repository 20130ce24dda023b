import type { BrokerStatement } from '../domain/account.ts';
import type { Fill } from '../domain/fill.ts';
import type { Micros } from '../domain/money.ts';
import type { Bracket, Order, OrderType, TimeInForce } from '../domain/order.ts';
import type { EpochMs } from '../domain/time.ts';

/**
 * What we know after asking the broker for something. `not_sent` is certain and may be tried again; `denied` is the
 * no of our own last gate, which trying again does not change; `rejected` is the broker's no; `unknown` may have
 * arrived: it is looked up by orderRef, never sent again blind.
 */
export type SendOutcome =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'denied'; readonly code: string; readonly message: string }
  | { readonly outcome: 'not_sent'; readonly message: string }
  | { readonly outcome: 'rejected'; readonly code: string; readonly message: string }
  | { readonly outcome: 'unknown'; readonly message: string };

/** What the broker tells us on its own, in the order it says it. The same message may come more than once. */
export type BrokerEvent =
  | {
      readonly kind: 'acknowledged';
      readonly orderRef: string;
      readonly brokerId: string | null;
      readonly at: EpochMs;
    }
  | { readonly kind: 'filled'; readonly fill: Fill; readonly at: EpochMs }
  | {
      readonly kind: 'commission';
      readonly execId: string;
      readonly commission: Micros;
      readonly at: EpochMs;
    }
  | { readonly kind: 'modified'; readonly order: Order; readonly at: EpochMs }
  | {
      readonly kind: 'cancelled';
      readonly orderRef: string;
      readonly cause: string;
      readonly at: EpochMs;
    }
  /** Held back by the broker: it does not work, and it may wake up, which an acknowledgement says. */
  | {
      readonly kind: 'deactivated';
      readonly orderRef: string;
      readonly cause: string;
      readonly at: EpochMs;
    }
  /** The broker did not take a request to cancel: the order works on. */
  | { readonly kind: 'cancel_refused'; readonly orderRef: string; readonly at: EpochMs }
  | {
      readonly kind: 'expired';
      readonly orderRef: string;
      readonly cause: string;
      readonly at: EpochMs;
    }
  | {
      readonly kind: 'rejected';
      readonly orderRef: string;
      readonly code: string;
      readonly message: string;
      readonly at: EpochMs;
    };

/** The terms of a working order that may be changed; absent ones stay. */
export interface OrderChange {
  readonly quantity?: number;
  readonly limitPrice?: Micros;
  readonly stopPrice?: Micros;
}

/** What a broker can do, so that nothing is asked of it that it would quietly do differently. */
export interface BrokerCapabilities {
  readonly orderTypes: readonly OrderType[];
  readonly timesInForce: readonly TimeInForce[];
  /** True where orders of one OCA group reduce each other share by share, and no two of them fill together. */
  readonly ocaReduces: boolean;
  /** True where the broker shows orders that have ended; false leaves `complete.completedOrders` false for ever. */
  readonly showsCompletedOrders: boolean;
  /** How far back fills and ended orders are remembered, in days. */
  readonly remembersDays: number;
  /**
   * How long after it was sent a message may still arrive at the broker. What a complete statement does not show
   * before that may yet come; what two of them so far apart do not show never will.
   */
  readonly settleMs: number;
}

/**
 * A broker. Sending never waits for a fill; what happens to an order is drained as events, at our own pace, between
 * the steps of the engine and never inside a decision.
 */
export interface Broker {
  /** The account the broker says it is; compared with the configured one before anything is sent. */
  readonly account: string;
  /** True for the simulated broker: nothing reaches a market. */
  readonly simulated: boolean;
  readonly capabilities: BrokerCapabilities;
  /** Entry, stop and target as one chain. The same orderRef with the same terms again is accepted and does nothing. */
  submit(bracket: Bracket): Promise<SendOutcome>;
  /** One order of its own: an exit, or a stop that replaces another. */
  submitOrder(order: Order): Promise<SendOutcome>;
  modify(orderRef: string, change: OrderChange): Promise<SendOutcome>;
  cancel(orderRef: string): Promise<SendOutcome>;
  /**
   * What the broker holds for us now; fills since the given instant. A question that could not be answered is an
   * incomplete statement, never an error and never an empty answer.
   */
  statement(fillsSince: EpochMs): Promise<BrokerStatement>;
  /** Events since the last call, oldest first. */
  drain(): readonly BrokerEvent[];
}
