import type { BrokerOrder } from '../../src/domain/account.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { isLive } from '../../src/domain/order.ts';
import { isProtectiveStop } from '../../src/ledger/protection.ts';
import { buyableOf, sellableOf } from '../../src/ledger/sellable.ts';
import { type HostileWorld, STEP_MS, SYMBOLS } from './hostile-world.ts';

/**
 * Shares may be without a stop so long, not counting time in which the broker answered nothing or the process was dead;
 * then a person must have been called.
 */
const MOST_NAKED_MS = 100_000;

const left = (order: BrokerOrder) => ({
  side: order.side,
  ocaGroup: order.ocaGroup,
  remaining: order.quantity - order.filledQuantity,
});

/** What must hold after every step, judged by the broker's own books and by our journal. */
export class Rules {
  readonly #world: HostileWorld;
  readonly #nakedSince = new Map<Symbol, number>();
  /** Shares times milliseconds without a working stop, over all that was seen. */
  nakedMs = 0;

  constructor(world: HostileWorld) {
    this.#world = world;
  }

  async check(): Promise<string[]> {
    const truth = await this.#world.sim.statement(0 as never);
    const broken: string[] = [];
    broken.push(...this.#sentOnce(truth.fills, [...truth.openOrders, ...truth.completedOrders]));
    for (const symbol of SYMBOLS) {
      const owned = truth.positions.find((one) => one.symbol === symbol)?.quantity ?? 0;
      const open = truth.openOrders.filter((one) => one.symbol === symbol && isLive(one.status));
      const sellable = sellableOf(open.map(left));
      const room = owned + buyableOf(open.map(left));
      if (sellable > room) broken.push(`${symbol}: sells could sell ${sellable} of ${room}`);
      broken.push(...this.#naked(symbol, owned, open));
    }
    broken.push(...this.#counted(truth.fills));
    return broken;
  }

  /** No order reached the broker twice, or without standing in the journal as it was; no intent bought too much. */
  #sentOnce(
    fills: readonly { orderRef: string; side: string; quantity: number }[],
    orders: readonly BrokerOrder[],
  ): string[] {
    const broken: string[] = [];
    const { journal, line, unwritten } = this.#world;
    for (const [ref, count] of line.arrivals) {
      if (count > 1) broken.push(`${ref} reached the broker ${count} times`);
    }
    if (unwritten.length > 0) broken.push(`sent without being written: ${unwritten.join(', ')}`);
    const approved = new Map<string, number>();
    const written = new Set<string>();
    for (const event of journal) {
      if (event.type === 'intent.approved') approved.set(event.entryRef, event.approved);
      if (event.type === 'order.submitted') {
        if (written.has(event.orderRef)) broken.push(`${event.orderRef} was written down twice`);
        written.add(event.orderRef);
      }
    }
    for (const order of orders) {
      if (!written.has(order.orderRef)) broken.push(`${order.orderRef} is not in the journal`);
    }
    const bought = new Map<string, number>();
    for (const { orderRef, side, quantity } of fills) {
      if (side === 'buy') bought.set(orderRef, (bought.get(orderRef) ?? 0) + quantity);
    }
    for (const [ref, quantity] of bought) {
      const most = approved.get(ref) ?? 0;
      if (quantity > most) broken.push(`${ref} bought ${quantity} of ${most}`);
    }
    return broken;
  }

  /** Shares without a working stop: being sold, or covered again soon, or a person was called. */
  #naked(symbol: Symbol, owned: number, open: readonly BrokerOrder[]): string[] {
    const { now, journal } = this.#world;
    const works = open.filter(({ status }) => status === 'working' || status === 'partial');
    const cover = works.filter(isProtectiveStop).reduce((sum, one) => sum + left(one).remaining, 0);
    const sold = works
      .filter(({ type, side }) => type === 'market' && side === 'sell')
      .reduce((sum, one) => sum + left(one).remaining, 0);
    if (cover + sold >= owned) {
      this.#nakedSince.delete(symbol);
      return [];
    }
    const blind = this.#world.isBlind ? STEP_MS : 0;
    const since = (this.#nakedSince.get(symbol) ?? now) + blind;
    this.#nakedSince.set(symbol, since);
    this.nakedMs += owned - cover;
    if (now - since <= MOST_NAKED_MS) return [];
    const called = journal.some(
      (event) =>
        event.type === 'alert.raised' &&
        event.at >= since - 300_000 &&
        event.message.includes(symbol),
    );
    return called ? [] : [`${symbol}: ${owned - cover} of ${owned} without a stop since ${since}`];
  }

  /** Our book holds what its executions add up to, each once, and none that the broker does not have. */
  #counted(truth: readonly { execId: string }[]): string[] {
    const { book, journal } = this.#world;
    const stated = new Set(truth.map(({ execId }) => execId));
    const owned = new Map<string, number>();
    const seen = new Set<string>();
    const broken: string[] = [];
    const opened = new Set<string>();
    for (const event of journal) {
      if (event.type === 'trade.opened') {
        if (opened.has(event.tradeId)) broken.push(`${event.tradeId} was opened twice`);
        opened.add(event.tradeId);
      }
      if (event.type === 'trade.closed' && !opened.has(event.tradeId)) {
        broken.push(`${event.tradeId} was closed and never opened`);
      }
      if (event.type !== 'fill.recorded' || seen.has(event.execId)) continue;
      seen.add(event.execId);
      if (!stated.has(event.execId)) broken.push(`${event.execId} never happened`);
      const signed = event.side === 'buy' ? event.quantity : -event.quantity;
      owned.set(event.symbol, (owned.get(event.symbol) ?? 0) + signed);
    }
    for (const symbol of SYMBOLS) {
      if (book.owned(symbol) !== (owned.get(symbol) ?? 0)) broken.push(`${symbol}: book differs`);
      const tradeId = book.trade(symbol)?.tradeId;
      if (tradeId !== undefined && !opened.has(tradeId)) broken.push(`${tradeId} was not opened`);
    }
    return broken;
  }
}

/** After the storm: book and broker agree to the share and to the cent, and everything is protected. */
export async function calmDifferences(world: HostileWorld): Promise<string[]> {
  const truth = await world.sim.statement(0 as never);
  const broken: string[] = [];
  for (const symbol of SYMBOLS) {
    const owned = truth.positions.find((one) => one.symbol === symbol)?.quantity ?? 0;
    if (world.book.owned(symbol) !== owned) {
      broken.push(`${symbol}: book ${world.book.owned(symbol)}, broker ${owned}`);
    }
    const open = truth.openOrders.filter((one) => one.symbol === symbol);
    const cover = open
      .filter(
        (one) => isProtectiveStop(one) && (one.status === 'working' || one.status === 'partial'),
      )
      .reduce((sum, one) => sum + left(one).remaining, 0);
    const isLeaving = open.some(({ type, side }) => type === 'market' && side === 'sell');
    if (cover < owned && !isLeaving) broken.push(`${symbol}: cover ${cover} of ${owned}`);
  }
  const ours = world.book.live().map(({ orderRef, status }) => `${orderRef} ${status}`);
  const theirs = new Set(truth.openOrders.map(({ orderRef }) => orderRef));
  for (const told of ours) {
    if (!theirs.has(told.split(' ')[0] as string)) broken.push(`only in the book: ${told}`);
  }
  for (const ref of theirs) {
    if (world.book.order(ref) === null) broken.push(`only at the broker: ${ref}`);
  }
  for (const { orderRef, asked } of world.book.live()) {
    if (asked !== null) broken.push(`nobody knows what became of a change of ${orderRef}`);
  }
  const unknown = world.book.live().filter(({ status }) => status === 'unknown');
  for (const { orderRef } of unknown) broken.push(`still unknown: ${orderRef}`);
  const spent = truth.cash === null ? null : truth.cash - 1_000_000_000_000;
  if (spent !== world.book.cash) broken.push(`cash: book ${world.book.cash}, broker ${spent}`);
  return broken;
}
