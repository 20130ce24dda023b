import { add } from '../domain/money.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { bookMarks, bookRebase } from './book-closes.ts';
import { bookAsked, moveOrder } from './book-orders.ts';
import type { BookState } from './book-state.ts';
import { bookTrading } from './book-trading.ts';
import { bookReconciliation, bookResolution } from './breaks.ts';

/** Folds what changes the books and no record of a run or trade. */
export function bookFact(state: BookState, event: JournalEvent): void {
  switch (event.type) {
    case 'history.opened':
      state.mode = event.mode;
      state.account = event.account;
      return;
    case 'slot.claimed':
    case 'slot.missed':
    case 'slot.retried':
      bookSlot(state, event);
      return;
    case 'intent.approved':
      approve(state, event);
      return;
    case 'cash.recorded':
      bookCash(state, event);
      return;
    case 'reconcile.completed':
      bookReconciliation(state, event);
      return;
    case 'discrepancy.resolved':
      bookResolution(state, event);
      return;
    case 'protection.breached':
      if (!state.breaches.has(event.symbol)) state.breaches.set(event.symbol, event.at);
      return;
    case 'protection.restored':
      state.breaches.delete(event.symbol);
      return;
    case 'account.marked':
      bookMarks(state, event);
      return;
    case 'risk.peak_rebased':
      bookRebase(state);
      return;
    case 'order.modify_requested':
    case 'order.modify_refused':
      bookAsked(state, event);
      return;
    default:
      moveByMessage(state, event);
      bookTrading(state, event);
  }
}

function approve(state: BookState, event: EventOf<'intent.approved'>): void {
  const { runId, approved, limitPrice, score, strategy, signalReason, strength } = event;
  const context = { approved, limitPrice, score, strategy, signalReason, strength };
  state.approvals.set(event.entryRef, { runId: runId ?? '', ...context });
}

function bookCash(state: BookState, { kind, amount }: EventOf<'cash.recorded'>): void {
  state.cash = add(state.cash, amount);
  if (kind === 'deposit' || kind === 'withdrawal') {
    state.flowSinceClose = add(state.flowSinceClose, amount);
  }
}

function bookSlot(
  state: BookState,
  event: EventOf<'slot.claimed'> | EventOf<'slot.missed'> | EventOf<'slot.retried'>,
): void {
  if (event.type !== 'slot.retried') {
    state.claimedSlots.add(slotKey(event.session, event.slot, event.slotAt));
  }
  if (event.type === 'slot.missed') state.claimedSlots.add(attemptKey(event, 'missed'));
  if (event.type === 'slot.retried') state.claimedSlots.add(attemptKey(event, event.attempt));
}

/** Messages that move an order along; every other type changes no order. */
function moveByMessage(state: BookState, event: JournalEvent): void {
  if (event.type === 'order.acknowledged') moveOrder(state, event.orderRef, 'acknowledged');
  else if (event.type === 'order.rejected') moveOrder(state, event.orderRef, 'rejected');
  else if (event.type === 'order.cancelled') moveOrder(state, event.orderRef, 'cancelled');
  else if (event.type === 'order.expired') moveOrder(state, event.orderRef, 'expired');
  else if (event.type === 'order.unknown') moveOrder(state, event.orderRef, 'lost');
  else if (event.type === 'order.denied') moveOrder(state, event.orderRef, 'denied');
  else if (event.type === 'order.found') moveOrder(state, event.orderRef, 'found');
  else if (event.type === 'order.deactivated') moveOrder(state, event.orderRef, 'deactivated');
  else if (event.type === 'order.cancel_requested') {
    moveOrder(state, event.orderRef, 'cancel_requested');
  } else if (event.type === 'order.cancel_refused') {
    moveOrder(state, event.orderRef, 'cancel_refused');
  }
}

/** Sorts by session first, so that old keys are found by comparing text. */
export const slotKey = (session: SessionDate, slot: string, slotAt: number): string =>
  `${session}|${slot}|${slotAt}`;

/** The key of a slot's later attempts, from 2 on, or of its being given up. */
export const attemptKey = (
  { session, slot, slotAt }: { session: SessionDate; slot: string; slotAt: number },
  attempt: number | 'missed',
): string => `${slotKey(session, slot, slotAt)}|${attempt}`;
