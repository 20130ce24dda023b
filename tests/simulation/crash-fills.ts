import type { Session } from '../../src/domain/time.ts';
import type { EventOf } from '../../src/events/event.ts';
import {
  bpsOf,
  type Findings,
  type Tape,
  type ToldAccount,
  type ToldOrder,
} from './crash-account.ts';
import type { Played } from './crash-world.ts';

type Fill = EventOf<'fill.recorded'>;

/** Within an instant: by a bar that ends then, or at the open of one that starts then. */
export type Phase = 'inside' | 'opening';

/** Holds executions to the bars: what they cost, and that no stop that a bar reached was passed over. */
export class FillRules {
  readonly #played: Played;
  readonly #tape: Tape;
  readonly #account: ToldAccount;
  readonly #found: Findings;
  /** Shares that our orders took of a bar, by symbol and its start. */
  readonly #taken = new Map<string, number>();

  constructor(played: Played, tape: Tape, account: ToldAccount, found: Findings) {
    this.#played = played;
    this.#tape = tape;
    this.#account = account;
    this.#found = found;
  }

  /** True for a stop that was filled by the bar that ends now: that bar reached it, at its price. */
  isInside({ at, orderRef, symbol, price }: Fill, session: Session): boolean {
    const order = this.#account.orders.get(orderRef);
    const bar = this.#tape.ending(symbol, at, session);
    if (order?.leg !== 'stop' || order.stop === null || bar === null) return false;
    return bar.low <= order.stop && price === this.#sold(Math.min(bar.open, order.stop));
  }

  #sold(price: number): number {
    return price - bpsOf(price, this.#played.config.costs.slippageBps);
  }

  /** Shares of a bar that our orders may still take together. */
  roomIn(symbol: string, start: number, session: Session): number {
    const share = this.#played.config.costs.participationFraction;
    if (share === undefined) return Number.MAX_SAFE_INTEGER;
    const volume = this.#tape.starting(symbol, start, session)?.volume ?? 0;
    return Math.floor(share * volume) - (this.#taken.get(`${symbol} ${start}`) ?? 0);
  }

  /** Every execution has the price that its bar gives it: entries and exits the open, stops min(open, stop). */
  see(fill: Fill, session: Session, phase: Phase): void {
    const { at, orderRef, symbol, quantity, commission } = fill;
    const order = this.#account.order(orderRef);
    this.#found.count(`${order.leg} fills`);
    if (commission === null) this.#found.fault(at, `${orderRef} has no commission`);
    const isInside = phase === 'inside' && this.isInside(fill, session);
    const start = isInside ? this.#tape.startOf(at, session) : at;
    if (quantity > this.roomIn(symbol, start, session)) {
      this.#found.fault(at, `${orderRef} took ${quantity} shares, more than its bar has for us`);
    }
    const key = `${symbol} ${start}`;
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + quantity);
    if (!isInside) this.#atOpen(fill, order, session);
  }

  #atOpen({ at, orderRef, symbol, price }: Fill, order: ToldOrder, session: Session): void {
    const bar = this.#tape.starting(symbol, at, session);
    if (bar === null) {
      this.#found.fault(at, `${orderRef} was filled without a bar`);
      return;
    }
    if (order.leg === 'stop') this.#found.count('stops filled at an open');
    if (price !== this.#priceAtOpen(order, bar.open)) {
      this.#found.fault(at, `${orderRef} was filled at ${price}, the bar opened at ${bar.open}`);
    }
    if (order.leg === 'stop' && bar.open > (order.stop ?? 0) && !order.triggered) {
      this.#found.fault(at, `${orderRef} was filled at an open above its stop`);
    }
  }

  #priceAtOpen({ leg, limit }: ToldOrder, open: number): number {
    if (leg !== 'entry') return this.#sold(open);
    const bought = open + bpsOf(open, this.#played.config.costs.slippageBps);
    return Math.min(bought, limit ?? bought);
  }

  /** Stops that the bar ending now reached, with the shares for which it has no volume. */
  stopsDue(at: number, session: Session): ReadonlyMap<string, number> {
    const due = new Map<string, number>();
    for (const [symbol, owned] of this.#account.held) {
      const bar = this.#tape.ending(symbol, at, session);
      const [stop] = this.#account.live('stop', symbol);
      if (bar === null || stop?.stop == null || stop.triggered || bar.low > stop.stop) continue;
      const room = this.roomIn(symbol, this.#tape.startOf(at, session), session);
      due.set(symbol, Math.max(0, owned - room));
      stop.triggered = true;
    }
    return due;
  }

  /** After the bar ended: what its stops should have sold is gone. */
  soldInside(at: number, due: ReadonlyMap<string, number>): void {
    for (const [symbol, left] of due) {
      this.#found.count('stops reached inside a bar');
      const still = this.#account.held.get(symbol) ?? 0;
      if (still > left) this.#found.fault(at, `${symbol}: ${still} shares survived their stop`);
    }
  }

  /**
   * After bars started: what had to leave, and what opened at its stop, is gone as far as the bar has volume for it.
   * Returns what still has to leave.
   */
  soldAtOpen(at: number, session: Session, mustLeave: ReadonlySet<string>): ReadonlySet<string> {
    const staying = new Set<string>();
    for (const [symbol, owned] of this.#account.held) {
      const bar = this.#tape.starting(symbol, at, session);
      const [stop] = this.#account.live('stop', symbol);
      const isReached = bar !== null && stop?.stop != null && bar.open <= stop.stop;
      if (stop !== undefined && isReached) stop.triggered = true;
      const mustSell = mustLeave.has(symbol);
      if (mustSell) staying.add(symbol);
      const why = mustSell ? 'the hard daily loss' : isReached ? 'an open at their stop' : null;
      if (bar === null || why === null || this.roomIn(symbol, at, session) === 0) continue;
      this.#found.fault(at, `${symbol}: ${owned} shares survived ${why}`);
    }
    for (const symbol of mustLeave) if (!staying.has(symbol)) this.#found.count('hard exits');
    return staying;
  }
}
