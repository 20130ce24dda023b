import { type Bar, barAt, lowerBound } from '../../src/domain/market.ts';
import { dateToUtcMs, type Session } from '../../src/domain/time.ts';
import type { EventOf, JournalEvent } from '../../src/events/event.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { FIVE_MINUTES_MS } from './five-minute-path.ts';

const toMicros = (dollars: number): number => Math.round(dollars * 1e6);

/** A bar in whole millionths of a dollar. */
export interface MicroBar {
  readonly open: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** The bars that execute, asked by when they start or end: written apart from those of the simulated exchange. */
export class Tape {
  readonly #source: BarSource;

  constructor(source: BarSource) {
    this.#source = source;
  }

  /** Instants at which bars of a session end. */
  ends({ openAt, closeAt }: Session): number[] {
    if (this.#source.intraday === null) return [closeAt];
    const count = (closeAt - openAt) / FIVE_MINUTES_MS;
    return Array.from({ length: count }, (_, i) => openAt + (i + 1) * FIVE_MINUTES_MS);
  }

  starting(symbol: string, at: number, session: Session): MicroBar | null {
    const isDaily = this.#source.intraday === null;
    if (at >= session.closeAt || (isDaily && at !== session.openAt)) return null;
    const bars = isDaily
      ? this.#source.daily(symbol as never)
      : this.#source.session(symbol as never, session.date);
    if (bars === null) return null;
    const time = isDaily ? dateToUtcMs(session.date) : at;
    const i = lowerBound(bars.time, time);
    if (i >= bars.length || bars.time[i] !== time) return null;
    const bar: Bar = barAt(bars, i);
    const { open, low, close } = bar;
    return {
      open: toMicros(open),
      low: toMicros(low),
      close: toMicros(close),
      volume: bar.volume,
    };
  }

  ending(symbol: string, at: number, session: Session): MicroBar | null {
    const isDaily = this.#source.intraday === null;
    if (at <= session.openAt || (isDaily && at !== session.closeAt)) return null;
    return this.starting(symbol, this.startOf(at, session), session);
  }

  /** The last price of a symbol by then: the close of the bar that ended last. */
  mark(symbol: string, at: number, session: Session): number {
    const isDaily = this.#source.intraday === null;
    const bars = isDaily ? null : this.#source.session(symbol as never, session.date);
    const last = bars === null ? -1 : lowerBound(bars.time, at - FIVE_MINUTES_MS + 1) - 1;
    if (bars !== null && last >= 0) return toMicros(bars.close[last] as number);
    const { time, close } = this.#source.daily(symbol as never);
    const today = dateToUtcMs(session.date);
    const i = lowerBound(time, at >= session.closeAt ? today + 1 : today) - 1;
    return toMicros(close[i] as number);
  }

  /** When the bar that ends at an instant started. */
  startOf(end: number, session: Session): number {
    return this.#source.intraday === null ? session.openAt : end - FIVE_MINUTES_MS;
  }

  /** Median volume of the twenty daily bars before a session. */
  usualVolume(symbol: string, session: Session): number {
    const { time, volume } = this.#source.daily(symbol as never);
    const end = lowerBound(time, dateToUtcMs(session.date));
    const last = volume.slice(Math.max(0, end - 20), end).sort((a, b) => a - b);
    return ((last[9] ?? 0) + (last[10] ?? 0)) / 2;
  }
}

/** Basis points of a price, rounded half to even. */
export function bpsOf(price: number, bps: number): number {
  const product = BigInt(price) * BigInt(bps);
  const [whole, rest] = [product / 10_000n, product % 10_000n];
  const isUp = rest * 2n > 10_000n || (rest * 2n === 10_000n && whole % 2n === 1n);
  return Number(isUp ? whole + 1n : whole);
}

/** What was found: rules that were broken, in words, and how often each could have been. */
export class Findings {
  readonly faults: string[] = [];
  readonly seen: Record<string, number> = {};

  fault(at: number, text: string): void {
    this.faults.push(`${when(at)} ${text}`);
  }

  count(what: string): void {
    this.seen[what] = (this.seen[what] ?? 0) + 1;
  }
}

/** "2015-08-24T13:30" */
export const when = (at: number): string => new Date(at).toISOString().slice(0, 16);

/** An order as its events tell it. */
export interface ToldOrder {
  readonly ref: string;
  readonly symbol: string;
  readonly leg: EventOf<'order.submitted'>['leg'];
  readonly limit: number | null;
  readonly firstStop: number | null;
  quantity: number;
  stop: number | null;
  filled: number;
  isLive: boolean;
  /** Once a stop was reached it sells on until it is done. */
  triggered: boolean;
}

/** A round trip: what it made, in millionths of a dollar, and the order that sold its last shares. */
export interface Ended {
  readonly symbol: string;
  readonly net: number;
  readonly by: ToldOrder;
}

/** Cash, shares and orders, told by executions and what became of orders alone. */
export class ToldAccount {
  cash = 0;
  /** Paid in and out since the last close. */
  flow = 0;
  readonly held = new Map<string, number>();
  readonly orders = new Map<string, ToldOrder>();
  /** What flowed for a symbol since nothing of it was held. */
  readonly #flowed = new Map<string, number>();

  /** Takes in an event; returns the round trip that it ended, if it did. */
  tell(event: JournalEvent): Ended | null {
    switch (event.type) {
      case 'cash.recorded':
        this.cash += event.amount;
        if (event.kind === 'deposit' || event.kind === 'withdrawal') this.flow += event.amount;
        break;
      case 'order.submitted':
        this.orders.set(event.orderRef, {
          ref: event.orderRef,
          symbol: event.symbol,
          leg: event.leg,
          limit: event.limitPrice,
          quantity: event.quantity,
          firstStop: event.stopPrice,
          stop: event.stopPrice,
          filled: 0,
          isLive: true,
          triggered: false,
        });
        break;
      case 'order.modified': {
        const order = this.order(event.orderRef);
        order.quantity = event.new.quantity;
        order.stop = event.new.stopPrice;
        break;
      }
      case 'order.denied':
      case 'order.rejected':
      case 'order.cancelled':
      case 'order.expired':
        this.order(event.orderRef).isLive = false;
        break;
      case 'fill.recorded':
        return this.#fill(event);
      default:
    }
    return null;
  }

  #fill(event: EventOf<'fill.recorded'>): Ended | null {
    const { orderRef, symbol, side, quantity, price, commission } = event;
    const order = this.order(orderRef);
    order.filled += quantity;
    if (order.filled === order.quantity) order.isLive = false;
    const signed = side === 'buy' ? quantity : -quantity;
    const flowed = -signed * price - (commission ?? Number.NaN);
    this.cash += flowed;
    const owned = (this.held.get(symbol) ?? 0) + signed;
    const net = (this.#flowed.get(symbol) ?? 0) + flowed;
    this.#flowed.set(symbol, net);
    this.held.set(symbol, owned);
    if (owned !== 0) return null;
    this.held.delete(symbol);
    this.#flowed.delete(symbol);
    return { symbol, net, by: order };
  }

  order(ref: string): ToldOrder {
    const order = this.orders.get(ref);
    if (order === undefined) throw new Error(`${ref} was never submitted`);
    return order;
  }

  live(leg: ToldOrder['leg'], symbol?: string): ToldOrder[] {
    return [...this.orders.values()].filter(
      (order) =>
        order.isLive && order.leg === leg && (symbol === undefined || order.symbol === symbol),
    );
  }

  /** Shares that live stops would sell, and the highest of them; null without one. */
  stopOf(symbol: string): { readonly cover: number; readonly price: number } | null {
    const stops = this.live('stop', symbol);
    if (stops.length === 0) return null;
    return {
      cover: stops.reduce((n, { quantity, filled }) => n + quantity - filled, 0),
      price: Math.max(...stops.map(({ stop }) => stop ?? 0)),
    };
  }

  /** Cash and shares at the last prices by then. */
  worth(tape: Tape, at: number, session: Session): number {
    let worth = this.cash;
    for (const [symbol, owned] of this.held) worth += owned * tape.mark(symbol, at, session);
    return worth;
  }
}
