import type { Contract, OrderState, Order as VendorOrder } from '@stoqey/ib';
import { legOfRef, type Order } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { BrokerEvent } from '../../ports/broker.ts';
import { decodeOrder } from './ib-order-decoding.ts';
import { endsWorking, isReadOnly, orderMessage } from './ib-order-errors.ts';
import { OrderProgress, type OrderProgressParts } from './ib-order-progress.ts';
import type { IbRemark } from './ib-remarks.ts';
import {
  hasEnded,
  isAtWork,
  type Refusal,
  type TrackedOrder,
  type TrackedState,
  trackedOrder,
} from './ib-tracked-order.ts';

export interface IbOrdersParts {
  readonly account: string;
  readonly clientId: number;
  readonly now: () => EpochMs;
  readonly tell: (event: BrokerEvent) => void;
  readonly remark: (remark: IbRemark) => void;
  readonly ended: OrderProgressParts['ended'];
  /** Told each order id that the broker names as this client's. */
  readonly seen: (orderId: number) => void;
  /** What the broker said settles nothing: it has to be asked how things stand. */
  readonly ask: () => void;
}

/** What the broker tells an order apart by. */
export interface Identity {
  readonly orderId: number;
  readonly clientId: number;
  /** 0 where it is not told yet. */
  readonly permId: number;
}

/** Message 3, as the library tells it. */
export interface StatusTold extends Identity {
  readonly status: string;
  readonly filled: number;
  readonly remaining: number;
  readonly whyHeld: string;
}

/**
 * Our orders as the broker tells of them: messages are doubled, missing and out of order, and none moves an order
 * backwards. What it is told of orders that are not ours changes nothing.
 */
export class IbOrders {
  readonly progress: OrderProgress;
  readonly #parts: IbOrdersParts;
  readonly #byId = new Map<number, TrackedOrder>();
  readonly #byPermId = new Map<number, TrackedOrder>();
  readonly #byRef = new Map<string, TrackedOrder>();

  constructor(parts: IbOrdersParts) {
    this.#parts = parts;
    this.progress = new OrderProgress({ ...parts, byRef: this.#byRef });
  }

  byRef(orderRef: string): TrackedOrder | undefined {
    return this.#byRef.get(orderRef);
  }

  byPermId(permId: number): TrackedOrder | undefined {
    return permId === 0 ? undefined : this.#byPermId.get(permId);
  }

  /** Our record of an order that was told; null for one that is none of ours, or came back under another name. */
  recordOf(
    orderId: number,
    { clientId = -1, permId = 0, orderRef }: VendorOrder,
  ): TrackedOrder | null {
    const known = this.find({ orderId, clientId, permId });
    return known === undefined || known.orderRef !== orderRef ? null : known;
  }

  childrenOf(entryRef: string): TrackedOrder[] {
    return [...this.#byRef.values()].filter(({ order }) => order.parentRef === entryRef);
  }

  /** Notes an order that is about to be handed over. */
  begin(order: Order, orderId: number): TrackedOrder {
    const tracked = trackedOrder(
      order,
      { orderId, clientId: this.#parts.clientId, permId: 0 },
      order,
    );
    tracked.answering = true;
    this.#byId.set(orderId, tracked);
    this.#byRef.set(order.orderRef, tracked);
    return tracked;
  }

  /** Forgets an order that certainly was not taken: it may be sent again. */
  forget(tracked: TrackedOrder): void {
    this.#byId.delete(tracked.orderId);
    this.#byRef.delete(tracked.orderRef);
  }

  /** Message 5: the order with its terms. Returns our record of it; null for one that is none of ours. */
  open(
    orderId: number,
    contract: Contract,
    told: VendorOrder,
    state: OrderState,
  ): TrackedOrder | null {
    if (told.whatIf === true) return null;
    const { account, clientId } = this.#parts;
    const isOwn = told.clientId === clientId;
    if (isOwn) this.#parts.seen(orderId);
    if (told.account !== undefined && told.account !== '' && told.account !== account) return null;
    const permId = told.permId ?? 0;
    const known = this.#find(isOwn ? orderId : 0, permId);
    if (known === undefined) return this.#adopt(orderId, contract, told, state);
    if (told.orderRef !== known.orderRef) {
      this.#renamed(known, told.orderRef ?? '');
      return null;
    }
    this.#identify(known, permId);
    this.progress.move(known, String(state.status), null);
    if (!hasEnded(known)) this.#takeTerms(known, contract, told);
    return known;
  }

  /** Our record of the order that a message names. */
  find({ orderId, clientId, permId }: Identity): TrackedOrder | undefined {
    return this.#find(clientId === this.#parts.clientId ? orderId : 0, permId);
  }

  #find(orderId: number, permId: number): TrackedOrder | undefined {
    const lasting = this.byPermId(permId);
    if (lasting !== undefined) return lasting;
    const mine = orderId > 0 ? this.#byId.get(orderId) : undefined;
    // The same id with another lasting number is another order.
    const isSame = mine !== undefined && (mine.permId === 0 || permId === 0);
    return isSame ? mine : undefined;
  }

  #identify(tracked: TrackedOrder, permId: number): void {
    if (permId === 0 || tracked.permId !== 0) return;
    tracked.permId = permId;
    this.#byPermId.set(permId, tracked);
  }

  /** An order under a name of ours that this process did not send: an earlier one did. */
  #adopt(
    orderId: number,
    contract: Contract,
    told: VendorOrder,
    state: OrderState,
  ): TrackedOrder | null {
    const { orderRef = '', permId = 0, clientId = -1 } = told;
    if (legOfRef(orderRef) === null || permId === 0) return null;
    const order = this.#decoded(contract, told, orderRef);
    if (order === null) return null;
    const tracked = trackedOrder(order, { orderId, clientId, permId }, null);
    this.#byPermId.set(permId, tracked);
    if (clientId === this.#parts.clientId && orderId > 0) this.#byId.set(orderId, tracked);
    const other = this.#byRef.get(orderRef);
    if (other === undefined || hasEnded(other)) {
      this.#byRef.set(orderRef, tracked);
      this.#placedElsewhere(tracked);
    } else {
      const message = `${orderRef} lives twice at the broker: as ${other.permId} and ${permId}`;
      this.#remark('duplicate_order', message, null, orderRef);
    }
    this.progress.move(tracked, String(state.status), null);
    return tracked;
  }

  /** Only the client that placed an order can change it or end it, by its id: a person has to set that one again. */
  #placedElsewhere({ orderRef, clientId, orderId }: TrackedOrder): void {
    if (clientId === this.#parts.clientId && orderId > 0) return;
    const message =
      orderId > 0
        ? `${orderRef} was placed by client ${clientId}, and can only be changed by that one: set ib.clientId to it`
        : `${orderRef} is told without an order id, and can only be changed in the gateway`;
    this.#remark('other_client', message, null, orderRef);
  }

  /** An order under a name of ours that had ended before it was heard of here: it is known, and never sent again. */
  adoptEnded(order: Order, permId: number, ended: { state: TrackedState; filled: number }): void {
    if (permId === 0 || this.#byPermId.has(permId)) return;
    const identity = { orderId: 0, clientId: this.#parts.clientId, permId };
    const tracked = { ...trackedOrder(order, identity, null), acknowledged: true, ...ended };
    this.#byPermId.set(permId, tracked);
    if (!this.#byRef.has(order.orderRef)) this.#byRef.set(order.orderRef, tracked);
  }

  #decoded(contract: Contract, told: VendorOrder, orderRef: string): Order | null {
    const parent = told.parentId === undefined ? undefined : this.#byId.get(told.parentId);
    const named = { orderRef, parentRef: parent?.orderRef ?? null };
    const order = decodeOrder(contract, told, named);
    if (order === null) {
      const message = `${orderRef} is told with terms that cannot be read`;
      this.#remark('unreadable', message, null, orderRef);
    }
    return order;
  }

  /** How long a name may be is not documented: one that was cut short is nobody's, and proves nothing of ours. */
  #renamed(tracked: TrackedOrder, name: string): void {
    if (tracked.renamed) return;
    tracked.renamed = true;
    const message = `${tracked.orderRef} came back from the broker as "${name}"`;
    this.#remark('renamed_order', message, null, tracked.orderRef);
  }

  /** What the broker says the terms are, where they are not what we know. */
  #takeTerms(tracked: TrackedOrder, contract: Contract, told: VendorOrder): void {
    const now = this.#decoded(contract, told, tracked.orderRef);
    const { order } = tracked;
    if (now === null) return;
    if (now.timeInForce !== order.timeInForce) {
      const message = `${order.orderRef} is ${now.timeInForce} at the broker, not ${order.timeInForce}`;
      this.#remark('preset_changed', message, null, order.orderRef);
    }
    const { quantity, limitPrice, stopPrice, timeInForce } = now;
    // An order that no exchange has seen yet may be told without a size.
    const isResized = quantity > 0 && quantity !== tracked.toldQuantity;
    if (isResized) tracked.toldQuantity = quantity;
    this.#change(tracked, {
      ...order,
      quantity: isResized ? quantity : order.quantity,
      limitPrice,
      stopPrice,
      timeInForce,
    });
  }

  #change(tracked: TrackedOrder, next: Order): void {
    const { order } = tracked;
    const isSame =
      order.quantity === next.quantity &&
      order.limitPrice === next.limitPrice &&
      order.stopPrice === next.stopPrice &&
      order.timeInForce === next.timeInForce;
    if (isSame) return;
    tracked.order = next;
    this.#parts.tell({ kind: 'modified', order: next, at: this.#parts.now() });
  }

  /** Message 3: how far an order got. */
  status(told: StatusTold): void {
    const { orderId, status, filled, remaining, permId, clientId, whyHeld } = told;
    if (clientId === this.#parts.clientId) this.#parts.seen(orderId);
    const tracked = this.find(told);
    if (tracked === undefined || tracked.renamed) return;
    this.#identify(tracked, permId);
    if (filled > tracked.filled) tracked.filled = filled;
    this.progress.move(tracked, status, whyHeld);
    const isWorking = status === 'Submitted' || status === 'PreSubmitted';
    const isWhole = Number.isSafeInteger(filled + remaining) && remaining > 0;
    if (isWorking && isWhole && !hasEnded(tracked)) {
      this.#change(tracked, { ...tracked.order, quantity: filled + remaining });
    }
  }

  /** Shares that the executions of an order come to. */
  executed(orderRef: string, permId: number, shares: number): void {
    const tracked = this.byPermId(permId) ?? this.#byRef.get(orderRef);
    if (tracked !== undefined) this.progress.filled(tracked, shares);
  }

  /** A message on an order id. False where that is no order of ours. */
  message(orderId: number, code: number, message: string): boolean {
    const tracked = this.#byId.get(orderId);
    if (tracked === undefined) return false;
    const refusal = { code, message };
    switch (orderMessage(code)) {
      case 'remark':
        this.#remark('order_message', message, code, tracked.orderRef);
        break;
      case 'cancelled':
        this.progress.end(tracked, message);
        break;
      case 'cancel_refused':
        tracked.changeRefusal = refusal;
        break;
      case 'id_used':
      case 'refused':
        if (isReadOnly(code, message)) this.#remark('read_only', message, code, tracked.orderRef);
        if (tracked.changing || tracked.state === 'cancelling') tracked.changeRefusal = refusal;
        else if (!isAtWork(tracked) || endsWorking(code)) this.progress.refuse(tracked, refusal);
        // The answer to something that was given up; the order itself works on.
        else this.#unclear(tracked, refusal);
        break;
      case 'unknown':
        this.#unclear(tracked, refusal);
    }
    return true;
  }

  /** Nothing follows from it: the broker is asked how the order stands. */
  #unclear({ orderRef }: TrackedOrder, { code, message }: Refusal): void {
    this.#remark('order_message', message, code, orderRef);
    this.#parts.ask();
  }

  #remark(
    kind: IbRemark['kind'],
    message: string,
    code: number | null,
    orderRef: string | null,
  ): void {
    this.#parts.remark({ kind, message, code, orderRef });
  }
}
