import type { Symbol } from '../domain/market.ts';
import type { TickTable } from '../domain/price.ts';

/** Limits that are off unless set. */
export interface OptionalLimits {
  /** Shares of one order, and its value at the limit price. */
  readonly maxOrderShares?: number | undefined;
  readonly maxOrderNotionalUsd?: number | undefined;
  /** Value at the limit price of all entries that one run approves. */
  readonly maxRunNotionalUsd?: number | undefined;
  /** Loss of one trade that is stopped out after a fill at its limit price. */
  readonly maxTradeRiskFraction?: number | undefined;
  /** Least reward at the target over commissions and slippage both ways, as a multiple. */
  readonly minRewardOverCosts?: number | undefined;
  /** Orders of ours that may still fill, stops and targets counted, those of the entry to be approved included. */
  readonly maxWorkingOrders?: number | undefined;
  readonly maxWorkingOrdersPerSymbol?: number | undefined;
  /** Sum of signed position values, working entries included, over equity. */
  readonly maxNetFraction?: number | undefined;
  /** Value of the positions and working entries of one sector over equity. */
  readonly maxSectorFraction?: number | undefined;
  /** Correlation of daily returns with any symbol held or about to be. */
  readonly maxCorrelation?: number | undefined;
  /** ATR14 over the reference price. */
  readonly minAtrFraction?: number | undefined;
  readonly maxAtrFraction?: number | undefined;
  /** Move of the reference price from the last close, in ATR14. */
  readonly maxJumpAtr?: number | undefined;
  /** Least score of a candidate, 0..100. */
  readonly minScore?: number | undefined;
  /** Calendar sessions after any exit in which the symbol is not entered; the exit session is day 0. */
  readonly cooldownSessionsAfterExit?: number | undefined;
  /** Entry orders of one symbol sent per session, and how far apart they are at least. */
  readonly maxEntriesPerSymbol?: number | undefined;
  readonly minEntryIntervalMs?: number | undefined;
  /** Trades opened and closed in one session, in five sessions. */
  readonly maxDayTrades?: number | undefined;
}

/** The limits that guards hold; fractions of equity unless said. The config section `risk` has this shape. */
export interface RiskLimits extends OptionalLimits {
  /** Sum of |position value|, working entries included, over equity. */
  readonly maxGrossFraction: number;
  /** Loss if every stop filled at its price, working entries included, over equity. */
  readonly maxOpenRiskFraction: number;
  readonly maxPositions: number;
  /** Entry orders sent per session. */
  readonly maxEntriesPerDay: number;
  /** What the last gate before the broker lets through: orders at once, and again per second; half is for exits. */
  readonly orderBurst: number;
  readonly ordersPerSecond: number;
  /** Orders sent, stops and targets counted; exits are never held back. */
  readonly maxOrdersPerMinute: number;
  readonly maxOrdersPerRun: number;
  readonly maxOrdersPerDay: number;
  /** Share of the 20-session median volume that one order may be. */
  readonly maxAdvFraction: number;
  /** At this loss of the day: no entries until the next session. */
  readonly dailyLossFraction: number;
  /** At this loss of the day: positions are closed, or kept, as `onHardDailyLoss` says. */
  readonly hardDailyLossFraction: number;
  readonly onHardDailyLoss: 'close' | 'keep';
  /** At this fall of the time-weighted index from its peak: no entries. */
  readonly maxDrawdownFraction: number;
  /** Calendar sessions after a stop in which the symbol is not entered; the exit session is day 0. */
  readonly cooldownSessionsAfterStop: number;
  readonly drawdownCooldownSessions: number;
  /** Calendar sessions after an abnormal bar in which the symbol is not entered. */
  readonly quarantineSessions: number;
  /** So many losing trades in a row pause entries for one session; 0 is off. */
  readonly maxConsecutiveLosses: number;
  /** Sessions without a bar after which a position is closed at its last mark. */
  readonly dataEndSessions: number;
}

/** How an entry is sent; the config section `entry`. */
export interface EntrySettings {
  readonly type: 'marketable-limit' | 'market';
  /** How long the unfilled rest of an entry may work. */
  readonly ttlMs: number;
  /** How far above the ask the limit may be. */
  readonly offsetBps: number;
  /** How far above the reference price the limit may ever be. */
  readonly collarFraction: number;
  /** An opening print further from the reference than the smaller of these two withdraws the entry. */
  readonly gapFraction: number;
  readonly gapAtr: number;
  readonly maxQuoteAgeMs: number;
  readonly openingWaitMs: number;
  /** No entries in the first minutes of the session; off unless set. */
  readonly noEntryFirstMinutes?: number | undefined;
  /** No entries in the last minutes of the session's own close. */
  readonly noEntryLastMinutes: number;
  /** A new signal adds to a position that has gained so many times its initial risk, so often; never unless set. */
  readonly scaleIn?: { readonly afterR: number; readonly maxAdds: number } | undefined;
}

/** What may be traded at all; of the config section `scan`. */
export interface TradableLimits {
  readonly minPriceUsd: number;
  readonly maxSpreadBps: number;
  /** Only these symbols; all where it is empty. */
  readonly allow: readonly Symbol[];
  readonly deny: readonly Symbol[];
}

/** How a size comes about; the config section `sizing`. */
export interface SizingSettings {
  /** Equity risked to the initial stop per trade. */
  readonly perTradeFraction: number;
  /** Most of the equity in one position. */
  readonly maxPositionFraction: number;
  readonly minNotionalUsd: number;
  readonly stop:
    | { readonly kind: 'atr'; readonly multiple: number }
    | { readonly kind: 'percent'; readonly fraction: number }
    | { readonly kind: 'strategy' }
    /** None that a price could reach; only where bars are played for comparison. */
    | { readonly kind: 'none' };
  /** So many shares whatever the risk; only where bars are played for comparison. */
  readonly shares?: number;
  /** The price grid; the default one of US stocks unless given. */
  readonly ticks?: TickTable;
}
