import type { Order } from '../../domain/order.ts';
import { takesStop } from '../../domain/order-checks.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { BrokerEvent, OrderChange, SendOutcome } from '../../ports/broker.ts';
import type { OpenOrderTold } from './ib-account-questions.ts';
import type { Answer } from './ib-ask.ts';
import { NO_PARENT } from './ib-order-errors.ts';
import { ACCEPTED, notSent, type OrderSending, refused, refusedBy } from './ib-order-placing.ts';
import { hasEnded, type Refusal, type TrackedOrder } from './ib-tracked-order.ts';

export interface AmendingParts extends OrderSending {
  readonly clientId: number;
  readonly now: () => EpochMs;
  readonly tell: (event: BrokerEvent) => void;
  readonly openOrders: () => Promise<Answer<readonly OpenOrderTold[]>>;
  /** Asked before each message: our own no where nothing may leave the house, or null. */
  readonly disarmed: () => SendOutcome | null;
}

/** How long the end of an order may take once its withdrawal was taken, before that is answer enough. */
const END_MS = 1_000;
/** The order has ended: how, its own messages and the next statement say. */
const HAS_ENDED = 10_148;

/** Changes and withdraws orders that are at the broker. */
export class OrderAmending {
  readonly #parts: AmendingParts;

  constructor(parts: AmendingParts) {
    this.#parts = parts;
  }

  /** The same order again, whole, under its id. */
  async modify(orderRef: string, change: OrderChange): Promise<SendOutcome> {
    const found = this.#living(orderRef);
    if ('outcome' in found) return found;
    const next = changed(found, change);
    if (typeof next === 'string') return refused('INVALID', `${orderRef}: ${next}`);
    if (sameAmounts(next, found.order)) return ACCEPTED;
    const parentId = this.#parentId(found);
    const answer = await this.#change(found, next, parentId);
    // The parent was over after all: its child stands for itself.
    const isOrphan = parentId !== 0 && found.changeRefusal?.code === NO_PARENT;
    return isOrphan ? this.#change(found, next, 0) : answer;
  }

  async #change(tracked: TrackedOrder, next: Order, parentId: number): Promise<SendOutcome> {
    const { gateway, changes, ackMs, wordsOf, disarmed } = this.#parts;
    const denied = disarmed();
    if (denied !== null) return denied;
    tracked.changeRefusal = null;
    tracked.changing = true;
    let connection: number | null = null;
    const words = wordsOf(next, { parentId, transmit: true });
    await gateway.send('order', 1, (api) => {
      connection = gateway.connection?.number ?? null;
      api.placeOrder(tracked.orderId, ...words);
    });
    if (connection === null) {
      tracked.changing = false;
      return notSent(gateway);
    }
    const isLost = (): boolean => gateway.connection?.number !== connection;
    const answer = await changes.until((): SendOutcome | null => {
      if (tracked.changeRefusal !== null) return refusedBy(tracked.changeRefusal);
      if (sameAmounts(tracked.order, next)) return ACCEPTED;
      if (hasEnded(tracked)) return hasGone(tracked);
      return isLost() ? { outcome: 'unknown', message: 'the connection broke' } : null;
    }, ackMs);
    tracked.changing = false;
    const message = `${tracked.orderRef}: no answer within ${ackMs / 1_000} s`;
    return answer ?? { outcome: 'unknown', message };
  }

  /** A child names its entry while that lives, and nobody afterwards. */
  #parentId({ order: { parentRef } }: TrackedOrder): number {
    const parent = parentRef === null ? undefined : this.#parts.orders.byRef(parentRef);
    return parent === undefined || hasEnded(parent) ? 0 : parent.orderId;
  }

  async cancel(orderRef: string, cause: string): Promise<SendOutcome> {
    const found = this.#living(orderRef);
    return 'outcome' in found ? found : this.withdraw(found, cause);
  }

  /** Asks for the end of an order, and says whether the broker took that. */
  async withdraw(tracked: TrackedOrder, cause: string): Promise<SendOutcome> {
    const { gateway, changes, ackMs, disarmed } = this.#parts;
    const denied = disarmed();
    if (denied !== null) return denied;
    const causeBefore = tracked.cancelCause;
    tracked.cancelCause = cause;
    tracked.changeRefusal = null;
    let connection: number | null = null;
    await gateway.send('cancel', 1, (api) => {
      connection = gateway.connection?.number ?? null;
      api.cancelOrder(tracked.orderId, {});
    });
    if (connection === null) {
      tracked.cancelCause = causeBefore;
      return notSent(gateway);
    }
    const isLost = (): boolean => gateway.connection?.number !== connection;
    const isOver = (): true | null =>
      hasEnded(tracked) || tracked.changeRefusal !== null || isLost() ? true : null;
    const isTaken = (): true | null => (tracked.state === 'cancelling' ? true : isOver());
    if ((await changes.until(isTaken, ackMs)) !== null) await changes.until(isOver, END_MS);
    if (hasEnded(tracked)) return ACCEPTED;
    if (tracked.changeRefusal !== null) return this.#kept(tracked, tracked.changeRefusal);
    if (tracked.state === 'cancelling' && !isLost()) return ACCEPTED;
    const message = `${tracked.orderRef}: no answer to the cancellation`;
    return { outcome: 'unknown', message };
  }

  /** A cancellation that was not taken: whether the order works on, the broker's open orders say. */
  async #kept(tracked: TrackedOrder, refusal: Refusal): Promise<SendOutcome> {
    const { openOrders, orders, now, tell } = this.#parts;
    if (refusal.code !== HAS_ENDED) {
      const open = await openOrders();
      const isOpen =
        open.complete &&
        open.value.some(({ orderId, order }) => orders.recordOf(orderId, order) === tracked);
      if (isOpen && !hasEnded(tracked)) {
        tracked.cancelCause = null;
        if (tracked.state === 'cancelling') tracked.state = 'working';
        tell({ kind: 'cancel_refused', orderRef: tracked.orderRef, at: now() });
      }
    }
    return refusedBy(refusal);
  }

  /** The order of this name while it may fill, or why nothing can be asked of it. */
  #living(orderRef: string): TrackedOrder | SendOutcome {
    const tracked = this.#parts.orders.byRef(orderRef);
    if (tracked === undefined) {
      return refused('UNKNOWN_ORDER', `${orderRef} is not known to have been sent`);
    }
    if (hasEnded(tracked)) return hasGone(tracked);
    const { clientId, orderId } = tracked;
    if (clientId === this.#parts.clientId && orderId > 0) return tracked;
    const message =
      orderId > 0
        ? `${orderRef} was sent by client ${clientId}: only that one can change it`
        : `${orderRef} has no order id at the broker: it can be changed there only`;
    return refused('OTHER_CLIENT', message);
  }
}

const hasGone = ({ orderRef, state }: TrackedOrder): SendOutcome =>
  refused('NOT_WORKING', `${orderRef} is ${state}`);

const sameAmounts = (a: Order, b: Order): boolean =>
  a.quantity === b.quantity && a.limitPrice === b.limitPrice && a.stopPrice === b.stopPrice;

/** The order after a change, or why it cannot be changed so. */
function changed({ order, filled }: TrackedOrder, change: OrderChange): Order | string {
  if (change.limitPrice !== undefined && order.limitPrice === null) return 'it has no limit price';
  if (change.stopPrice !== undefined && !takesStop(order)) return 'it has no stop price';
  const quantity = change.quantity ?? order.quantity;
  if (!Number.isSafeInteger(quantity) || quantity <= filled) {
    return 'that quantity has been filled already';
  }
  return {
    ...order,
    quantity,
    limitPrice: change.limitPrice ?? order.limitPrice,
    stopPrice: change.stopPrice ?? order.stopPrice,
  };
}
