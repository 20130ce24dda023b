import { add, type Micros, micros, mulDiv, subtract, ZERO } from '../domain/money.ts';
import type { EventOf } from '../events/event.ts';
import type { BookState, EndedTrade, OpenTrade } from './book-state.ts';
import { outcomeOf } from './book-trades.ts';

/**
 * Places a late commission: cash, its trade, the realised sum. Returns the trade, or null when it was known. One that
 * comes before its execution waits for it.
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
  const ended = state.ending.get(fill.tradeId);
  if (ended !== undefined) return amendEnded(state, ended, execId, commission);
  const open = [...state.trades.values()].find((trade) => trade.tradeId === fill.tradeId);
  if (open === undefined) return null;
  const amended = withCommission(state, open, execId, commission);
  state.trades.set(open.symbol, amended);
  return amended;
}

function amendEnded(
  state: BookState,
  ended: EndedTrade,
  execId: string,
  commission: Micros,
): EndedTrade {
  const amended = { ...ended, trade: withCommission(state, ended.trade, execId, commission) };
  const { tradeId, unknownCommissions } = amended.trade;
  if (unknownCommissions === 0 && amended.end !== null) state.ending.delete(tradeId);
  else state.ending.set(tradeId, amended);
  const outcome = outcomeOf(amended.trade);
  state.closed = state.closed.map((closed) =>
    closed.tradeId === tradeId ? { ...closed, ...outcome } : closed,
  );
  return amended;
}

/** The shares of a purchase that are still held keep their part of its commission; the rest is realised at once. */
function withCommission(
  state: BookState,
  trade: OpenTrade,
  execId: string,
  commission: Micros,
): OpenTrade {
  const lot = trade.lots.find((held) => held.execId === execId);
  const kept =
    lot === undefined ? ZERO : micros(mulDiv(commission, lot.quantity, lot.bought, 'halfEven'));
  const realized = subtract(commission, kept);
  state.realized = subtract(state.realized, realized);
  return {
    ...trade,
    commission: add(trade.commission, commission),
    unknownCommissions: trade.unknownCommissions - 1,
    realized: subtract(trade.realized, realized),
    lots: trade.lots.map((held) =>
      held === lot ? { ...held, commission: add(held.commission, kept) } : held,
    ),
  };
}
