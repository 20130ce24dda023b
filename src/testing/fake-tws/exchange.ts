import type { FakeContract } from './contracts.ts';
import type { BookedExecution, ExchangeListener, ExchangeOptions } from './exchange-parts.ts';
import type { FaultName } from './faults.ts';
import { Holdings } from './holdings.ts';
import { OrderBook } from './order-book.ts';
import {
  askedFault,
  DUPLICATE_ID,
  FILLED,
  type OrderFault,
  orderFault,
  uncancelled,
  unchanged,
} from './order-fault.ts';
import { fillPrice } from './order-matching.ts';
import { Prices } from './prices.ts';
import {
  averagePrice,
  isBuy,
  isFinal,
  isStop,
  parentOf,
  remaining,
  type WorkingOrder,
} from './working-order.ts';

/** Half a cent a share, one dollar at least: IBKR Pro, fixed. */
const commissionOf = (shares: number): number => Math.max(1, Math.round(shares * 0.5) / 100);

/** Orders, executions, positions and cash: what survives every connection. */
export class Exchange {
  readonly prices = new Prices();
  readonly book: OrderBook;
  readonly executions: BookedExecution[] = [];
  readonly holdings: Holdings;
  readonly #options: ExchangeOptions;
  readonly #listener: ExchangeListener;
  #permId = 1_376_327_560;
  #execution = 0;

  constructor(options: ExchangeOptions, listener: ExchangeListener) {
    this.#options = options;
    this.#listener = listener;
    this.book = new OrderBook(options.contracts, options.childArm);
    this.holdings = new Holdings(options.startingCash);
  }

  place(clientId: number, orderId: number, fields: Readonly<Record<string, string>>): void {
    const { faults } = this.#options;
    const refuse = (code: number, text: string, advanced?: string): void =>
      this.#listener.notice(clientId, orderId, code, text, advanced);
    if (faults.has('read-only')) {
      refuse(
        321,
        "Error validating request.-'bW' : cause - The API interface is currently in Read-Only mode.",
      );
      return;
    }
    const known = this.book.find(clientId, orderId);
    if (known !== undefined) {
      this.#modify(known, fields);
      return;
    }
    if (orderId < this.book.nextId(clientId)) {
      refuse(DUPLICATE_ID.code, DUPLICATE_ID.text);
      return;
    }
    this.book.useId(clientId, orderId);
    const fault = askedFault(faults) ?? this.#faultOf(clientId, fields);
    if (fault !== null) {
      refuse(fault.code, fault.text);
      return;
    }
    const order = this.#newOrder(clientId, orderId, fields);
    const rejection = (['reject', 'reject-inactive', 'reject-malformed'] as const).find((name) =>
      faults.take(name),
    );
    if (rejection !== undefined) {
      this.#reject(order, rejection);
      return;
    }
    this.book.orders.push(order);
    if (fields.transmit === '1') this.#transmit(order);
  }

  #newOrder(
    clientId: number,
    orderId: number,
    fields: Readonly<Record<string, string>>,
  ): WorkingOrder {
    const contract = this.book.contractOf(fields) as FakeContract;
    const presets = this.#options.faults.has('preset-day') ? { tif: 'DAY' } : {};
    this.#permId += 1;
    return {
      clientId,
      orderId,
      permId: this.#permId,
      contract,
      fields: { ...fields, ...presets },
      state: 'Untransmitted',
      total: Number(fields.totalQuantity),
      filled: 0,
      paid: 0,
      lastPrice: 0,
      triggered: false,
      best: Number.NaN,
      completedAt: '',
    };
  }

  #reject(order: WorkingOrder, how: FaultName): void {
    const text = 'Order rejected - reason:Available settled cash to withdraw: 0.00';
    if (how === 'reject-inactive') {
      this.#end(order, 'Inactive');
      this.book.orders.push(order);
      this.#listener.changed(order, true);
    }
    const advanced = how === 'reject-malformed' ? '{"rejectCode": ' : undefined;
    this.#listener.notice(order.clientId, order.orderId, 201, text, advanced);
  }

  #faultOf(clientId: number, fields: Readonly<Record<string, string>>): OrderFault | null {
    const parent = Number(fields.parentId || 0);
    if (parent !== 0 && this.book.find(clientId, parent) === undefined) {
      return { code: 135, text: "Can't find order with id =" };
    }
    return orderFault(fields, this.book.contractOf(fields), this.#options.account);
  }

  #modify(order: WorkingOrder, fields: Readonly<Record<string, string>>): void {
    const { clientId, orderId } = order;
    const fault = isFinal(order) ? FILLED : unchanged(this.#options.faults);
    if (fault !== null) {
      this.#listener.notice(clientId, orderId, fault.code, fault.text);
      return;
    }
    order.fields = fields;
    order.total = Math.max(Number(fields.totalQuantity), order.filled);
    if (order.state !== 'Untransmitted') {
      this.#listener.changed(order, true);
      this.#match(order);
      return;
    }
    if (fields.transmit === '1') this.#transmit(order);
  }

  /** A transmitted order takes its parent and the other children along. */
  #transmit(order: WorkingOrder): void {
    const parentId = parentOf(order) || order.orderId;
    const family = this.book.orders.filter(
      (one) =>
        one.clientId === order.clientId &&
        one.state === 'Untransmitted' &&
        (one === order || one.orderId === parentId || parentOf(one) === parentId),
    );
    for (const one of family) {
      const isKept = isStop(one) && this.#options.faults.take('stop-pending');
      const isSimulated = one.fields.orderType !== 'LMT' || this.book.waits(one);
      one.state = isKept ? 'PendingSubmit' : isSimulated ? 'PreSubmitted' : 'Submitted';
      this.#listener.changed(one, true);
    }
    for (const one of family) this.#match(one);
  }

  /** A print: everything that can fill at it does. */
  print(
    symbol: string,
    last: number,
    around: { half?: number; shares?: number; volume?: number; open?: number } = {},
  ): void {
    const { half = 0, shares, volume = 0, open = last } = around;
    const side = (by: number): number => Math.round((last + by) * 1e6) / 1e6;
    const tradedAt = this.#options.now();
    const price = { bid: side(-half), ask: side(half), last, volume, open, tradedAt };
    this.prices.set(symbol, price, shares);
    for (const order of this.book.orders) if (order.contract.symbol === symbol) this.#match(order);
  }

  #match(order: WorkingOrder): void {
    const price = this.prices.tradable(order.contract.symbol);
    const works = order.state === 'PreSubmitted' || order.state === 'Submitted';
    const { now, isOpen = () => true } = this.#options;
    if (price === null || !works || !isOpen(now()) || this.book.waits(order)) return;
    if (order.state === 'PreSubmitted' && !isStop(order)) {
      order.state = 'Submitted';
      this.#listener.changed(order, false);
    }
    const at = fillPrice(order, price);
    if (at === null) return;
    const shares = this.prices.take(order.contract.symbol, remaining(order));
    if (shares > 0) this.fill(order, shares, at);
  }

  /** Books a fill, whatever the state of the order. */
  fill(order: WorkingOrder, shares: number, price: number): void {
    order.filled += shares;
    order.paid += shares * price;
    order.lastPrice = price;
    if (remaining(order) <= 0) this.#end(order, 'Filled');
    else if (order.state === 'PreSubmitted') order.state = 'Submitted';
    const execution = this.#execute(order, shares, price);
    const signed = isBuy(order) ? shares : -shares;
    this.#listener.moved(this.holdings.book(order.contract, signed, price, execution.commission));
    this.#listener.executed(execution, order);
    this.#reduceGroup(order, shares);
    const children = this.book.orders.filter(
      (one) => one.clientId === order.clientId && parentOf(one) === order.orderId,
    );
    for (const child of children) {
      if (isFinal(child) || this.book.waits(child)) continue;
      this.#listener.changed(child, false);
      if (isStop(child) && this.#options.faults.take('cancel-child')) this.#cancelled(child);
      else this.#match(child);
    }
  }

  #execute(order: WorkingOrder, shares: number, price: number): BookedExecution {
    this.#execution += 1;
    const { account, now, timeText } = this.#options;
    const execution: BookedExecution = {
      orderId: order.orderId,
      contract: order.contract,
      execId: `0000e0d5.${this.#execution.toString(16).padStart(8, '0')}.01.01`,
      time: timeText(now()),
      account,
      side: isBuy(order) ? 'BOT' : 'SLD',
      shares,
      price,
      permId: order.permId,
      clientId: order.clientId,
      cumulative: order.filled,
      averagePrice: averagePrice(order),
      orderRef: order.fields.orderRef ?? '',
      commission: commissionOf(shares),
    };
    this.executions.push(execution);
    return execution;
  }

  /** The others of a group: cancelled (1), or fewer by what was filled (2 and 3). */
  #reduceGroup(order: WorkingOrder, shares: number): void {
    const group = order.fields.ocaGroup ?? '';
    if (group === '') return;
    for (const other of this.book.orders) {
      if (other === order || isFinal(other) || other.fields.ocaGroup !== group) continue;
      if (other.clientId !== order.clientId) continue;
      other.total =
        other.fields.ocaType === '1' ? other.filled : Math.max(other.filled, other.total - shares);
      if (remaining(other) > 0) this.#listener.changed(other, true);
      else this.#cancelled(other);
    }
  }

  cancel(clientId: number, orderId: number): void {
    const { faults } = this.#options;
    const order = this.book.find(clientId, orderId);
    const say = (code: number, text: string): void =>
      this.#listener.notice(clientId, orderId, code, text);
    const asked = uncancelled(faults);
    if (asked !== null) {
      say(asked.code, asked.text);
      return;
    }
    if (order === undefined) {
      say(10147, `OrderId ${orderId} that needs to be cancelled is not found.`);
      return;
    }
    if (isFinal(order)) {
      say(
        10148,
        `OrderId ${orderId} that needs to be cancelled can not be cancelled, state: ${order.state}.`,
      );
      return;
    }
    order.state = 'PendingCancel';
    this.#listener.changed(order, false);
    const price = this.prices.of(order.contract.symbol);
    if (faults.take('fill-while-cancelling') && price !== null) {
      this.fill(order, remaining(order), isBuy(order) ? price.ask : price.bid);
      return;
    }
    this.#cancelled(order);
    for (const child of this.book.orders) {
      const isChild = child.clientId === clientId && parentOf(child) === orderId;
      if (isChild && !isFinal(child) && order.filled === 0) this.#cancelled(child);
    }
  }

  #cancelled(order: WorkingOrder): void {
    this.#end(order, 'Cancelled');
    this.#listener.changed(order, false);
    this.#listener.notice(order.clientId, order.orderId, 202, 'Order Canceled - reason:');
  }

  #end(order: WorkingOrder, state: 'Cancelled' | 'Filled' | 'Inactive'): void {
    order.state = state;
    const { now, timeText } = this.#options;
    order.completedAt = timeText(now());
  }

  /** Orders for the day end; those that are good till cancelled stay. */
  endDay(): void {
    for (const order of this.book.orders) {
      if (isFinal(order)) continue;
      if (order.fields.tif !== 'GTC') this.#cancelled(order);
      else if (!isBuy(order) && isStop(order) && this.#options.faults.has('stops-vanish'))
        this.vanish(order);
    }
  }

  /** An order vanishes as if somebody had cancelled it: "vanished overnight". */
  vanish(order: WorkingOrder): void {
    this.#end(order, 'Cancelled');
  }

  /** Shares held and shares that stops cover: what no client may let differ. */
  cover(symbol: string): { readonly held: number; readonly stops: number } {
    return { held: this.holdings.quantity(symbol), stops: this.book.stopShares(symbol) };
  }
}
