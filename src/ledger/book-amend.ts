import { add, subtract } from '../domain/money.ts';
import { assertExists } from '../domain/result.ts';
import type { BookState, EndedTrade, OpenTrade } from './book-state.ts';
import { endTrade, exitOf, outcomeOf } from './book-trades.ts';
import { quantityOf } from './lots.ts';
import { sumsOf, type TradeStep } from './trade-steps.ts';

/** A round trip that the book still knows: open, or ended within the sessions that are remembered. */
export interface KnownTrade {
  readonly trade: OpenTrade;
  /** How it ended; null while it is open. */
  readonly ended: EndedTrade | null;
}

export function tradeOf(state: BookState, tradeId: string): KnownTrade | null {
  const ended = state.ending.get(tradeId) ?? state.settled.get(tradeId);
  if (ended !== undefined) return { trade: ended.trade, ended };
  for (const trade of state.trades.values()) {
    if (trade.tradeId === tradeId) return { trade, ended: null };
  }
  return null;
}

/** True where a round trip can have these steps instead of its own: nothing sold that is not there, no second one. */
export function canAmend(
  state: BookState,
  { trade, ended }: KnownTrade,
  steps: readonly TradeStep[],
): boolean {
  const sums = sumsOf(steps, trade);
  if (sums === null) return false;
  return ended === null || quantityOf(sums.lots) === 0 || !state.trades.has(trade.symbol);
}

/**
 * Counts a round trip anew from steps that differ from its own, as if it had been so from the beginning; cash is the
 * caller's business. One that has shares again is open again, one that has none any more has ended.
 */
export function amendTrade(
  state: BookState,
  { trade, ended }: KnownTrade,
  steps: readonly TradeStep[],
): OpenTrade | EndedTrade {
  const sums = assertExists(sumsOf(steps, trade), `${trade.tradeId} sells what it has`);
  state.realized = add(state.realized, subtract(sums.realized, trade.realized));
  const amended: OpenTrade = { ...trade, ...sums, steps };
  if (quantityOf(amended.lots) > 0) return reopen(state, amended, ended);
  if (ended === null) return endTrade(state, amended, exitOf(state, amended));
  const exit = ended.exitRef === null ? {} : exitOf(state, amended, ended);
  return settle(state, { ...ended, ...exit, trade: amended });
}

function reopen(state: BookState, trade: OpenTrade, ended: EndedTrade | null): OpenTrade {
  const { symbol, tradeId } = trade;
  state.trades.set(symbol, trade);
  if (ended === null) return trade;
  state.ending.delete(tradeId);
  state.settled.delete(tradeId);
  state.closed = state.closed.filter((closed) => closed.tradeId !== tradeId);
  return trade;
}

/**
 * Keeps an ended trade where it belongs: among those whose facts are still to come, or those that are only remembered.
 */
export function settle(state: BookState, ended: EndedTrade): EndedTrade {
  const { tradeId, unknownCommissions } = ended.trade;
  const isSettled = unknownCommissions === 0 && ended.end !== null;
  state.ending.delete(tradeId);
  state.settled.delete(tradeId);
  (isSettled ? state.settled : state.ending).set(tradeId, ended);
  const { exitAt, exitSession, exitReason } = ended;
  const outcome = { exitAt, exitSession, exitReason, ...outcomeOf(ended.trade) };
  // As a rule it ended a moment ago.
  const at = state.closed.findLastIndex((closed) => closed.tradeId === tradeId);
  const closed = state.closed[at];
  if (closed !== undefined) state.closed[at] = { ...closed, ...outcome };
  return ended;
}
