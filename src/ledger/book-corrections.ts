import { add, subtract, ZERO } from '../domain/money.ts';
import type { EventOf } from '../events/event.ts';
import { amendTrade, canAmend, tradeOf } from './book-amend.ts';
import { addFilled } from './book-orders.ts';
import type { BookState, EndedTrade, OpenTrade } from './book-state.ts';
import { cashMoved, type FillStep, type TradeStep } from './trade-steps.ts';

/** What stands in place of an execution that was recorded; its own name, its own terms. */
export type CorrectingFill = EventOf<'fill.corrected'>['by'][number];

/** An execution as it is in force, and how often it was corrected. */
export interface BookedExecution {
  readonly fill: FillStep;
  readonly revision: number;
}

/** The execution of this name as it is in force; null for one that the book does not know, or no longer. */
export function executionOf(state: BookState, execId: string): BookedExecution | null {
  const booked = state.fills.get(execId);
  const found = booked === undefined ? null : tradeOf(state, booked.tradeId);
  const fill = found?.trade.steps.find((step) => isFill(step, booked?.current ?? execId));
  return fill?.kind === 'fill' ? { fill, revision: booked?.revision ?? 0 } : null;
}

/** What an execution is called that a statement tells of and does not name. */
export const statedName = (orderRef: string, number: number): string =>
  `statement/${orderRef}/${number}`;

/** Of what a statement told of an order without a name, the smallest part of at least so many shares; null for none. */
export function statedExecution(
  state: BookState,
  orderRef: string,
  quantity: number,
  isTaken: (execId: string) => boolean,
): FillStep | null {
  let smallest: FillStep | null = null;
  for (let number = 1; state.fills.has(statedName(orderRef, number)); number += 1) {
    const name = statedName(orderRef, number);
    const fill = executionOf(state, name)?.fill;
    if (fill?.execId !== name || fill.quantity < quantity || isTaken(name)) continue;
    if (smallest === null || fill.quantity < smallest.quantity) smallest = fill;
  }
  return smallest;
}

const isFill = (step: TradeStep, execId: string): step is FillStep =>
  step.kind === 'fill' && step.execId === execId;

/** True where the round trip of an execution can be counted anew with others in its place. */
export function fitsCorrection(
  state: BookState,
  execId: string,
  by: readonly CorrectingFill[],
): boolean {
  const booked = state.fills.get(execId);
  const found = booked === undefined ? null : tradeOf(state, booked.tradeId);
  if (found === null || booked === undefined) return false;
  return canAmend(state, found, replaced(found.trade.steps, booked.current, by));
}

/**
 * Puts others in the place of an execution: cash, order, lots and results are as if they had been recorded at once.
 * Returns the trade it belongs to; null, and nothing changes, where the book does not know the execution any more or
 * cannot hold what the correction says.
 */
export function bookCorrection(
  state: BookState,
  event: EventOf<'fill.corrected'>,
): OpenTrade | EndedTrade | null {
  const { execId, by, orderRef, revision } = event;
  const booked = state.fills.get(execId);
  const known = executionOf(state, execId);
  if (booked === undefined || known === null || !fitsCorrection(state, execId, by)) return null;
  const found = tradeOf(state, booked.tradeId);
  if (found === null) return null;
  const { fill: old } = known;
  const steps = replaced(found.trade.steps, old.execId, by);
  const paid = by.reduce((sum, fill) => add(sum, cashMoved(old.side, fill)), ZERO);
  state.cash = add(state.cash, subtract(paid, cashMoved(old.side, old)));
  const quantity = by.reduce((sum, fill) => sum + fill.quantity, 0);
  addFilled(state, orderRef, quantity - old.quantity);
  rename(state, event);
  state.fills.set(execId, {
    ...booked,
    current: by[0]?.execId ?? '',
    revision,
    commissionKnown: true,
  });
  for (const fill of by) {
    const commissionKnown = fill.commission !== null;
    const { session, tradeId } = booked;
    const fresh = { session, tradeId, commissionKnown, current: fill.execId, revision: 0 };
    state.fills.set(fill.execId, fresh);
  }
  const ended = found.ended === null ? null : { ...found.ended, end: null };
  return amendTrade(state, { ...found, ended }, steps);
}

/** An order whose fill was inferred waits for its execution under the new name, or no more. */
function rename(state: BookState, { orderRef, execId, by }: EventOf<'fill.corrected'>): void {
  const inferred = state.inferred.get(orderRef);
  if (inferred !== undefined && inferred !== execId) return;
  const still = by.find((fill) => fill.inferred);
  if (still === undefined) state.inferred.delete(orderRef);
  else state.inferred.set(orderRef, still.execId);
}

function replaced(
  steps: readonly TradeStep[],
  execId: string,
  by: readonly CorrectingFill[],
): TradeStep[] {
  return steps.flatMap((step): readonly TradeStep[] => {
    if (!isFill(step, execId)) return [step];
    return by.map(({ inferred: _inferred, ...fill }) => ({ ...step, ...fill }));
  });
}
