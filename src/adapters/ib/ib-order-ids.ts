/** The highest order id that was ever sent by this client id, as it outlives the process. 0 before the first. */
export interface OrderIdStore {
  read(): number;
  /** Returns when it is safe: only then anything of that id is sent. Throws where that cannot be. */
  write(highest: number): void;
}

/** Ids from here on are those of requests. */
const FIRST_REQUEST_ID = 1_000_000_000;

/**
 * Gives out order ids. The gateway may forget the last ids it gave out, and an id that is used twice changes the first
 * order instead of making a second: no id is given out that is not above all that were ever written down, told or seen.
 */
export class OrderIds {
  readonly #store: OrderIdStore;
  #highest: number;

  constructor(store: OrderIdStore) {
    this.#store = store;
    this.#highest = store.read();
  }

  /** The gateway told an order, or the id before the next. */
  seen(orderId: number): void {
    if (Number.isSafeInteger(orderId) && orderId < FIRST_REQUEST_ID) {
      this.#highest = Math.max(this.#highest, orderId);
    }
  }

  /** So many ids in a row, written down before they are used. Throws where they cannot be written, or ran out. */
  take(count: number, nextValidId: number): number[] {
    this.seen(nextValidId - 1);
    const first = this.#highest + 1;
    const last = this.#highest + count;
    if (last >= FIRST_REQUEST_ID) throw new Error(`order ids ran out at ${this.#highest}`);
    this.#store.write(last);
    this.#highest = last;
    return Array.from({ length: count }, (_, i) => first + i);
  }
}
