import { subtract } from '../domain/money.ts';
import type { EventOf } from '../events/event.ts';
import { amendTrade, tradeOf } from './book-amend.ts';
import type { BookState, EndedTrade, OpenTrade } from './book-state.ts';

/**
 * Places a late commission: cash, its trade, the realised sum, as if it had come with its execution. Returns the trade,
 * or null when it was known. One that comes before its execution waits for it.
 */
export function bookCommission(
  state: BookState,
  { execId, commission }: EventOf<'commission.recorded'>,
): OpenTrade | EndedTrade | null {
  const fill = state.fills.get(execId);
  if (fill === undefined) {
    const waiting = state.earlyCommissions.has(execId);
    if (!waiting) state.earlyCommissions.set(execId, { amount: commission, waitedBy: null });
    return null;
  }
  if (fill.commissionKnown) return null;
  state.fills.set(execId, { ...fill, commissionKnown: true });
  state.cash = subtract(state.cash, commission);
  const found = tradeOf(state, fill.tradeId);
  if (found === null) return null;
  const steps = found.trade.steps.map((step) =>
    step.kind === 'fill' && step.execId === execId ? { ...step, commission } : step,
  );
  return amendTrade(state, found, steps);
}
