import type { Symbol } from '../domain/market.ts';
import { type Micros, ZERO } from '../domain/money.ts';
import type { ExitReason, Leg, OrderStatus, OrderType, Side } from '../domain/order.ts';
import type { Mode, RunRecord } from '../domain/run.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { Resolution } from '../domain/trade.ts';
import type { Lot } from './lots.ts';

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
  readonly status: OrderStatus;
  readonly filledQuantity: number;
  readonly submittedAt: EpochMs;
}

/** What an approval said of the trade it may become. */
export interface TradeContext {
  readonly runId: string;
  readonly score: number;
  readonly strategy: string;
  readonly signalReason: string;
  readonly strength: number;
}

/** An open round trip, with the sums its record is made from. */
export interface OpenTrade {
  readonly tradeId: string;
  readonly symbol: Symbol;
  readonly entryRef: string;
  readonly context: TradeContext | null;
  readonly lots: readonly Lot[];
  readonly boughtQuantity: number;
  readonly boughtValue: Micros;
  readonly soldQuantity: number;
  readonly soldValue: Micros;
  readonly commission: Micros;
  /** Fills whose commission is not known yet. */
  readonly unknownCommissions: number;
  /** Net of what was already sold: proceeds less FIFO cost less commissions of both. */
  readonly realized: Micros;
  readonly entryAt: EpochMs;
  readonly entrySession: SessionDate;
  readonly initialStop: Micros | null;
  readonly stop: Micros | null;
  readonly stopMoved: boolean;
  readonly target: Micros | null;
  readonly stopRef: string | null;
  readonly highestClose: Micros;
  readonly mark: Micros;
  readonly markSession: SessionDate;
}

/** How a closed trade is remembered for limits and intensity. */
export interface ClosedTrade {
  readonly symbol: Symbol;
  readonly exitAt: EpochMs;
  readonly exitSession: SessionDate;
  readonly exitReason: ExitReason;
  readonly netR: number | null;
}

/** Facts of a trade's end that only arrive after its last fill. */
export interface TradeEnd {
  readonly mae: Micros | null;
  readonly mfe: Micros | null;
  readonly resolution: Resolution | null;
}

/** The account at the last close: what the next day is measured against. */
export interface CloseMark {
  readonly session: SessionDate;
  readonly equity: Micros;
  /** The time-weighted index, 1 at the start. */
  readonly index: number;
  readonly peakIndex: number;
  readonly drawdown: number;
  /** Set when that session's loss reached the daily limit. */
  readonly lossFraction: number;
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
  /** Fills booked in recent sessions: a repeated execId changes nothing. */
  fills: Map<string, BookedFill>;
  /** "session|job|slot" of recent sessions. */
  claimedSlots: Set<string>;
  entries: { session: SessionDate | null; count: number };
  close: CloseMark | null;
  /** The last sessions that were closed, oldest first. */
  sessions: SessionDate[];
  intensity: number | null;
  /** The session the intensity was last written down in. */
  intensitySession: SessionDate | null;
}

/** What is kept of a fill, to refuse a repetition and to place a late commission. */
export interface BookedFill {
  readonly session: SessionDate;
  readonly tradeId: string;
  readonly commissionKnown: boolean;
}

/** A round trip that is flat again. */
export interface EndedTrade {
  readonly trade: OpenTrade;
  readonly exitAt: EpochMs;
  readonly exitSession: SessionDate;
  readonly exitReason: ExitReason;
  readonly exitRef: string;
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
  fills: new Map(),
  claimedSlots: new Set(),
  entries: { session: null, count: 0 },
  close: null,
  sessions: [],
  intensity: null,
  intensitySession: null,
});
