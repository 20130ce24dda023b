import { assert } from '../domain/result.ts';
import type { EpochMs } from '../domain/time.ts';

/** How fast orders may leave. */
export interface OrderRate {
  /** Orders that may leave at once; half of them only for exits. */
  readonly orderBurst: number;
  /** Orders that may leave again each second. */
  readonly ordersPerSecond: number;
}

/**
 * A bucket of tokens, one an order. Entries may use the upper half only; what reduces risk may use all of it, and is
 * let through when it is empty too: it still counts, so that entries wait the longer.
 */
export class OrderBucket {
  readonly #rate: OrderRate;
  #tokens: number;
  #at: EpochMs;

  constructor(rate: OrderRate, now: EpochMs) {
    assert(rate.orderBurst >= 2 && rate.ordersPerSecond > 0, 'a bucket holds and gains tokens');
    this.#rate = rate;
    this.#tokens = rate.orderBurst;
    this.#at = now;
  }

  /** Takes tokens for an entry and its children; false, and none taken, where they would cut into the reserve. */
  takeForEntry(orders: number, now: EpochMs): boolean {
    this.#refill(now);
    if (this.#tokens - orders < this.#rate.orderBurst / 2) return false;
    this.#tokens -= orders;
    return true;
  }

  /** Counts what reduces risk; never refuses it. */
  takeForExit(orders: number, now: EpochMs): void {
    this.#refill(now);
    this.#tokens = Math.max(0, this.#tokens - orders);
  }

  #refill(now: EpochMs): void {
    const seconds = Math.max(0, now - this.#at) / 1000;
    this.#at = now;
    const { orderBurst, ordersPerSecond } = this.#rate;
    this.#tokens = Math.min(orderBurst, this.#tokens + seconds * ordersPerSecond);
  }
}
