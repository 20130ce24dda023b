import type { Micros } from '../domain/money.ts';
import type { ProtectionAction } from '../domain/protection.ts';
import type { EpochMs } from '../domain/time.ts';
import type { BookOrder } from './book-state.ts';
import { isProtectiveStop, type SymbolProof, sellLimit } from './protection.ts';

/** How long an unanswered order is asked after before a person is called. */
const QUERY_MS = 30_000;
/** How long a repair may take to be acknowledged before the shares are sold. */
const ACKNOWLEDGE_MS = 10_000;
/** How long a cancellation or a sale may take before a person is called and it is tried again. */
const SALE_MS = 60_000;
/** How long after it was asked for something an order is asked again that stays as it was. */
const ASK_AGAIN_MS = 5_000;

/** A breach while it lasts. */
export interface Breach {
  /** When it was first seen. */
  readonly since: EpochMs;
  /** Stops that were sent or enlarged for it. */
  readonly repairs: number;
  /** Sales and buy-backs that were sent for it. */
  readonly sales: number;
  /** When something was last done about it. */
  readonly actedAt: EpochMs | null;
  /** What an order was asked for last, as `stepOf` names it; null where none was asked. */
  readonly asked: string | null;
}

/** What a repair may go by, beside the proof. */
export interface RepairFacts {
  readonly now: EpochMs;
  /** Our live orders of the symbol, by our book. */
  readonly live: readonly BookOrder[];
  /** The last stop price that was journalled; null when there is none. */
  readonly stopPrice: Micros | null;
  /** The last price seen; null when there is none. */
  readonly mark: Micros | null;
}

/** What to do, and about how many shares. */
export interface Repair {
  readonly action: ProtectionAction;
  readonly quantity: number;
  /** The order it is done to, where it is done to one. */
  readonly orderRef: string | null;
}

const repair = (
  action: ProtectionAction,
  quantity = 0,
  orderRef: string | null = null,
): Repair => ({ action, quantity, orderRef });

/** A name of what is asked of an order, the same for the same; null for a step that asks none. */
export const stepOf = ({ action, quantity, orderRef }: Repair): string | null =>
  orderRef === null ? null : `${action} ${quantity} ${orderRef}`;

/** True for what was asked of an order just before. */
export const isAskedAgain = (step: Repair, { asked }: Pick<Breach, 'asked'>): boolean =>
  asked !== null && asked === stepOf(step);

/**
 * The next step against a breach. Nothing is sent while an order of the symbol is unknown. Shares without a stop: the
 * entry that still buys is ended first, then the stop is enlarged or a new one sent at the last journalled price, once;
 * where that price is passed already, or the new stop is not acknowledged, they are sold. Sells beyond what is owned
 * are shrunk, the protective stop last. What the broker does not take is asked for again after a pause.
 */
export function nextRepair(proof: SymbolProof, breach: Breach, facts: RepairFacts): Repair {
  const waited = facts.now - (breach.actedAt ?? breach.since);
  if (proof.unknown.length > 0 || proof.state === 'unknown') {
    return repair(facts.now - breach.since < QUERY_MS ? 'query' : 'alert');
  }
  const short = -(proof.brokerShares ?? 0);
  if (short > 0) return buyBack(short, facts, waited);
  const step =
    proof.state === 'under'
      ? coverShares(proof, breach, facts, waited)
      : shrinkSells(proof, facts, waited);
  return isAskedAgain(step, breach) && waited < ASK_AGAIN_MS ? repair('wait') : step;
}

/** A short position is bought back once; a person is called where that takes long. */
function buyBack(short: number, { live }: RepairFacts, waited: number): Repair {
  if (live.some(({ side }) => side === 'buy')) {
    return repair(waited < SALE_MS ? 'wait' : 'alert');
  }
  return repair('buy_back', short);
}

function coverShares(
  { owned, cover, orders, brokerShares }: SymbolProof,
  breach: Breach,
  { live, stopPrice, mark, now }: RepairFacts,
  waited: number,
): Repair {
  // Shares that the account does not have cannot be covered: their sale is still to be told.
  const missing = Math.min(owned, Math.max(0, brokerShares ?? owned)) - cover;
  const entry = live.find(({ side, leg }) => side === 'buy' && leg === 'entry');
  if (entry !== undefined) {
    if (entry.status !== 'cancel_pending') return repair('end_entry', 0, entry.orderRef);
    return repair(waited < SALE_MS ? 'wait' : 'alert');
  }
  if (missing <= 0) return repair(now - breach.since < QUERY_MS ? 'query' : 'alert');
  const sale = live.find(({ side, type }) => side === 'sell' && type === 'market');
  if (sale !== undefined) return repair(waited < SALE_MS ? 'wait' : 'alert');
  const stops = live.filter(
    (order) =>
      isProtectiveStop(order) &&
      order.status !== 'cancel_pending' &&
      orders.some(({ orderRef, status }) => orderRef === order.orderRef && works(status)),
  );
  // What sells beside a new stop would sell too much: a stop that does not work, a target that lost its own.
  const idle = live.find(
    (order) =>
      order.side === 'sell' &&
      !stops.some((stop) => stop === order || isOfGroup(stop.ocaGroup, order)),
  );
  if (idle !== undefined) {
    if (waited < ACKNOWLEDGE_MS && breach.actedAt !== null) return repair('wait');
    if (idle.status !== 'cancel_pending') return repair('cancel_excess', 0, idle.orderRef);
    return repair(waited < SALE_MS ? 'wait' : 'alert');
  }
  const passed = stopPrice === null || (mark !== null && mark <= stopPrice);
  if (breach.repairs === 0 && !passed) {
    // One that a preset made a day order is not there tomorrow: what it lacks is not added to it.
    const small = stops.find(({ orderRef }) =>
      orders.some((order) => order.orderRef === orderRef && isProtectiveStop(order)),
    );
    return small === undefined
      ? repair('new_stop', missing)
      : repair('resize_stop', small.quantity + missing, small.orderRef);
  }
  if (breach.repairs > 0 && waited < ACKNOWLEDGE_MS) return repair('wait');
  if (breach.sales === 0 || waited >= SALE_MS) return repair('sell', missing);
  return repair('alert');
}

const works = (status: string): boolean => status === 'working' || status === 'partial';

function shrinkSells(proof: SymbolProof, { live }: RepairFacts, waited: number): Repair {
  const excess = proof.sellable - sellLimit(proof);
  const sells = live.filter(({ side }) => side === 'sell');
  const open = sells.filter(({ status }) => status !== 'cancel_pending');
  const isLargest = (order: BookOrder): boolean =>
    sells.every(
      (other) => !isOfGroup(order.ocaGroup, other) || remainingOf(other) <= remainingOf(order),
    );
  // What is no stop goes first; of stops the youngest. A group sells as much as the largest of its orders.
  const loose =
    open.find((order) => !isProtectiveStop(order) && !joinsStop(order, sells)) ??
    open.findLast(isLargest);
  if (loose === undefined) return repair(waited < SALE_MS ? 'wait' : 'alert');
  const remaining = remainingOf(loose);
  return excess >= remaining
    ? repair('cancel_excess', remaining, loose.orderRef)
    : repair('resize_stop', loose.quantity - excess, loose.orderRef);
}

const remainingOf = ({ quantity, filledQuantity }: BookOrder): number => quantity - filledQuantity;

const isOfGroup = (group: string | null, { ocaGroup }: BookOrder): boolean =>
  group !== null && ocaGroup === group;

const joinsStop = ({ ocaGroup }: BookOrder, sells: readonly BookOrder[]): boolean =>
  sells.some((order) => isProtectiveStop(order) && isOfGroup(ocaGroup, order));
