import type { Symbol } from '../domain/market.ts';
import { add, type Micros, maxOf, subtract, timesQuantity, ZERO } from '../domain/money.ts';
import { isLive } from '../domain/order.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EventOf } from '../events/event.ts';
import type { BookState, CloseMark, IndexMark } from './book-state.ts';
import { forgetTrading } from './book-trading.ts';
import { removeChild } from './order-children.ts';

/** Sessions after which fills, slots and finished orders are forgotten: brokers repeat executions for about a week. */
export const REMEMBERED_CLOSES = 10;

/** Values the open trades at the marks of the account; a close also ends the session. */
export function bookMarks(state: BookState, event: EventOf<'account.marked'>): void {
  const isClose = event.cause === 'close';
  if (isClose) state.close = closeOf(state, event);
  state.intensity = event.intensity;
  state.intensitySession = event.session;
  for (const { symbol, mark, stale } of event.marks) {
    const trade = state.trades.get(symbol);
    if (trade === undefined) continue;
    // Only at a close does a mark that is not stale come from a bar of this very session.
    const hasBar = isClose && !stale;
    if (!hasBar && mark === trade.mark) continue;
    state.trades.set(symbol, {
      ...trade,
      mark,
      markSession: hasBar ? event.session : trade.markSession,
      highestClose: hasBar ? maxOf(mark, trade.highestClose) : trade.highestClose,
    });
  }
  if (isClose) state.flowSinceClose = ZERO;
  state.valued = { equity: event.equity, flow: state.flowSinceClose };
  if (!isClose) return;
  forgetTrading(state, event.at);
  const others = state.sessions.filter((session) => session !== event.session);
  state.sessions = [...others, event.session].slice(-REMEMBERED_CLOSES);
  forget(state, event.session);
}

/**
 * The account at a close. Flows count at the start of the day. A second close of the same session, written by a process
 * that takes up the work of another, stands for the first.
 */
function closeOf(state: BookState, event: EventOf<'account.marked'>): CloseMark {
  const isRepeated = state.close?.session === event.session;
  const before = isRepeated ? (state.close?.before ?? null) : indexOf(state.close);
  const flow = isRepeated ? add(state.close?.flow ?? ZERO, event.flow) : event.flow;
  const { session, equity, worth } = event;
  const { index, peakIndex, drawdown, limitPeakIndex, limitDrawdown } = indexAfter(
    before,
    equity,
    flow,
  );
  const deepestDrawdown = Math.min(before?.deepestDrawdown ?? 0, limitDrawdown);
  const loss = before === null ? ZERO : lossOf(state, event, add(before.equity, flow));
  const lossFraction = before === null || loss === 0 ? 0 : fractionOf(loss, before.equity);
  return {
    session,
    equity,
    index,
    peakIndex,
    drawdown,
    limitPeakIndex,
    limitDrawdown,
    deepestDrawdown,
    lossFraction,
    flow,
    before,
    ...(worth === undefined ? {} : { worth }),
  };
}

function indexOf(close: CloseMark | null): IndexMark | null {
  if (close === null) return null;
  const { equity, index, peakIndex, limitPeakIndex, deepestDrawdown } = close;
  return { equity, index, peakIndex, limitPeakIndex, deepestDrawdown };
}

/** The time-weighted index once the account is worth this, after flows at the start of the day. */
export function indexAfter(
  before: IndexMark | null,
  equity: Micros,
  flow: Micros,
): Pick<CloseMark, 'index' | 'peakIndex' | 'drawdown' | 'limitPeakIndex' | 'limitDrawdown'> {
  if (before === null) {
    return { index: 1, peakIndex: 1, drawdown: 0, limitPeakIndex: 1, limitDrawdown: 0 };
  }
  const base = add(before.equity, flow);
  const index = base > 0 ? (before.index * equity) / base : before.index;
  const peakIndex = Math.max(before.peakIndex, index);
  const limitPeakIndex = Math.max(before.limitPeakIndex, index);
  return {
    index,
    peakIndex,
    drawdown: Math.min(0, index / peakIndex - 1),
    limitPeakIndex,
    limitDrawdown: Math.min(0, index / limitPeakIndex - 1),
  };
}

/** Lets the drawdown limit count from the last close on; the index and its peak stay what they are. */
export function bookRebase(state: BookState): void {
  const { close } = state;
  if (close === null) return;
  const forgiven = { limitPeakIndex: close.index, deepestDrawdown: 0 };
  // A second close of the same session begins at the one before.
  const before = close.before === null ? null : { ...close.before, ...forgiven };
  state.close = { ...close, ...forgiven, limitDrawdown: 0, before };
  state.restrictions.delete('drawdown');
}

function lossOf(state: BookState, event: EventOf<'account.marked'>, base: Micros): Micros {
  const positions = event.marks.map(({ symbol, quantity, mark, stale }) => ({
    quantity,
    mark,
    markStale: stale,
    stop: state.trades.get(symbol as Symbol)?.stop ?? null,
  }));
  return maxOf(ZERO, add(subtract(base, event.equity), staleShortfall(positions)));
}

/** Nothing to lose and a loss all the same: whatever the limit, it is reached. */
const fractionOf = (loss: Micros, equity: Micros): number => (equity > 0 ? loss / equity : 1);

/** What positions without a fresh mark are worth less at their stops: the day's loss counts the worse of the two. */
export function staleShortfall(
  positions: readonly {
    readonly quantity: number;
    readonly mark: Micros;
    readonly markStale: boolean;
    readonly stop: Micros | null;
  }[],
): Micros {
  return positions.reduce((total, { quantity, mark, markStale, stop }) => {
    const isWorse = markStale && stop !== null && stop < mark;
    return isWorse ? add(total, timesQuantity(subtract(mark, stop), quantity)) : total;
  }, ZERO);
}

/**
 * Lets go of what can come up no more. Nothing open goes: live orders, trades, unknown commissions, unfinished runs.
 */
function forget(state: BookState, session: SessionDate): void {
  const oldest = state.sessions[0] ?? session;
  for (const [ref, order] of state.orders) {
    if (isLive(order.status)) continue;
    if (order.endedBy === null) state.orders.set(ref, { ...order, endedBy: session });
    else if (order.endedBy < oldest) {
      state.orders.delete(ref);
      removeChild(state.orders, order);
    }
  }
  const runs = new Set<string>();
  for (const [ref, approval] of state.approvals) {
    if (state.orders.has(ref)) runs.add(approval.runId);
    else state.approvals.delete(ref);
  }
  for (const [id, run] of state.runs) {
    if (run.status !== 'running' && !runs.has(id)) state.runs.delete(id);
  }
  const waiting = new Set<string>();
  for (const execId of state.inferred.values()) {
    waiting.add(state.fills.get(execId)?.tradeId ?? '');
  }
  for (const [execId, fill] of state.fills) {
    const isOver = fill.commissionKnown && !waiting.has(fill.tradeId);
    if (fill.session < oldest && isOver) state.fills.delete(execId);
  }
  for (const [tradeId, { exitSession }] of state.settled) {
    if (exitSession < oldest && !waiting.has(tradeId)) state.settled.delete(tradeId);
  }
  for (const [execId, early] of state.earlyCommissions) {
    const { waitedBy } = early;
    if (waitedBy === null) state.earlyCommissions.set(execId, { ...early, waitedBy: session });
    else if (waitedBy < oldest) state.earlyCommissions.delete(execId);
  }
  for (const key of state.claimedSlots) if (key < oldest) state.claimedSlots.delete(key);
}
