import type { Fill } from './fill.ts';
import type { Symbol } from './market.ts';
import type { Micros } from './money.ts';
import type { Order, OrderStatus } from './order.ts';
import type { EpochMs } from './time.ts';

/**
 * An order as the broker reports it. `submitted` is one that waits for its parent: accepted, and not working;
 * `inactive` one that is held back, or was never released.
 */
export interface BrokerOrder extends Order {
  readonly status: OrderStatus;
  readonly filledQuantity: number;
}

export interface BrokerPosition {
  readonly symbol: Symbol;
  readonly quantity: number;
  /** Cost per share including commission, as brokers state it; null when not given. */
  readonly averageCost: Micros | null;
}

/**
 * What the broker said of the account at an instant, and what it could not say. An empty list means "none" only
 * where `complete` is true for it; otherwise nothing follows from it.
 */
export interface BrokerStatement {
  readonly account: string;
  readonly at: EpochMs;
  readonly cash: Micros | null;
  readonly netLiquidation: Micros | null;
  readonly positions: readonly BrokerPosition[];
  readonly openOrders: readonly BrokerOrder[];
  readonly fills: readonly Fill[];
  /** Orders that have ended, as far back as the broker remembers them. */
  readonly completedOrders: readonly BrokerOrder[];
  readonly complete: {
    readonly positions: boolean;
    readonly openOrders: boolean;
    readonly fills: boolean;
    readonly completedOrders: boolean;
  };
}

/** The statement of a broker that did not answer: nothing follows from it. */
export const unanswered = (account: string, at: EpochMs): BrokerStatement => ({
  account,
  at,
  cash: null,
  netLiquidation: null,
  positions: [],
  openOrders: [],
  fills: [],
  completedOrders: [],
  complete: { positions: false, openOrders: false, fills: false, completedOrders: false },
});
