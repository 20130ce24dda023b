import type { Symbol } from './market.ts';
import type { Micros } from './money.ts';
import { assert } from './result.ts';
import type { SessionDate } from './time.ts';

/** The part an order plays in a bracket. A stop that replaces another is the same leg, next generation. */
export const LEGS = ['entry', 'stop', 'target', 'exit'] as const;
export type Leg = (typeof LEGS)[number];

export type Side = 'buy' | 'sell';
export const ORDER_TYPES = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];
export type TimeInForce = 'DAY' | 'GTC';

/**
 * Where an order stands.
 *
 * - `submitted`: written down and on its way, or waiting at the broker for its parent.
 * - `cancel_pending`: we asked to withdraw it; until the broker confirms, it can still fill.
 * - `inactive`: the broker holds it back; it does not work, and it may wake up.
 * - `denied`: our own last gate refused it; nothing left the house. `rejected`: the broker refused it.
 * - `unknown`: sent, and neither accepted nor refused as far as we know; only the broker can resolve it.
 */
export const ORDER_STATUSES = [
  'submitted',
  'working',
  'partial',
  'cancel_pending',
  'inactive',
  'filled',
  'cancelled',
  'expired',
  'rejected',
  'denied',
  'unknown',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/**
 * What can be said of an order. `found`: a complete statement of the broker, read after the event before, shows it
 * working; unlike a message, which may be late, that is proof.
 */
export const ORDER_EVENTS = [
  'acknowledged',
  'modified',
  'partly_filled',
  'completely_filled',
  'cancel_requested',
  'cancel_refused',
  'deactivated',
  'cancelled',
  'expired',
  'rejected',
  'denied',
  'lost',
  'found',
] as const;
export type OrderEventKind = (typeof ORDER_EVENTS)[number];

type Row = Readonly<Partial<Record<OrderEventKind, OrderStatus>>>;

/** How every order that may still fill comes to its end. */
const ENDS: Row = {
  completely_filled: 'filled',
  cancelled: 'cancelled',
  expired: 'expired',
  lost: 'unknown',
};

/**
 * The one table of what may follow what. It records the world, not the ideal: a fill can arrive after a
 * cancellation, an acknowledgement after a fill, an order that was held back wakes up, and anything can resolve
 * `unknown`. A pair that is missing from the table leaves the status as it is: a late or repeated message never
 * moves it backwards, and only a fill or a statement brings an ended order back.
 */
const TRANSITIONS: Readonly<Record<OrderStatus, Row>> = {
  submitted: {
    ...ENDS,
    acknowledged: 'working',
    modified: 'working',
    found: 'working',
    partly_filled: 'partial',
    cancel_requested: 'cancel_pending',
    deactivated: 'inactive',
    rejected: 'rejected',
    denied: 'denied',
  },
  working: {
    ...ENDS,
    modified: 'working',
    partly_filled: 'partial',
    cancel_requested: 'cancel_pending',
    deactivated: 'inactive',
    rejected: 'rejected',
  },
  // What was filled stays bought or sold: a refusal of the rest is a withdrawal.
  partial: {
    ...ENDS,
    partly_filled: 'partial',
    cancel_requested: 'cancel_pending',
    deactivated: 'inactive',
    rejected: 'cancelled',
  },
  cancel_pending: {
    ...ENDS,
    cancel_refused: 'working',
    found: 'working',
    rejected: 'rejected',
  },
  inactive: {
    ...ENDS,
    acknowledged: 'working',
    found: 'working',
    partly_filled: 'partial',
    cancel_requested: 'cancel_pending',
    rejected: 'rejected',
  },
  unknown: {
    completely_filled: 'filled',
    cancelled: 'cancelled',
    expired: 'expired',
    acknowledged: 'working',
    modified: 'working',
    found: 'working',
    partly_filled: 'partial',
    deactivated: 'inactive',
    rejected: 'rejected',
  },
  // The broker may fill what it just cancelled: the fill is the truth.
  cancelled: { completely_filled: 'filled', found: 'working' },
  expired: { completely_filled: 'filled', found: 'working' },
  rejected: { partly_filled: 'partial', completely_filled: 'filled', found: 'working' },
  denied: { partly_filled: 'partial', completely_filled: 'filled', found: 'working' },
  filled: {},
};

/** The status after an event; unchanged where the table has no entry. */
export const nextStatus = (status: OrderStatus, event: OrderEventKind): OrderStatus =>
  TRANSITIONS[status][event] ?? status;

/** True while the order may still fill as far as we know. */
export function isLive(status: OrderStatus): boolean {
  switch (status) {
    case 'submitted':
    case 'working':
    case 'partial':
    case 'cancel_pending':
    case 'inactive':
    case 'unknown':
      return true;
    case 'filled':
    case 'cancelled':
    case 'expired':
    case 'rejected':
    case 'denied':
      return false;
  }
}

/** A deterministic, unique name of an order, carried by the broker and found again after any restart. */
export interface OrderKey {
  readonly session: SessionDate;
  readonly slot: string;
  readonly symbol: Symbol;
  readonly leg: Leg;
  readonly generation: number;
}

/** "2026-03-05/scan-open/AAPL/entry/1". */
export function orderRef(key: OrderKey): string {
  assert(Number.isSafeInteger(key.generation) && key.generation >= 1, 'a generation counts from 1');
  return `${key.session}/${key.slot}/${key.symbol}/${key.leg}/${key.generation}`;
}

const ORDER_REF = /^\d{4}-\d{2}-\d{2}\/[^/]+\/[^/]+\/(entry|stop|target|exit)\/\d+$/;

/** The part that a name of ours says an order plays; null for a name that we never gave. */
export const legOfRef = (text: string): Leg | null =>
  (ORDER_REF.exec(text)?.[1] as Leg | undefined) ?? null;

/** What is asked of the broker. Every field is explicit: a broker's presets must find nothing to fill in. */
export interface Order {
  readonly orderRef: string;
  readonly symbol: Symbol;
  readonly leg: Leg;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: number;
  readonly limitPrice: Micros | null;
  readonly stopPrice: Micros | null;
  /** How far a trailing stop stays below the highest price since it was sent; absent for every other type. */
  readonly trailAmount?: Micros;
  readonly timeInForce: TimeInForce;
  /** The entry this order waits for, or null. */
  readonly parentRef: string | null;
  /** Orders of one group reduce each other when one fills. */
  readonly ocaGroup: string | null;
  /** Why a sell is sent; null for an entry. */
  readonly exitReason: ExitReason | null;
}

/** The prices at which an entry is still wanted when it meets the market: outside, it is withdrawn. */
export interface EntryBand {
  /** Below this the entry is withdrawn (strict). */
  readonly lowest: Micros;
  /** Above this the entry is withdrawn (strict). */
  readonly highest: Micros;
}

/**
 * Entry plus protective stop, plus a target where one is configured: sent as one chain. In bar simulation the band
 * is tested on the raw opening print that would fill the entry; against a real broker, on the quote at send.
 */
export interface Bracket {
  readonly entry: Order;
  readonly stop: Order;
  readonly target: Order | null;
  readonly band: EntryBand | null;
}

export const EXIT_REASONS = [
  'stop',
  'trail',
  'target',
  'time',
  'signal',
  'end_of_day',
  'daily_loss',
  'data_end',
  'manual',
  'flatten',
  'kill',
  'end',
] as const;
/** `stop` is the initial stop price; `trail` a stop that was moved by the trail or to break-even. */
export type ExitReason = (typeof EXIT_REASONS)[number];

/** How a size came about: every term in whole shares or Micros, and the one that decided. */
export interface SizingTerms {
  readonly equity: Micros;
  readonly intensity: number;
  readonly riskBudget: Micros;
  readonly riskPerShare: Micros;
  readonly byRisk: number;
  readonly byPosition: number;
  readonly binding: 'risk' | 'position';
}

/** A sized, stopped proposal, before the guards. Its prices are on the tick grid. */
export interface OrderIntent {
  readonly symbol: Symbol;
  readonly quantity: number;
  /** The last visible price; sizing uses it. */
  readonly referencePrice: Micros;
  /** The highest price we would pay; guards and budgets use it. */
  readonly limitPrice: Micros;
  readonly stopPrice: Micros;
  readonly targetPrice: Micros | null;
  readonly atr: Micros;
  readonly terms: SizingTerms;
}
