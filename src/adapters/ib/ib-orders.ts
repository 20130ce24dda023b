import type { Contract, OrderState, Order as VendorOrder } from '@stoqey/ib';
import { newYorkDate, sessionOf } from '../../calendar/nyse.ts';
import { legOfRef, type Order } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { BrokerEvent } from '../../ports/broker.ts';
import type { IbRemark } from './ib-executions.ts';
import { decodeOrder } from './ib-order-decoding.ts';
import { isReadOnly, orderMessage } from './ib-order-errors.ts';
import { hasEnded, type TrackedOrder, trackedOrder } from './ib-tracked-order.ts';

export interface IbOrdersParts {
  readonly account: string;
  readonly clientId: number;
  readonly now: () => EpochMs;
  readonly tell: (event: BrokerEvent) => void;
  readonly remark: (remark: IbRemark) => void;
  /** Told each order id that the broker names as this client's. */
  readonly seen: (orderId: number) => void;
  /** An order ended: its children may have to follow. */
  readonly ended: (order: TrackedOrder) => void;
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
  readonly #parts: IbOrdersParts;
  readonly #byId = new Map<number, TrackedOrder>();
  readonly #byPermId = new Map<number, TrackedOrder>();
  readonly #byRef = new Map<string, TrackedOrder>();

  constructor(parts: IbOrdersParts) {
    this.#parts = parts;
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
    this.#moveTo(known, String(state.status), null);
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
    if (other === undefined || hasEnded(other)) this.#byRef.set(orderRef, tracked);
    else {
      const message = `${orderRef} lives twice at the broker: as ${other.permId} and ${permId}`;
      this.#remark('duplicate_order', message, null, orderRef);
    }
    this.#moveTo(tracked, String(state.status), null);
    return tracked;
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
    this.#change(tracked, {
      ...order,
      // An order that an exchange has not seen yet may be told without a quantity.
      quantity: quantity > 0 ? quantity : order.quantity,
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
    this.#moveTo(tracked, status, whyHeld);
    const isWorking = status === 'Submitted' || status === 'PreSubmitted';
    const isWhole = Number.isSafeInteger(filled + remaining) && remaining > 0;
    if (isWorking && isWhole && !hasEnded(tracked)) {
      this.#change(tracked, { ...tracked.order, quantity: filled + remaining });
    }
  }

  /** Executions can be ahead of the count of the broker. */
  executed(orderRef: string, permId: number, shares: number): void {
    const tracked = this.byPermId(permId) ?? this.#byRef.get(orderRef);
    if (tracked === undefined || shares === 0) return;
    const isMore = shares > tracked.filled;
    tracked.filled = Math.max(tracked.filled, shares);
    if (hasEnded(tracked)) {
      if (isMore) this.#parts.ended(tracked);
      return;
    }
    // It may be all that is ever said of an order.
    this.#acknowledge(tracked);
    if (shares >= tracked.order.quantity) this.#finish(tracked, 'filled');
    else if (tracked.state === 'sent' || tracked.state === 'waiting') tracked.state = 'working';
  }

  #moveTo(tracked: TrackedOrder, status: string, whyHeld: string | null): void {
    switch (status) {
      case 'ApiPending':
      case 'PendingSubmit':
      case 'PreSubmitted':
      case 'Submitted':
        this.#live(tracked, status, whyHeld);
        return;
      case 'PendingCancel':
        if (hasEnded(tracked)) return;
        this.#acknowledge(tracked);
        tracked.state = 'cancelling';
        return;
      case 'Inactive':
        this.#hold(tracked, whyHeld ?? '');
        return;
      case 'ApiCancelled':
      case 'Cancelled':
        this.#end(tracked, '');
        return;
      case 'Filled':
        if (!hasEnded(tracked)) this.#finish(tracked, 'filled');
        return;
      default:
        this.#remark('unreadable', `unknown status ${status}`, null, tracked.orderRef);
    }
  }

  #live(tracked: TrackedOrder, status: string, whyHeld: string | null): void {
    // A refusal that turns out to be none: the order is seen to work.
    const isBack = tracked.state === 'rejected' && status === 'Submitted';
    if (hasEnded(tracked) && !isBack) return;
    tracked.refusal = null;
    const asleep = this.#waitsForParent(tracked, whyHeld);
    const wasAsleep = tracked.state === 'waiting';
    if (tracked.state === 'inactive' || isBack) tracked.acknowledged = false;
    this.#acknowledge(tracked);
    if (tracked.state === 'cancelling') return;
    // Terms are told without the reason why it is held: what is known of that stays.
    const stays = whyHeld === null && wasAsleep && !this.#parentFilled(tracked);
    tracked.state = asleep || stays ? 'waiting' : 'working';
  }

  #waitsForParent(tracked: TrackedOrder, whyHeld: string | null): boolean {
    if (whyHeld !== null) return whyHeld.includes('child');
    return tracked.order.parentRef !== null && !this.#parentFilled(tracked);
  }

  #parentFilled({ order: { parentRef } }: TrackedOrder): boolean {
    const parent = parentRef === null ? undefined : this.#byRef.get(parentRef);
    return parent === undefined || parent.filled > 0 || parent.state === 'filled';
  }

  #acknowledge(tracked: TrackedOrder): void {
    if (tracked.acknowledged) return;
    tracked.acknowledged = true;
    const { orderRef, permId } = tracked;
    const brokerId = permId === 0 ? null : String(permId);
    this.#parts.tell({ kind: 'acknowledged', orderRef, brokerId, at: this.#parts.now() });
  }

  #hold(tracked: TrackedOrder, whyHeld: string): void {
    if (hasEnded(tracked) || tracked.state === 'inactive') return;
    tracked.state = 'inactive';
    const cause = whyHeld === '' ? 'held by the broker' : `held by the broker: ${whyHeld}`;
    const { orderRef } = tracked;
    this.#parts.tell({ kind: 'deactivated', orderRef, cause, at: this.#parts.now() });
  }

  /** The broker says that it is over. */
  #end(tracked: TrackedOrder, words: string): void {
    if (hasEnded(tracked)) return;
    const at = this.#parts.now();
    const { orderRef } = tracked;
    const kind = this.#expiredBy(tracked, at) ? 'expired' : 'cancelled';
    const cause = kind === 'expired' ? 'day' : this.#causeOf(tracked, words);
    this.#finish(tracked, kind, () => this.#parts.tell({ kind, orderRef, cause, at }));
  }

  /** An order for the day that nobody withdrew, after the close of that day. */
  #expiredBy({ order, cancelCause }: TrackedOrder, at: EpochMs): boolean {
    if (order.timeInForce !== 'DAY' || cancelCause !== null) return false;
    const session = sessionOf(newYorkDate(at));
    return session !== null && at >= session.closeAt;
  }

  #causeOf({ order, cancelCause }: TrackedOrder, words: string): string {
    if (cancelCause !== null) return cancelCause;
    const others = [...this.#byRef.values()];
    const isGroup = others.some(
      (other) =>
        other.order !== order && other.order.ocaGroup === order.ocaGroup && other.filled > 0,
    );
    if (order.ocaGroup !== null && isGroup) return 'oca';
    const parent = order.parentRef === null ? undefined : this.#byRef.get(order.parentRef);
    if (parent !== undefined && hasEnded(parent)) return 'parent_ended';
    return words === '' ? 'by the broker' : words;
  }

  #finish(
    tracked: TrackedOrder,
    state: 'filled' | 'cancelled' | 'expired' | 'rejected',
    tell: () => void = () => undefined,
  ): void {
    tracked.state = state;
    tell();
    this.#parts.ended(tracked);
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
        this.#end(tracked, message);
        break;
      case 'cancel_refused':
        tracked.changeRefusal = refusal;
        break;
      case 'id_used':
      case 'refused':
        if (isReadOnly(code, message)) this.#remark('read_only', message, code, tracked.orderRef);
        if (tracked.changing || tracked.state === 'cancelling') tracked.changeRefusal = refusal;
        else this.#refuse(tracked, refusal);
        break;
      case 'unknown':
        this.#remark('order_message', message, code, tracked.orderRef);
        this.#parts.ask();
    }
    return true;
  }

  #refuse(tracked: TrackedOrder, refusal: { code: number; message: string }): void {
    if (hasEnded(tracked)) return;
    tracked.refusal = refusal;
    if (tracked.answering) {
      this.#finish(tracked, 'rejected');
      return;
    }
    this.#finish(tracked, 'rejected', () => this.tellRefusal(tracked));
  }

  /** Tells the refusal of an order, where the answer to whoever sent it was none. */
  tellRefusal({ orderRef, refusal }: TrackedOrder): void {
    if (refusal === null) return;
    const code = String(refusal.code);
    const { message } = refusal;
    this.#parts.tell({ kind: 'rejected', orderRef, code, message, at: this.#parts.now() });
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
