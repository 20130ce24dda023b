import type { Symbol } from './market.ts';
import type { Micros } from './money.ts';
import type { SessionDate } from './time.ts';
import type { Trading } from './trading-state.ts';

/** A position as a decision sees it. */
export interface HeldPosition {
  readonly symbol: Symbol;
  readonly quantity: number;
  /** Shares bought since the position was opened, in the terms of today: more than `quantity` once a part was sold. */
  readonly boughtQuantity: number;
  readonly averagePrice: Micros;
  /** The last price it is valued at. */
  readonly mark: Micros;
  /** True when the mark is not from the last completed session or later. */
  readonly markStale: boolean;
  /** The stop the position was opened with; null when none is known. */
  readonly initialStop: Micros | null;
  /** The protective stop in force; null when none is known. */
  readonly stop: Micros | null;
  readonly entrySession: SessionDate;
  /** Calendar sessions held, the entry session counting 1. */
  readonly sessionsHeld: number;
  readonly highestClose: Micros;
  /** How often it was added to; absent where it never was. */
  readonly adds?: number;
  readonly sector: string;
}

/** An entry that may still fill: working, or unknown and then taken as if it will. */
export interface WorkingEntry {
  readonly symbol: Symbol;
  readonly remaining: number;
  readonly limitPrice: Micros;
  readonly stopPrice: Micros;
  readonly sector: string;
  /** True when the broker has not answered for it. */
  readonly unknown: boolean;
}

/** Orders of a symbol that may still fill, by side. */
export interface LiveOrders {
  readonly symbol: Symbol;
  readonly buys: number;
  readonly sells: number;
}

/** What we did of late, as far as limits look at it. Lists are sorted by symbol. */
export interface Activity {
  /** Of each symbol that has orders which may still fill: entries, stops, targets and exits. */
  readonly orders: readonly LiveOrders[];
  /** Entries sent in this session, of each symbol that has some. */
  readonly entries: readonly { readonly symbol: Symbol; readonly count: number }[];
  /** Symbols of which an entry was sent so recently that another would be a duplicate. */
  readonly justSent: readonly Symbol[];
  /** Trades opened and closed in one session, in the last five sessions, this one included. */
  readonly dayTrades: number;
}

/** What of our account a decision may look at, folded from the journal: the state behind the decision hash. */
export interface PortfolioState {
  /** Cash plus positions at their marks. */
  readonly equity: Micros;
  readonly cash: Micros;
  /** Cash that may be spent now: all of it in a margin account, what has settled in a cash account. */
  readonly availableCash: Micros;
  /** Sorted by symbol. */
  readonly positions: readonly HeldPosition[];
  readonly working: readonly WorkingEntry[];
  /** Symbols left by a stop, or at all, so recently that they may not be entered again. Sorted. */
  readonly coolingDown: readonly Symbol[];
  readonly entriesToday: number;
  readonly activity: Activity;
  /** Equity at the previous close, to which the day's loss is measured. */
  readonly previousCloseEquity: Micros;
  /** Equity now less that of the previous close, less flows. */
  readonly dayPnl: Micros;
  /** Fall of the time-weighted index from the peak that the drawdown limit counts from, <= 0. */
  readonly drawdown: number;
  /** Share of the risk budget in use, 0.25..1. */
  readonly intensity: number;
  /** What may be done now, and everything that restricts it. */
  readonly trading: Trading;
}

/** What the account is worth, and what it made of the day: no more of the state than a valuation needs. */
export type AccountValue = Pick<
  PortfolioState,
  'equity' | 'cash' | 'positions' | 'previousCloseEquity' | 'dayPnl' | 'intensity'
>;
