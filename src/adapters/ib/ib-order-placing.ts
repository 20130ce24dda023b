import { type Contract, EventName, type Order as VendorOrder } from '@stoqey/ib';
import type { Order } from '../../domain/order.ts';
import { sameOrder } from '../../domain/order-checks.ts';
import type { SendOutcome } from '../../ports/broker.ts';
import type { Question } from './ib-ask.ts';
import type { Changes } from './ib-changes.ts';
import type { IbGateway } from './ib-gateway.ts';
import { ID_USED, NO_PARENT } from './ib-order-errors.ts';
import type { OrderIds } from './ib-order-ids.ts';
import type { IbOrders } from './ib-orders.ts';
import { hasEnded, isAnswered, type Refusal, type TrackedOrder } from './ib-tracked-order.ts';

/** What orders are sent with. */
export interface OrderSending {
  readonly gateway: IbGateway;
  readonly orders: IbOrders;
  readonly ids: OrderIds;
  readonly changes: Changes;
  /** How long an answer may take. */
  readonly ackMs: number;
  /** An order in the library's words. */
  readonly wordsOf: (
    order: Order,
    routing: { readonly parentId: number; readonly transmit: boolean },
  ) => readonly [Contract, VendorOrder];
}

export const ACCEPTED: SendOutcome = { outcome: 'accepted' };

export const refused = (code: string, message: string): SendOutcome => ({
  outcome: 'rejected',
  code,
  message,
});

export const refusedBy = ({ code, message }: Refusal): SendOutcome =>
  refused(String(code), message);

export const notSent = (gateway: IbGateway): SendOutcome => ({
  outcome: 'not_sent',
  message: `the broker takes no orders now: ${gateway.link.standing.cause}`,
});

/** The next id of the gateway, asked again. */
const nextOrderId = (): Question<number> => ({
  what: 'the next order id',
  send: (api) => api.reqIds(),
  hear: (name, [id]) => (name === EventName.nextValidId ? (id as number) : undefined),
});

/** Orders that were handed over together, the entry first, and over which connection. */
interface Handed {
  readonly parts: readonly TrackedOrder[];
  readonly connection: number;
}

/**
 * Sends orders, as one chain that is released by its last, and says what became of them. An order is accepted once the
 * broker showed every part of its chain; what it did not answer for is unknown.
 */
export class OrderPlacing {
  readonly #sending: OrderSending;
  /** Asks for the end of what is left of a chain. */
  readonly #withdraw: (order: TrackedOrder, cause: string) => void;
  /** By the name of each order that is on its way. */
  readonly #onTheWay = new Map<string, { order: Order; answer: Promise<SendOutcome> }>();
  /** Chains whose fate is not known, by the name of the entry. */
  readonly broken = new Map<string, readonly TrackedOrder[]>();

  constructor(sending: OrderSending, withdraw: (entry: TrackedOrder, cause: string) => void) {
    this.#sending = sending;
    this.#withdraw = withdraw;
  }

  /** Sends them unless they were sent before, or `refusal` says why not. */
  place(orders: readonly Order[], refusal: () => SendOutcome | null): Promise<SendOutcome> {
    const before = this.#before(orders);
    if (before !== null) return before;
    const no = refusal();
    if (no !== null) return Promise.resolve(no);
    const answer = this.#send(orders).finally(() => {
      for (const { orderRef } of orders) this.#onTheWay.delete(orderRef);
    });
    for (const order of orders) this.#onTheWay.set(order.orderRef, { order, answer });
    return answer;
  }

  /** The answer to orders that were sent before; null where all of them are new. */
  #before(orders: readonly Order[]): Promise<SendOutcome> | null {
    const moving = orders.map(({ orderRef }) => this.#onTheWay.get(orderRef));
    const known = orders.map(({ orderRef }) => this.#sending.orders.byRef(orderRef));
    if (moving.every((one) => one === undefined) && known.every((one) => one === undefined)) {
      return null;
    }
    const isSame = orders.every((order, i) => {
      const asked = moving[i]?.order ?? known[i]?.asked;
      if (asked !== undefined && asked !== null) return sameOrder(asked, order);
      const found = known[i]?.order;
      return found === undefined || sameThing(found, order);
    });
    const [first] = orders;
    if (!isSame) {
      const message = `${first?.orderRef}: sent before with other terms`;
      return Promise.resolve(refused('CONFLICT', message));
    }
    const answer = moving.find((one) => one !== undefined)?.answer;
    return answer ?? Promise.resolve(answerOf(known));
  }

  async #send(orders: readonly Order[]): Promise<SendOutcome> {
    const { gateway } = this.#sending;
    let handed: Handed | null = null;
    let trouble: string | null = null;
    const sent = await gateway.send('order', orders.length, (api) => {
      const { connection } = gateway;
      if (connection === null) return;
      let ids: readonly number[];
      try {
        ids = this.#sending.ids.take(orders.length, connection.nextValidId);
      } catch (error) {
        trouble = `no order id could be written down: ${(error as Error).message}`;
        return;
      }
      const messages = this.#chain(orders, ids);
      const parts = messages.map(({ order, id }) => this.#sending.orders.begin(order, id));
      handed = { parts, connection: connection.number };
      for (const { id, words } of messages) api.placeOrder(id, ...words);
    });
    if (handed === null) {
      return trouble === null ? notSent(gateway) : { outcome: 'not_sent', message: trouble };
    }
    return sent ? this.#answer(handed) : this.#unanswered(handed, 'the connection broke');
  }

  #chain(orders: readonly Order[], ids: readonly number[]) {
    const [entry] = orders;
    const [entryId = 0] = ids;
    return orders.map((order, i) => {
      const isChild = entry !== order && order.parentRef === entry?.orderRef;
      const parentId = isChild ? entryId : this.#liveId(order.parentRef);
      const transmit = i === orders.length - 1;
      const words = this.#sending.wordsOf(order, { parentId, transmit });
      return { order, id: ids[i] as number, words };
    });
  }

  /** The id of an entry that still lives; a child of any other stands for itself. */
  #liveId(orderRef: string | null): number {
    const parent = orderRef === null ? undefined : this.#sending.orders.byRef(orderRef);
    return parent === undefined || hasEnded(parent) ? 0 : parent.orderId;
  }

  async #answer(handed: Handed): Promise<SendOutcome> {
    const { changes, ackMs } = this.#sending;
    const { parts } = handed;
    const isOver = (): true | null =>
      parts.every(isAnswered) || this.#isLost(handed) || parts.some(isRefused) ? true : null;
    await changes.until(isOver, ackMs);
    if (parts.some(isRefused)) await this.#endTogether(handed);
    return this.#verdict(handed);
  }

  /**
   * Of a chain of which a part was refused nothing may work: an entry without its stop, or a stop without its entry.
   * Where the entry was faster and has filled, what is left protects it, and stays.
   */
  async #endTogether(handed: Handed): Promise<void> {
    const { changes, ackMs } = this.#sending;
    const { parts } = handed;
    const [entry] = parts as readonly [TrackedOrder];
    const isOver = (are: (part: TrackedOrder) => boolean) => (): true | null =>
      parts.every(are) || this.#isLost(handed) ? true : null;
    if (isRefused(entry)) {
      await changes.until(isOver(isAnswered), ackMs);
      for (const child of parts) {
        if (!hasEnded(child)) this.#withdraw(child, 'its entry was refused');
      }
    } else if (hasEnded(entry)) return;
    else this.#withdraw(entry, `its ${parts.find(isRefused)?.order.leg} was refused`);
    await changes.until(isOver(hasEnded), ackMs);
  }

  async #verdict(handed: Handed): Promise<SendOutcome> {
    const { parts } = handed;
    const [entry] = parts as readonly [TrackedOrder];
    const refusal = parts.find(isRefused)?.refusal ?? null;
    const isUntouched = parts.every(({ filled }) => filled === 0);
    if (parts.every(isIdUsed)) return this.#takeBack(handed);
    if (refusal !== null && isUntouched && (isRefused(entry) || parts.every(hasEnded))) {
      // The answer says it: no event repeats it.
      for (const part of parts) part.answering = false;
      return refusedBy(refusal);
    }
    if (parts.every((part) => isAnswered(part) || part.state === 'inactive')) {
      this.#release(parts);
      return ACCEPTED;
    }
    const why = this.#isLost(handed)
      ? 'the connection broke before the answer'
      : `no answer within ${this.#sending.ackMs / 1_000} s`;
    return this.#unanswered(handed, why);
  }

  #isLost({ connection }: Handed): boolean {
    return this.#sending.gateway.connection?.number !== connection;
  }

  #unanswered({ parts }: Handed, message: string): SendOutcome {
    const [entry] = parts as readonly [TrackedOrder];
    this.#release(parts);
    if (parts.length > 1) this.broken.set(entry.orderRef, parts);
    return { outcome: 'unknown', message: `${entry.orderRef}: ${message}` };
  }

  /** From now on refusals are told as events; those that came already are told now. */
  #release(parts: readonly TrackedOrder[]): void {
    for (const part of parts) {
      part.answering = false;
      this.#sending.orders.progress.tellRefusal(part);
    }
  }

  /** Nothing was taken, for the ids were used before: they are learned anew, and it may be sent again. */
  async #takeBack({ parts }: Handed): Promise<SendOutcome> {
    for (const part of parts) this.#sending.orders.forget(part);
    const next = await this.#sending.gateway.ask(nextOrderId());
    if (next.complete) this.#sending.ids.seen(next.value - 1);
    return { outcome: 'not_sent', message: 'the order id was used before' };
  }
}

const isRefused = ({ refusal, state }: TrackedOrder): boolean =>
  refusal !== null && state === 'rejected';

const isIdUsed = (part: TrackedOrder, i: number): boolean => {
  const code = part.refusal?.code;
  return code === ID_USED || (i > 0 && code === NO_PARENT);
};

/** What is known of orders that were sent before. */
function answerOf(known: readonly (TrackedOrder | undefined)[]): SendOutcome {
  const refusal = known.find((one) => one?.state === 'rejected')?.refusal;
  if (refusal !== undefined && refusal !== null) return refusedBy(refusal);
  const isKnown = known.every((one) => one !== undefined && (one.acknowledged || hasEnded(one)));
  return isKnown ? ACCEPTED : { outcome: 'unknown', message: 'sent before, and not answered' };
}

/** True where an order that was found may be this one: its terms may have been changed since. */
const sameThing = (found: Order, order: Order): boolean =>
  found.symbol === order.symbol && found.side === order.side && found.type === order.type;
