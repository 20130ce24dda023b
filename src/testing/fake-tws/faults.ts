/** What the server can be made to do wrong, each by name, for as many times as asked. */
export const FAULTS = {
  mute: 'accepts connections and never says anything',
  'no-version': 'does not answer the greeting',
  'no-next-id': 'never tells the next valid id',
  'late-next-id': 'tells the next valid id two seconds late',
  'no-accounts': 'does not tell the managed accounts',
  'other-account': 'manages another account than the configured one',
  'live-account': 'manages a live account',
  'several-accounts': 'manages a second account besides',
  'client-id-in-use': 'says that the client id is in use (326) and closes',
  'drop-before-ack': 'closes the connection when an order arrives, and keeps the order',
  'drop-order': 'closes the connection when an order arrives, and loses the order',
  'drop-after-parent': 'closes the connection between a parent and its child',
  'byte-by-byte': 'sends every message a byte at a time',
  'drop-mid-frame': 'closes the connection in the middle of a message',
  'drop-after-fill': 'closes the connection after a fill, before its status',
  'swallow-ack': 'keeps an order and says nothing of it',
  'swallow-fill': 'does not tell of an execution as it happens',
  'garbage-length': 'sends a length that no message has',
  'long-length': 'announces a megabyte, for which all that follows is taken',
  'unknown-message': 'sends a message with an id that nobody knows',
  reject: 'rejects an order (201)',
  'reject-inactive': 'rejects an order (201) after showing it inactive',
  'reject-malformed': 'rejects an order with advanced text that is no JSON',
  'refuse-price': 'does not take an order for its price step (110), whatever the price',
  'refuse-contract': 'does not know the contract of an order (200)',
  'refuse-id': 'says that an order id was used before (103)',
  'refuse-modify': 'does not take the change of an order (105)',
  'change-unknown': 'does not find the order that is to be changed (135)',
  'read-only': 'takes no orders (321)',
  'preset-day': 'has a preset that turns orders good till cancelled into day orders (10349)',
  'stop-pending': 'keeps a stop to itself (PendingSubmit): no exchange ever has it',
  'cancel-child': 'cancels a stop of its own accord once its entry was filled',
  'stops-vanish': 'loses all stops at the close, without a word',
  'no-status': 'fills without an order status',
  'status-first': 'tells the filled status before the execution',
  'duplicate-execution': 'tells an execution twice',
  'correct-execution': 'corrects an execution a cent higher, its commission by five, as .02',
  'no-commission': 'never tells commissions',
  'unset-commission': 'tells a commission that has no value',
  'fill-while-cancelling': 'fills an order that is being cancelled',
  'zero-perm-id': 'tells 0 as the permId of an order at first',
  'message-on-live-order': 'sends 10349, 399, 404, 2109 and 2161 on an order that works',
  'cancel-not-found': 'answers a cancel with 10147 and keeps the order',
  'cancel-impossible': 'answers a cancel with 161 and keeps the order',
  'cancel-final': 'answers a cancel with 10148 and keeps the order',
  'history-pacing': 'answers a history with a pacing violation (162)',
  'history-cancelled': 'answers a history with 162, query cancelled',
  'history-unknown': 'answers a history with 366, no such query',
  'bars-refused': 'does not keep a history up to date (420)',
  'bars-end': 'ends a history that it keeps up to date (10225)',
  'no-contracts': 'does not answer questions for contracts',
  'no-scanner-items': 'answers a scan with 165, no items',
  'slow-answers': 'answers requests three seconds late',
  'clock-offset': 'has a clock that is ten minutes ahead',
  'foreign-orders': 'shows orders of other clients and of the user',
  'zero-position': 'shows a position of zero shares',
  'foreign-account-position': 'shows a position of another account',
  'competing-session': 'takes market data away for a session elsewhere (10197)',
  'no-market-data': 'has no market data permission (354)',
  'delayed-data': 'has delayed market data only (10167)',
} as const;

export type FaultName = keyof typeof FAULTS;

export const isFault = (name: string): name is FaultName => Object.hasOwn(FAULTS, name);

/** The faults that are switched on. */
export class FaultPlan {
  readonly #left = new Map<FaultName, number>();
  readonly #done = new Set<FaultName>();

  /** Switches a fault on for so many times; for ever without a number. */
  set(name: FaultName, times: number = Number.POSITIVE_INFINITY): void {
    this.#left.set(name, times);
  }

  clear(name?: FaultName): void {
    if (name === undefined) this.#left.clear();
    else this.#left.delete(name);
  }

  has(name: FaultName): boolean {
    const isOn = (this.#left.get(name) ?? 0) > 0;
    if (isOn) this.#done.add(name);
    return isOn;
  }

  /** True where a fault was not only switched on: something was done wrong. */
  wasDone(name: FaultName): boolean {
    return this.#done.has(name);
  }

  /** True where the fault is on; uses it up once. */
  take(name: FaultName): boolean {
    const left = this.#left.get(name) ?? 0;
    if (left <= 0) return false;
    this.#left.set(name, left - 1);
    this.#done.add(name);
    return true;
  }
}
