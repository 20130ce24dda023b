import type { Fill } from '../../domain/fill.ts';
import type { Symbol } from '../../domain/market.ts';
import {
  add,
  type Micros,
  micros,
  mulDiv,
  subtract,
  timesQuantity,
  ZERO,
} from '../../domain/money.ts';
import type { Order } from '../../domain/order.ts';
import { assert } from '../../domain/result.ts';
import { DAY_MS, type EpochMs, type SessionDate } from '../../domain/time.ts';
import type { BrokerEvent } from '../../ports/broker.ts';
import { type CommissionModel, incrementalCommission } from '../../risk/commission.ts';
import { remainingOf, type SimOrder } from './sim-order.ts';
import { settlesOn } from './sim-settlement.ts';

/** What the account holds and has working in one symbol. */
export interface Desk {
  readonly symbol: Symbol;
  quantity: number;
  /** What the shares held cost, commissions included. */
  cost: Micros;
  /** The last price seen; null before the first bar. */
  mark: Micros | null;
  /** Orders that may still fill, oldest first; an order that ends leaves in a new list, so loops stay sound. */
  live: SimOrder[];
  /** Shares the bar that started at `bar` can still take, where participation is limited. */
  capacity: { bar: EpochMs; left: number } | null;
  /** True where the last bar that was due had no trade. */
  halted: boolean;
}

/** Sale proceeds of a cash account that may not be used before a session. */
export interface Unsettled {
  readonly settlesOn: SessionDate;
  readonly amount: Micros;
}

/** Whether a stop is active once its entry has filled in part, or only when the entry is complete. */
export type ChildArm = 'partial' | 'full';
/** What becomes of the children of an entry that ends filled in part. */
export type ChildFate = 'kept' | 'cancelled';

/** The last bars whose opens and insides were worked through, and the last session that was ended. */
export interface PlayedThrough {
  opens: EpochMs | null;
  closes: EpochMs | null;
  ended: SessionDate | null;
}

export interface AccountRules {
  readonly account: string;
  readonly accountKind: 'margin' | 'cash';
  readonly commission: CommissionModel;
  readonly childArm: ChildArm;
  readonly childFate: ChildFate;
}

/** Finished orders and fills are remembered this long at least: repeats and statements reach no further back. */
const MEMORY_MS = 30 * DAY_MS;

/**
 * The books of a simulated account: cash, positions, orders and what was said about them. It knows what follows from
 * a fill or an end (one-cancels-all groups, children of an entry), not when a price fills an order.
 */
export class SimAccount {
  readonly rules: AccountRules;
  cash: Micros;
  nextId = 1;
  /** The session whose splits were applied last. */
  session: SessionDate | null = null;
  /** What of the market it has been through: the same instant twice, after a restart, must change nothing. */
  played: PlayedThrough = { opens: null, closes: null, ended: null };
  readonly desks = new Map<Symbol, Desk>();
  readonly orders = new Map<string, SimOrder>();
  /** Finished orders in the order they ended. */
  readonly finished = new Map<string, SimOrder>();
  fills: Fill[] = [];
  events: BrokerEvent[] = [];
  unsettled: Unsettled[] = [];

  constructor(rules: AccountRules, cash: Micros) {
    this.rules = rules;
    this.cash = cash;
  }

  deskOf(symbol: Symbol): Desk {
    const known = this.desks.get(symbol);
    if (known) return known;
    const desk: Desk = {
      symbol,
      quantity: 0,
      cost: ZERO,
      mark: null,
      live: [],
      capacity: null,
      halted: false,
    };
    this.desks.set(symbol, desk);
    return desk;
  }

  /** Forgets symbols without shares and orders, so that a bar costs only what is active. */
  sweep(): void {
    for (const desk of this.desks.values()) {
      if (desk.quantity === 0 && desk.live.length === 0) this.desks.delete(desk.symbol);
    }
  }

  accept(order: Order, band: SimOrder['band'], at: EpochMs): void {
    const held: SimOrder = {
      asked: order,
      askedBand: band,
      band,
      brokerId: String(this.nextId),
      submittedAt: at,
      order,
      status: 'working',
      filled: 0,
      fillCount: 0,
      openSeen: false,
      triggered: false,
      highest: null,
      day: null,
      doneAt: null,
    };
    this.nextId += 1;
    this.orders.set(order.orderRef, held);
    this.deskOf(order.symbol).live.push(held);
    const { orderRef } = order;
    this.events.push({ kind: 'acknowledged', orderRef, brokerId: held.brokerId, at });
  }

  /** False for an order that is held back, and for the child of an entry that has not filled far enough to wake it. */
  isArmed(held: SimOrder): boolean {
    if (held.status === 'inactive') return false;
    const { parentRef } = held.order;
    const parent = parentRef === null ? undefined : this.orders.get(parentRef);
    if (parent === undefined) return true;
    if (parent.doneAt !== null) return parent.filled > 0;
    return this.rules.childArm === 'partial' && parent.filled > 0;
  }

  /** Shares a sell may sell now: a child of a working entry no more than its bracket has bought and not sold. */
  sellableOf(held: SimOrder): number {
    const { parentRef } = held.order;
    const parent = parentRef === null ? undefined : this.orders.get(parentRef);
    if (parent === undefined || parent.doneAt !== null) return remainingOf(held);
    const bought = parent.filled - this.soldByChildren(parent.order.orderRef);
    return Math.max(0, Math.min(remainingOf(held), bought));
  }

  /** Books a fill and what follows from it. */
  fill(held: SimOrder, quantity: number, price: Micros, at: EpochMs, session: SessionDate): void {
    const { order } = held;
    const desk = this.deskOf(order.symbol);
    assert(quantity > 0 && quantity <= remainingOf(held), 'a fill is part of what is asked');
    assert(order.side === 'buy' || quantity <= desk.quantity, 'a sell never exceeds what is owned');
    const value = timesQuantity(price, quantity);
    const commission = this.charge(held, quantity, value, session);
    this.settle(desk, order, quantity, value, commission, session);
    held.filled += quantity;
    held.fillCount += 1;
    held.status = remainingOf(held) === 0 ? 'filled' : 'partial';
    const fill: Fill = {
      execId: `${order.orderRef}#${held.fillCount}`,
      orderRef: order.orderRef,
      symbol: order.symbol,
      side: order.side,
      quantity,
      price,
      commission,
      filledAt: at,
    };
    this.fills.push(fill);
    this.events.push({ kind: 'filled', fill, at });
    if (held.status === 'filled') this.retire(held, desk, at);
    this.reduceGroup(held, desk, quantity, at);
  }

  private charge(held: SimOrder, quantity: number, value: Micros, session: SessionDate): Micros {
    const before = held.day?.session === session ? held.day : null;
    const charged = before?.charged ?? ZERO;
    const soFar = {
      side: held.order.side,
      quantity: quantity + (before?.quantity ?? 0),
      value: add(value, before?.value ?? ZERO),
      session,
    };
    const commission = incrementalCommission(this.rules.commission, soFar, charged);
    const { quantity: total, value: totalValue } = soFar;
    held.day = { session, quantity: total, value: totalValue, charged: add(charged, commission) };
    return commission;
  }

  private settle(
    desk: Desk,
    order: Order,
    quantity: number,
    value: Micros,
    commission: Micros,
    session: SessionDate,
  ): void {
    if (order.side === 'buy') {
      const paid = add(value, commission);
      this.cash = subtract(this.cash, paid);
      desk.cost = add(desk.cost, paid);
      desk.quantity += quantity;
      return;
    }
    const proceeds = subtract(value, commission);
    this.cash = add(this.cash, proceeds);
    const costOut = micros(mulDiv(desk.cost, quantity, desk.quantity, 'halfEven'));
    desk.cost = subtract(desk.cost, costOut);
    desk.quantity -= quantity;
    if (this.rules.accountKind === 'cash') {
      this.unsettled.push({ settlesOn: settlesOn(session), amount: proceeds });
    }
  }

  private retire(held: SimOrder, desk: Desk, at: EpochMs): void {
    held.doneAt = at;
    desk.live = desk.live.filter((other) => other !== held);
    this.finished.set(held.order.orderRef, held);
  }

  /** One-cancels-all with reduction: a part filled takes as much from the others, a whole cancels them. */
  private reduceGroup(filler: SimOrder, desk: Desk, quantity: number, at: EpochMs): void {
    const group = filler.order.ocaGroup;
    if (group === null) return;
    for (const other of desk.live) {
      if (other === filler || other.order.ocaGroup !== group) continue;
      if (filler.status === 'filled') this.end(other, 'cancelled', 'oca', at);
      else this.shrink(other, Math.max(0, remainingOf(other) - quantity), 'oca', at);
    }
  }

  /** Leaves `remaining` shares of an order working; none ends it. */
  shrink(held: SimOrder, remaining: number, cause: string, at: EpochMs): void {
    if (held.doneAt !== null || remaining >= remainingOf(held)) return;
    if (remaining <= 0) {
      this.end(held, 'cancelled', cause, at);
      return;
    }
    this.replace(held, { ...held.order, quantity: held.filled + remaining }, at);
  }

  replace(held: SimOrder, order: Order, at: EpochMs): void {
    held.order = order;
    this.events.push({ kind: 'modified', order, at });
  }

  /** Ends an order that is not complete, and looks after its children. */
  end(held: SimOrder, kind: 'cancelled' | 'expired', cause: string, at: EpochMs): void {
    if (held.doneAt !== null) return;
    const desk = this.deskOf(held.order.symbol);
    held.status = kind;
    this.retire(held, desk, at);
    this.events.push({ kind, orderRef: held.order.orderRef, cause, at });
    this.settleChildren(held, desk, at);
  }

  /** Refuses an order that was accepted before: the exchange said no. What was filled stays. */
  reject(held: SimOrder, code: string, message: string, at: EpochMs): void {
    if (held.doneAt !== null) return;
    const desk = this.deskOf(held.order.symbol);
    held.status = held.filled > 0 ? 'cancelled' : 'rejected';
    this.retire(held, desk, at);
    this.events.push({ kind: 'rejected', orderRef: held.order.orderRef, code, message, at });
    this.settleChildren(held, desk, at);
  }

  /** Holds an order back, as a broker does that waits for something of its own; it does not fill until released. */
  hold(held: SimOrder, cause: string, at: EpochMs): void {
    if (held.doneAt !== null || held.status === 'inactive') return;
    held.status = 'inactive';
    this.events.push({ kind: 'deactivated', orderRef: held.order.orderRef, cause, at });
  }

  release(held: SimOrder, at: EpochMs): void {
    if (held.doneAt !== null || held.status !== 'inactive') return;
    held.status = held.filled > 0 ? 'partial' : 'working';
    const { brokerId, order } = held;
    this.events.push({ kind: 'acknowledged', orderRef: order.orderRef, brokerId, at });
  }

  private settleChildren(parent: SimOrder, desk: Desk, at: EpochMs): void {
    const parentRef = parent.order.orderRef;
    const children = desk.live.filter(({ order }) => order.parentRef === parentRef);
    if (children.length === 0) return;
    const drop = parent.filled === 0 || this.rules.childFate === 'cancelled';
    const held = drop ? 0 : Math.min(desk.quantity, parent.filled - this.soldByChildren(parentRef));
    for (const child of children) {
      this.shrink(child, Math.max(0, Math.min(remainingOf(child), held)), 'parent_ended', at);
    }
  }

  private soldByChildren(parentRef: string): number {
    let sold = 0;
    for (const { order, filled } of this.orders.values()) {
      if (order.parentRef === parentRef) sold += filled;
    }
    return sold;
  }

  /** Forgets what ended long ago; the account of a daemon must not grow without end. */
  forgetBefore(at: EpochMs): void {
    const horizon = at - MEMORY_MS;
    for (const [orderRef, held] of this.finished) {
      if ((held.doneAt ?? at) >= horizon) break;
      this.finished.delete(orderRef);
      this.orders.delete(orderRef);
    }
    const keep = this.fills.findIndex((fill) => fill.filledAt >= horizon);
    if (keep !== 0) this.fills = keep < 0 ? [] : this.fills.slice(keep);
  }
}
