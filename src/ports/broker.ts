import type { BrokerStatement } from '../domain/account.ts';
import type { Fill } from '../domain/fill.ts';
import type { Micros } from '../domain/money.ts';
import type { Bracket, Order } from '../domain/order.ts';
import type { EpochMs } from '../domain/time.ts';

/**
 * What we know after asking the broker for something. `not_sent` is certain and may be tried again; `rejected` is
 * the broker's no; `unknown` may have arrived: it is looked up by orderRef, never sent again blind.
 */
export type SendOutcome =
  | { readonly outcome: 'accepted' }
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

/**
 * A broker. Sending never waits for a fill; what happens to an order is drained as events, at our own pace, between
 * the steps of the engine and never inside a decision.
 */
export interface Broker {
  /** The account the broker says it is; compared with the configured one before anything is sent. */
  readonly account: string;
  /** True for the simulated broker: nothing reaches a market. */
  readonly simulated: boolean;
  /** Entry, stop and target as one chain. The same orderRef with the same terms again is accepted and does nothing. */
  submit(bracket: Bracket): Promise<SendOutcome>;
  /** One order of its own: an exit, or a stop that replaces another. */
  submitOrder(order: Order): Promise<SendOutcome>;
  modify(orderRef: string, change: OrderChange): Promise<SendOutcome>;
  cancel(orderRef: string): Promise<SendOutcome>;
  /** What the broker holds for us now; fills since the given instant. */
  statement(fillsSince: EpochMs): Promise<BrokerStatement>;
  /** Events since the last call, oldest first. */
  drain(): readonly BrokerEvent[];
}
