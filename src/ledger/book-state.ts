import type { OpenAlert } from '../domain/alert.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, ZERO } from '../domain/money.ts';
import type { ExitReason, Leg, OrderStatus, OrderType, Side } from '../domain/order.ts';
import type { Mode, RunRecord } from '../domain/run.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { Resolution } from '../domain/trade.ts';
import type { Restriction } from '../domain/trading-state.ts';
import type { Break } from './breaks.ts';
import type { TradeStep, TradeSums } from './trade-steps.ts';

/** What of an order may be modified. */
export interface OrderTerms {
  readonly quantity: number;
  readonly limitPrice: Micros | null;
  readonly stopPrice: Micros | null;
}

export interface AskedTerms extends OrderTerms {
  readonly at: EpochMs;
}

/** An order as our journal knows it. */
export interface BookOrder {
  readonly orderRef: string;
  readonly session: SessionDate;
  readonly symbol: Symbol;
  readonly leg: Leg;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: number;
  readonly limitPrice: Micros | null;
  readonly stopPrice: Micros | null;
  readonly timeInForce: 'DAY' | 'GTC';
  readonly parentRef: string | null;
  readonly ocaGroup: string | null;
  readonly exitReason: ExitReason | null;
  /** What its name stands for: anything else under it is a conflict. */
  readonly payloadHash: string;
  readonly status: OrderStatus;
  readonly filledQuantity: number;
  /** The terms that the broker was asked to change it to and that it has not confirmed; null where none are. */
  readonly asked: AskedTerms | null;
  readonly submittedAt: EpochMs;
  /** The first close that found it ended; null while it may fill and until then. */
  readonly endedBy: SessionDate | null;
}

/** What an approval said of the trade it may become. */
export interface TradeContext {
  readonly runId: string;
  /** Shares that may be bought for it, whatever is sent how often. */
  readonly approved: number;
  /** The highest price the approval allowed for. */
  readonly limitPrice: Micros;
  readonly score: number;
  readonly strategy: string;
  readonly signalReason: string;
  readonly strength: number;
}

/** An open round trip, with the sums its record is made from. */
export interface OpenTrade extends TradeSums {
  readonly tradeId: string;
  readonly symbol: Symbol;
  readonly entryRef: string;
  readonly context: TradeContext | null;
  /** What the sums follow from, in the order it was recorded. */
  readonly steps: readonly TradeStep[];
  readonly initialStop: Micros | null;
  readonly stop: Micros | null;
  readonly stopMoved: boolean;
  readonly target: Micros | null;
  readonly stopRef: string | null;
  /** Highest close since the entry, that of the entry session included; 0 before the first. */
  readonly highestClose: Micros;
  readonly mark: Micros;
  /** The last session that had a price: of a fill, or of a close. */
  readonly markSession: SessionDate;
}

/** How a closed trade is remembered for limits and intensity. */
export interface ClosedTrade {
  readonly tradeId: string;
  readonly symbol: Symbol;
  readonly entrySession: SessionDate;
  readonly exitAt: EpochMs;
  readonly exitSession: SessionDate;
  readonly exitReason: ExitReason;
  readonly netR: number | null;
  /** Gross less the commissions that are known. */
  readonly result: Micros;
}

/** Facts of a trade's end that only arrive after its last fill. */
export interface TradeEnd {
  readonly mae: Micros | null;
  readonly mfe: Micros | null;
  readonly resolution: Resolution | null;
}

/** Where the time-weighted index stood at a close. */
export interface IndexMark {
  readonly equity: Micros;
  /** The time-weighted index, 1 at the start. */
  readonly index: number;
  readonly peakIndex: number;
  /** The peak that the drawdown limit counts from: lowered where it was forgiven, which reports never do. */
  readonly limitPeakIndex: number;
  /** The worst fall from that peak, <= 0: a limit once reached stays reached. */
  readonly deepestDrawdown: number;
}

/** The account at the last close: what the next day is measured against. */
export interface CloseMark extends IndexMark {
  readonly session: SessionDate;
  readonly drawdown: number;
  /** The fall from the peak that the limit counts from, <= 0. */
  readonly limitDrawdown: number;
  /** What the broker said that the account was worth then, with what is not ours; absent where nobody did. */
  readonly worth?: Micros;
  /**
   * That session's loss over the equity before it, 0 where there was none. A position without a fresh mark counts at
   * its stop.
   */
  readonly lossFraction: number;
  /** Deposits and withdrawals of that session. */
  readonly flow: Micros;
  /** The close before it; null for the first. */
  readonly before: IndexMark | null;
}

/** A commission that came before its execution. */
export interface EarlyCommission {
  readonly amount: Micros;
  /** The first close it was still waiting at. */
  readonly waitedBy: SessionDate | null;
}

/** What circuit breakers count until they trip: facts of the journal, so that a restart forgets none. */
export interface Watched {
  /** Entries the broker rejected in a row. */
  readonly rejections: number;
  /** Trades of this session that a stop ended with a loss. */
  readonly stopOuts: { readonly session: SessionDate | null; readonly count: number };
  /** What the last gate refused last that it should never have been asked; null since a breaker tripped on it. */
  readonly refused: { readonly code: string; readonly orderRef: string } | null;
}

/** What the account was worth when it was valued last. */
export interface Valued {
  readonly equity: Micros;
  /** Flows since the last close that it holds. */
  readonly flow: Micros;
}

/** What the book remembers of trading being restricted, as others may look at it. */
export interface TradingRecord {
  readonly restrictions: ReadonlyMap<string, Restriction>;
  readonly kill: BookState['kill'];
  readonly watched: Watched;
  readonly valued: Valued | null;
  readonly alerts: ReadonlyMap<string, OpenAlert>;
  readonly configHash: string;
}

/** Everything the book remembers: plain values, so that a checkpoint is its JSON. */
export interface BookState {
  seq: number;
  mode: Mode | null;
  account: string;
  cash: Micros;
  /** Deposits and withdrawals since the last close. */
  flowSinceClose: Micros;
  realized: Micros;
  orders: Map<string, BookOrder>;
  approvals: Map<string, TradeContext>;
  trades: Map<Symbol, OpenTrade>;
  runs: Map<string, RunRecord>;
  closed: ClosedTrade[];
  /** Flat trades whose closing facts or last commissions are still to come, by tradeId. */
  ending: Map<string, EndedTrade>;
  /** Trades that ended in recent sessions and of which all is known, by tradeId: they may still be corrected. */
  settled: Map<string, EndedTrade>;
  /** The inferred execution of each order that has one, by orderRef: it waits to be told what it was. */
  inferred: Map<string, string>;
  /** Fills booked in recent sessions: a repeated execId changes nothing. */
  fills: Map<string, BookedFill>;
  /** Commissions of executions that are still to come, by execId. */
  earlyCommissions: Map<string, EarlyCommission>;
  /** "session|slot|slotAt" of recent sessions. */
  claimedSlots: Set<string>;
  entries: { session: SessionDate | null; count: number };
  close: CloseMark | null;
  /** The last sessions that were closed, oldest first. */
  sessions: SessionDate[];
  intensity: number | null;
  /** The session the intensity was last written down in. */
  intensitySession: SessionDate | null;
  /** Differences to the broker's statement that were proven, by their key, open and resolved. */
  breaks: Map<string, Break>;
  /** Symbols whose protection was found wanting and not restored yet, with when that was written down. */
  breaches: Map<Symbol, EpochMs>;
  /** What restricts trading, by its key, as it was written down. */
  restrictions: Map<string, Restriction>;
  /** What the kill switch does with positions; null while it is not engaged. */
  kill: 'keep' | 'flatten' | null;
  watched: Watched;
  valued: Valued | null;
  /** Alerts that nobody took note of, by code and message, the oldest first. */
  alerts: Map<string, OpenAlert>;
  /** Of the configuration that was in force last; empty before the first. */
  configHash: string;
}

/** What is kept of a fill, to refuse a repetition and to place a late commission. */
export interface BookedFill {
  readonly session: SessionDate;
  readonly tradeId: string;
  readonly commissionKnown: boolean;
  /** The execution that stands for it since it was corrected; itself before. */
  readonly current: string;
  /** The number of its last correction; 0 without one. */
  readonly revision: number;
}

/** A round trip that is flat again. */
export interface EndedTrade {
  readonly trade: OpenTrade;
  readonly exitAt: EpochMs;
  readonly exitSession: SessionDate;
  readonly exitReason: ExitReason;
  /** The order of the last sale; null where a split left no share. */
  readonly exitRef: string | null;
  /** Null until trade.closed brought them. */
  readonly end: TradeEnd | null;
}

/** The book of an account that nothing has happened to. */
export const emptyBook = (): BookState => ({
  seq: 0,
  mode: null,
  account: '',
  cash: ZERO,
  flowSinceClose: ZERO,
  realized: ZERO,
  orders: new Map(),
  approvals: new Map(),
  trades: new Map(),
  runs: new Map(),
  closed: [],
  ending: new Map(),
  settled: new Map(),
  inferred: new Map(),
  fills: new Map(),
  earlyCommissions: new Map(),
  claimedSlots: new Set(),
  entries: { session: null, count: 0 },
  close: null,
  sessions: [],
  intensity: null,
  intensitySession: null,
  breaks: new Map(),
  breaches: new Map(),
  restrictions: new Map(),
  kill: null,
  watched: { rejections: 0, stopOuts: { session: null, count: 0 }, refused: null },
  valued: null,
  alerts: new Map(),
  configHash: '',
});
