import type { Symbol } from '../domain/market.ts';
import { subtract } from '../domain/money.ts';
import type { EventOf } from '../events/event.ts';
import { amendTrade, tradeOf } from './book-amend.ts';
import type { BookState, EndedTrade, OpenTrade } from './book-state.ts';
import type { FillStep } from './trade-steps.ts';

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

/** An execution whose commission is not known yet. */
export type UnpaidFill = FillStep & { readonly symbol: Symbol };

/** Executions whose commission is not known yet, those of open trades first. */
export function unpaidFills({ trades, ending }: BookState): UnpaidFill[] {
  const unpaid: UnpaidFill[] = [];
  const collect = ({ symbol, steps }: OpenTrade): void => {
    for (const step of steps) {
      if (step.kind === 'fill' && step.commission === null) unpaid.push({ symbol, ...step });
    }
  };
  for (const trade of trades.values()) if (trade.unknownCommissions > 0) collect(trade);
  for (const { trade } of ending.values()) if (trade.unknownCommissions > 0) collect(trade);
  return unpaid;
}
