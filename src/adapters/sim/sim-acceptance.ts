import type { Bracket, EntryBand, Order } from '../../domain/order.ts';
import { bracketFault, orderFault, sameOrder } from '../../domain/order-checks.ts';
import type { TickTable } from '../../domain/price.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { OrderChange, SendOutcome } from '../../ports/broker.ts';
import type { SimAccount } from './sim-account.ts';
import { coverable, sellableWith } from './sim-cover.ts';
import { changed, type SimOrder, sameBand } from './sim-order.ts';

/** Why the simulated broker refuses, in `SendOutcome.code`. A refusal is the answer itself; no event repeats it. */
export type SimRefusal = 'INVALID' | 'CONFLICT' | 'OVERSELL' | 'UNKNOWN_ORDER' | 'NOT_WORKING';

export const ACCEPTED: SendOutcome = { outcome: 'accepted' };

const refuse = (code: SimRefusal, message: string): SendOutcome => ({
  outcome: 'rejected',
  code,
  message,
});

/** Takes orders into an account's books, or says why not. The same order again is accepted and does nothing. */
export class SimAcceptance {
  readonly #books: SimAccount;
  readonly #ticks: TickTable;

  constructor(books: SimAccount, ticks: TickTable) {
    this.#books = books;
    this.#ticks = ticks;
  }

  bracket(bracket: Bracket, at: EpochMs): SendOutcome {
    const { entry, stop, target, band } = bracket;
    const legs = target === null ? [entry, stop] : [entry, stop, target];
    const repeated = this.#repeated(legs, band);
    if (repeated !== null) return repeated;
    const fault = bracketFault(bracket, this.#ticks);
    if (fault !== null) return refuse('INVALID', `${entry.orderRef}: ${fault.text}`);
    for (const leg of legs) this.#books.accept(leg, leg === entry ? band : null, at);
    return ACCEPTED;
  }

  order(order: Order, at: EpochMs): SendOutcome {
    const repeated = this.#repeated([order], null);
    if (repeated !== null) return repeated;
    const fault = orderFault(order, this.#ticks);
    if (fault !== null) return refuse('INVALID', `${order.orderRef}: ${fault.text}`);
    if (order.side === 'sell' && this.#oversells(order, order.quantity)) {
      this.#books.sweep();
      return refuse('OVERSELL', `${order.orderRef}: sells would exceed what is or may be owned`);
    }
    this.#books.accept(order, null, at);
    return ACCEPTED;
  }

  change(orderRef: string, change: OrderChange, at: EpochMs): SendOutcome {
    const held = this.working(orderRef);
    if ('outcome' in held) return held;
    const next = changed(held, change, this.#ticks);
    if (typeof next === 'string') return refuse('INVALID', `${orderRef}: ${next}`);
    if (sameOrder(next, held.order)) return ACCEPTED;
    const grows = next.quantity > held.order.quantity && next.side === 'sell';
    if (grows && this.#oversells(next, next.quantity - held.filled)) {
      return refuse('OVERSELL', `${orderRef}: sells would exceed what is or may be owned`);
    }
    this.#books.replace(held, next, at);
    return ACCEPTED;
  }

  /** The order of this name while it may fill, or the refusal. */
  working(orderRef: string): SimOrder | SendOutcome {
    const held = this.#books.orders.get(orderRef);
    if (held === undefined) return refuse('UNKNOWN_ORDER', `${orderRef} was never sent here`);
    if (held.doneAt !== null) return refuse('NOT_WORKING', `${orderRef} is ${held.status}`);
    return held;
  }

  /** The answer to orders sent before; null when all of them are new. */
  #repeated(orders: readonly Order[], band: EntryBand | null): SendOutcome | null {
    const known = orders.filter((order) => this.#books.orders.has(order.orderRef));
    if (known.length === 0) return null;
    const same = orders.every((order) => {
      const held = this.#books.orders.get(order.orderRef);
      if (held === undefined || !sameOrder(held.asked, order)) return false;
      return order.leg !== 'entry' || sameBand(held.askedBand, band);
    });
    if (same) return ACCEPTED;
    const refs = known.map((order) => order.orderRef).join(', ');
    return refuse('CONFLICT', `${refs}: sent before with other terms`);
  }

  #oversells(order: Order, quantity: number): boolean {
    const desk = this.#books.deskOf(order.symbol);
    const { orderRef, ocaGroup } = order;
    return sellableWith(desk, { orderRef, ocaGroup, quantity }) > coverable(desk);
  }
}
