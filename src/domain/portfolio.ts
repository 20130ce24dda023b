import type { Symbol } from './market.ts';
import type { Micros } from './money.ts';
import type { SessionDate } from './time.ts';

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
  /** Symbols left by a stop so recently that they may not be entered again. Sorted. */
  readonly coolingDown: readonly Symbol[];
  readonly entriesToday: number;
  /** Equity at the previous close, to which the day's loss is measured. */
  readonly previousCloseEquity: Micros;
  /** Equity now less that of the previous close, less flows. */
  readonly dayPnl: Micros;
  /** Fall of the time-weighted index from its peak, <= 0. */
  readonly drawdown: number;
  /** Share of the risk budget in use, 0.25..1. */
  readonly intensity: number;
  /** Set while entries are off for a reason that outlives the run, such as yesterday's loss. */
  readonly entriesBlocked:
    | 'kill_switch'
    | 'unprotected'
    | 'reconcile_break'
    | 'daily_loss'
    | 'drawdown'
    | null;
}
