import type { Symbol } from '../domain/market.ts';
import type { Micros } from '../domain/money.ts';
import type { Order } from '../domain/order.ts';
import type { EpochMs, Session, SessionDate } from '../domain/time.ts';
import type { Broker } from './broker.ts';

/** A split that a broker applied to what we hold; cash in lieu is what it paid for fractions of a share. */
export interface AppliedSplit {
  readonly symbol: Symbol;
  readonly exDate: string;
  /** New shares per old one. */
  readonly ratio: number;
  readonly quantityBefore: number;
  readonly quantityAfter: number;
  readonly cashInLieu: Micros;
}

/** A dividend that a broker paid on what we held. */
export interface PaidDividend {
  readonly symbol: Symbol;
  readonly exDate: string;
  readonly perShare: Micros;
  readonly quantity: number;
  readonly amount: Micros;
}

/** What a broker did to our positions before a session. */
export interface SessionActions {
  readonly splits: readonly AppliedSplit[];
  readonly dividends: readonly PaidDividend[];
}

/** What an account would need if an order executed, as its broker reckons beforehand. */
export interface MarginEstimate {
  /** What the order adds to the margin that is required to open positions. */
  readonly change: Micros;
  /** The margin required with it, and the equity that has to be at least as much. */
  readonly after: Micros;
  readonly equity: Micros;
}

/**
 * A broker as the engine passes time through it. A simulated one has to be told each instant, in the order: jobs before
 * the bars that start then, `openBars`, and when bars end `closeBars`; before the first of a session `startSession`,
 * after the last `endOfSession`. At a real one all of that happens by itself, and its calls do nothing.
 */
export interface Exchange extends Broker {
  /** The last price known of a symbol; null for one that is not followed. */
  lastPrice(symbol: Symbol): Micros | null;
  /** True while orders in the symbol cannot execute. */
  isHalted(symbol: Symbol): boolean;
  /** Cash that may be spent in a session; null where all of it may, or the broker has not said. */
  settledCash(on: SessionDate): Micros | null;
  /** What the broker reckons of an order that is not sent; null where it does not say. Only asked of real ones. */
  margin(order: Order): Promise<MarginEstimate | null>;
  startSession(session: Session): SessionActions;
  openBars(at: EpochMs, session: Session): void;
  closeBars(at: EpochMs, session: Session): void;
  /** Executes a market sell at the last price, where bars are too coarse for its time. Only asked of simulated ones. */
  fillAtMark(orderRef: string, at: EpochMs, session: Session, slippage: boolean): void;
  endOfSession(session: Session): void;
}
