import type { BrokerOrder, BrokerStatement } from '../domain/account.ts';
import { isLive } from '../domain/order.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { BrokerEvent } from '../ports/broker.ts';
import type { Book } from './book.ts';
import { sameTerms, termsOf } from './book-orders.ts';
import type { BookOrder } from './book-state.ts';
import { Inference } from './inference.ts';

/** Orders that a complete statement did not show, and since when: one look is not enough to call them gone. */
export type Absences = Map<string, EpochMs>;

/** How a statement is read. */
export interface AdoptionRules {
  /** How long after it was sent a message may still arrive at the broker. */
  readonly settleMs: number;
  /** False for a broker that never shows orders which have ended. */
  readonly showsCompletedOrders: boolean;
  /** The session that what is inferred belongs to. */
  readonly session: SessionDate;
}

/**
 * What the statement says as the broker's messages would have: executions, and ends of orders. Of an order that is not
 * ours, or so old that the book has forgotten it, only what a known execution cost is news.
 */
export function statedMessages(book: Book, { at, fills }: BrokerStatement): BrokerEvent[] {
  const ours = fills.filter(({ orderRef }) => isOurs(book, orderRef));
  const costs = fills.flatMap(({ execId, orderRef, commission }): BrokerEvent[] =>
    commission !== null && (isOurs(book, orderRef) || book.hasFill(execId))
      ? [{ kind: 'commission', execId, commission, at }]
      : [],
  );
  return [...ours.map((fill): BrokerEvent => ({ kind: 'filled', fill, at })), ...costs];
}

const isOurs = (book: Book, orderRef: string): boolean => book.order(orderRef) !== null;

/**
 * What the journal learns about our orders from a statement, its executions being booked already. What it shows is a
 * fact, however incomplete it is. What it does not show is gone only where it is complete, executions agree, and a
 * second complete one, `settleMs` later, does not show it either; until then it is unknown. The same goes for the
 * executions of an order that it shows as filled: those of another day are not told any more.
 */
export function adoptStatement(
  book: Book,
  statement: BrokerStatement,
  absences: Absences,
  rules: AdoptionRules,
): EventDraft[] {
  const open = new Map<string, BrokerOrder>();
  for (const order of statement.openOrders) {
    if (isLive(order.status)) open.set(order.orderRef, order);
  }
  const done = new Map<string, BrokerOrder>();
  for (const order of statement.completedOrders) done.set(order.orderRef, order);
  const drafts: EventDraft[] = [];
  const base = { at: statement.at, runId: null };
  const gone: BookOrder[] = [];
  for (const order of book.orders()) {
    const { orderRef } = order;
    const shown = open.get(orderRef);
    if (shown !== undefined) {
      absences.delete(orderRef);
      drafts.push(...shownDrafts(order, shown, base, rules));
      continue;
    }
    if (!isLive(order.status)) continue;
    const ended = done.get(orderRef);
    if (ended !== undefined && !isBehind(order, ended)) {
      absences.delete(orderRef);
      drafts.push(...endedDrafts(order, ended, base));
      continue;
    }
    if (ended !== undefined) {
      const cause = `${ended.filledQuantity} filled at the broker, ${order.filledQuantity} known`;
      drafts.push(...unknownDrafts(order, statement.at, cause));
    }
    if (!isComplete(statement, rules)) continue;
    if (isGone(order, statement.at, absences, rules)) {
      absences.delete(orderRef);
      gone.push(order);
    } else if (isMissed(order, statement.at, absences, rules) && ended === undefined) {
      drafts.push(...unknownDrafts(order, statement.at, 'the statement does not show it'));
    }
  }
  const inference = new Inference(book, statement, rules.session);
  for (const order of gone.sort(byUrgency)) {
    const ended = done.get(order.orderRef) ?? null;
    drafts.push(...inference.of(order, ended), ...goneDrafts(order, ended, base, inference));
  }
  for (const orderRef of absences.keys()) {
    if (!isLive(book.order(orderRef)?.status ?? 'filled')) absences.delete(orderRef);
  }
  return drafts;
}

/** What sells at the market has sold before what waits for a price. */
const byUrgency = (a: BookOrder, b: BookOrder): number =>
  Number(a.type !== 'market') - Number(b.type !== 'market');

const isComplete = (
  { complete }: BrokerStatement,
  { showsCompletedOrders }: AdoptionRules,
): boolean =>
  complete.openOrders && complete.fills && (complete.completedOrders || !showsCompletedOrders);

interface Base {
  readonly at: EpochMs;
  readonly runId: null;
}

/** What an order that the broker shows as open says against what we believed of it. */
function shownDrafts(
  order: BookOrder,
  shown: BrokerOrder,
  base: Base,
  { settleMs }: AdoptionRules,
): EventDraft[] {
  const { orderRef, status } = order;
  const drafts: EventDraft[] = [];
  if (shown.status === 'inactive') {
    if (status !== 'inactive' && status !== 'cancel_pending') {
      drafts.push({ ...base, type: 'order.deactivated', orderRef, cause: 'statement' });
    }
    return drafts;
  }
  // A filled order cannot be open: the fill came after the statement was made.
  if (status === 'filled') return [];
  const isNews = status === 'unknown' || status === 'inactive' || status === 'submitted';
  if (isNews || !isLive(status)) {
    const evidence = `open at the broker, ${shown.status}`;
    drafts.push({ ...base, type: 'order.found', orderRef, evidence });
  }
  const old = termsOf(order);
  const now = termsOf(shown);
  if (!sameTerms(old, now)) {
    drafts.push({ ...base, type: 'order.modified', orderRef, old, new: now, cause: 'statement' });
  }
  const { asked } = order;
  // What was asked for so long ago can no longer be on its way.
  if (asked !== null && !sameTerms(asked, now) && base.at >= asked.at + settleMs) {
    const cause = 'the broker shows other terms';
    drafts.push({ ...base, type: 'order.modify_refused', orderRef, cause });
  }
  return drafts;
}

/** True while executions that the broker counts for an order are not booked. */
const isBehind = (order: BookOrder, ended: BrokerOrder): boolean =>
  ended.filledQuantity > order.filledQuantity;

const unknownDrafts = (
  { orderRef, status }: BookOrder,
  at: EpochMs,
  cause: string,
): EventDraft[] =>
  status === 'unknown' ? [] : [{ type: 'order.unknown', at, runId: null, orderRef, cause }];

/** The end of an order whose executions are all booked. */
function endedDrafts({ orderRef }: BookOrder, ended: BrokerOrder, base: Base): EventDraft[] {
  switch (ended.status) {
    case 'expired':
      return [{ ...base, type: 'order.expired', orderRef, cause: 'statement' }];
    case 'rejected':
      return [{ ...base, type: 'order.rejected', orderRef, code: 'STATEMENT', message: '' }];
    case 'cancelled':
    case 'filled':
      return [{ ...base, type: 'order.cancelled', orderRef, cause: 'statement' }];
    default:
      return [];
  }
}

/** True for an order that two complete statements so far apart did not show that nothing can be on its way. */
function isGone(
  { orderRef, submittedAt }: BookOrder,
  at: EpochMs,
  absences: Absences,
  { settleMs }: AdoptionRules,
): boolean {
  const first = absences.get(orderRef);
  return first === undefined ? settleMs === 0 && at >= submittedAt : at >= first + settleMs;
}

/** True for the first look without the order that counts: it is unknown until a second one. */
function isMissed(
  { orderRef, submittedAt }: BookOrder,
  at: EpochMs,
  absences: Absences,
  { settleMs }: AdoptionRules,
): boolean {
  if (absences.has(orderRef) || at < submittedAt + settleMs) return false;
  absences.set(orderRef, at);
  return true;
}

/**
 * The end of an order that is gone; one that was filled by what is inferred has ended so. What the broker says was
 * filled, and nothing shows, stays unknown.
 */
function goneDrafts(
  { orderRef, status, quantity, filledQuantity }: BookOrder,
  ended: BrokerOrder | null,
  base: Base,
  inference: Inference,
): EventDraft[] {
  const inferred = inference.filled(orderRef);
  if (inferred >= quantity - filledQuantity) return [];
  if (ended !== null) {
    if (inferred === 0) return [];
    return [{ ...base, type: 'order.cancelled', orderRef, cause: 'statement' }];
  }
  const cause = status === 'submitted' || status === 'unknown' ? 'never arrived' : 'gone';
  return [{ ...base, type: 'order.cancelled', orderRef, cause }];
}

/**
 * The instant from which executions are asked for: since the last complete answer, or since the oldest open question.
 */
export function fillsSince(book: Book, lastComplete: EpochMs | null, overlapMs: number): EpochMs {
  if (lastComplete !== null) return Math.max(0, lastComplete - overlapMs) as EpochMs;
  let oldest = Number.POSITIVE_INFINITY;
  for (const { submittedAt } of book.orders()) oldest = Math.min(oldest, submittedAt);
  return (Number.isFinite(oldest) ? oldest : 0) as EpochMs;
}
