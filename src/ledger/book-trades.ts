import type { Symbol } from '../domain/market.ts';
import { add, type Micros, subtract, toUsd, ZERO } from '../domain/money.ts';
import { type ExitReason, isLive } from '../domain/order.ts';
import { assert, assertExists } from '../domain/result.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventOf } from '../events/event.ts';
import { addFilled, withStop } from './book-orders.ts';
import type { BookOrder, BookState, ClosedTrade, EndedTrade, OpenTrade } from './book-state.ts';
import { averageOfShares, averagePrice, costOf, quantityOf, valueOfShares } from './lots.ts';
import { childrenOf } from './order-children.ts';
import { cashMoved, type FillStep, nothingTraded, sharesTraded, withStep } from './trade-steps.ts';

/** How many closed trades are remembered for intensity and streaks. */
const CLOSED_KEPT = 250;

/**
 * Books an execution: order, cash, lots, trade. A repeated execId changes nothing and returns null; else the trade it
 * belongs to, open or just ended.
 */
export function bookFill(
  state: BookState,
  recorded: EventOf<'fill.recorded'>,
): OpenTrade | EndedTrade | null {
  if (state.fills.has(recorded.execId)) return null;
  const early = state.earlyCommissions.get(recorded.execId)?.amount ?? null;
  state.earlyCommissions.delete(recorded.execId);
  const isEarly = recorded.commission === null && early !== null;
  const event = isEarly ? { ...recorded, commission: early } : recorded;
  const order = addFilled(state, event.orderRef, event.quantity);
  state.cash = add(state.cash, cashMoved(event.side, event));
  const outcome = event.side === 'buy' ? buy(state, event, order) : sell(state, event);
  const { execId, corrects, session } = event;
  const tradeId = 'trade' in outcome ? outcome.trade.tradeId : outcome.tradeId;
  const commissionKnown = event.commission !== null;
  const fill = { session, tradeId, commissionKnown, current: execId, revision: 0 };
  state.fills.set(execId, fill);
  // What it corrects was never told of, and would be old news now.
  if (corrects !== undefined) {
    const { of, revision } = corrects;
    state.fills.set(of, { ...fill, commissionKnown: true, revision });
  }
  if (event.source === 'inferred') state.inferred.set(event.orderRef, execId);
  return outcome;
}

const stepOf = (event: EventOf<'fill.recorded'>): FillStep => ({
  kind: 'fill',
  execId: event.execId,
  orderRef: event.orderRef,
  side: event.side,
  quantity: event.quantity,
  price: event.price,
  commission: event.commission,
  filledAt: event.filledAt,
  session: event.session,
});

/** The trade one step on, valued at the price of the step. */
function stepped(trade: OpenTrade, event: EventOf<'fill.recorded'>): OpenTrade {
  const step = stepOf(event);
  return {
    ...trade,
    ...withStep(trade, step),
    steps: [...trade.steps, step],
    mark: event.price,
    markSession: event.session,
  };
}

function buy(
  state: BookState,
  event: EventOf<'fill.recorded'>,
  order: BookOrder | null,
): OpenTrade {
  const updated = stepped(state.trades.get(event.symbol) ?? newTrade(state, event, order), event);
  state.trades.set(event.symbol, updated);
  return updated;
}

function newTrade(
  state: BookState,
  event: EventOf<'fill.recorded'>,
  order: BookOrder | null,
): OpenTrade {
  const entryRef = order?.orderRef ?? event.orderRef;
  const children = childrenOf(state.orders, entryRef);
  const childOf = (leg: BookOrder['leg']): BookOrder | undefined => {
    const legs = children.filter((child) => child.leg === leg);
    return legs.find((child) => isLive(child.status)) ?? legs[0];
  };
  const stop = childOf('stop');
  const target = childOf('target');
  return {
    tradeId: newTradeId(entryRef, order?.filledQuantity === event.quantity, (id) =>
      isTradeId(state, id),
    ),
    symbol: event.symbol,
    entryRef,
    context: state.approvals.get(entryRef) ?? null,
    ...nothingTraded(event.filledAt, event.session),
    steps: [],
    initialStop: stop?.stopPrice ?? null,
    stop: stop?.stopPrice ?? null,
    stopMoved: false,
    target: target?.limitPrice ?? null,
    stopRef: stop?.orderRef ?? null,
    highestClose: ZERO,
    mark: event.price,
    markSession: event.session,
  };
}

/**
 * What a round trip that begins is called: the entry's reference; "REF#2" where the entry goes on filling after its
 * first shares were sold again, which is another round trip. `isFirst`: these are the first shares of the order.
 */
export function newTradeId(
  entryRef: string,
  isFirst: boolean,
  isUsed: (id: string) => boolean,
): string {
  let id = entryRef;
  for (let n = 2; !isFirst && isUsed(id); n++) id = `${entryRef}#${n}`;
  return id;
}

/** True for the name of a round trip that is open, or that recent fills belong to. */
export function isTradeId({ fills, trades }: BookState, id: string): boolean {
  for (const { tradeId } of fills.values()) if (tradeId === id) return true;
  for (const { tradeId } of trades.values()) if (tradeId === id) return true;
  return false;
}

function sell(state: BookState, event: EventOf<'fill.recorded'>): OpenTrade | EndedTrade {
  const trade = assertExists(
    state.trades.get(event.symbol),
    `sold ${event.symbol} without owning it (${event.execId})`,
  );
  const updated = stepped(trade, event);
  state.realized = add(state.realized, subtract(updated.realized, trade.realized));
  if (quantityOf(updated.lots) === 0) return endTrade(state, updated, exitOf(state, updated));
  state.trades.set(event.symbol, updated);
  return updated;
}

/** How a trade ended, by its last sale. One that ended before keeps its reason while that is still the same order. */
export function exitOf(state: BookState, trade: OpenTrade, before: Exit | null = null): Exit {
  const last = trade.steps.findLast((step) => step.kind === 'fill' && step.side === 'sell');
  if (last?.kind !== 'fill') {
    const { entryAt: exitAt, entrySession: exitSession } = trade;
    return before ?? { exitAt, exitSession, exitReason: 'manual', exitRef: null };
  }
  const { filledAt, session, orderRef } = last;
  const isSame = before?.exitRef === orderRef;
  const order = state.orders.get(orderRef) ?? null;
  const exitReason = isSame ? before.exitReason : exitReasonOf(trade, order);
  return { exitAt: filledAt, exitSession: session, exitReason, exitRef: orderRef };
}

/** A stop that was moved since the entry is a trail; a sell we never sent was made by hand. */
function exitReasonOf(trade: OpenTrade, order: BookOrder | null): ExitReason {
  if (order === null) return 'manual';
  if (order.leg === 'stop') return trade.stopMoved ? 'trail' : 'stop';
  return order.exitReason ?? 'manual';
}

/** How a round trip came to its end. */
export interface Exit {
  readonly exitAt: EpochMs;
  readonly exitSession: SessionDate;
  readonly exitReason: ExitReason;
  readonly exitRef: string | null;
}

/** Takes a trade without shares out of the open ones; its closing facts are still to come. */
export function endTrade(state: BookState, trade: OpenTrade, exit: Exit): EndedTrade {
  const { tradeId, symbol, entrySession } = trade;
  const { exitAt, exitSession, exitReason, exitRef } = exit;
  const ended: EndedTrade = { trade, exitAt, exitSession, exitReason, exitRef, end: null };
  state.trades.delete(symbol);
  state.ending.set(tradeId, ended);
  const { netR, result } = outcomeOf(trade);
  const end = { tradeId, symbol, entrySession, exitAt, exitSession, exitReason, netR, result };
  state.closed.push(end);
  state.closed.sort((a, b) => a.exitAt - b.exitAt || compareText(a.symbol, b.symbol));
  if (state.closed.length > CLOSED_KEPT) state.closed.shift();
  countStopOut(state, ended);
  return ended;
}

/** Counts a trade that its stop ended with a loss; one whose commission is unknown counts by its price alone. */
function countStopOut(state: BookState, { trade, exitReason, exitSession }: EndedTrade): void {
  const { gross, net } = resultOf(trade);
  if ((exitReason !== 'stop' && exitReason !== 'trail') || (net ?? gross) >= 0) return;
  const { stopOuts } = state.watched;
  const count = stopOuts.session === exitSession ? stopOuts.count + 1 : 1;
  state.watched = { ...state.watched, stopOuts: { session: exitSession, count } };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Gross, net and R of a trade as far as it went; net and R are null while a commission is unknown. */
export function resultOf(trade: OpenTrade): {
  gross: Micros;
  net: Micros | null;
  r: number | null;
} {
  const gross = subtract(trade.soldValue, trade.boughtValue);
  const net = trade.unknownCommissions > 0 ? null : subtract(gross, trade.commission);
  return { gross, net, r: rMultipleOf(trade) };
}

/** What limits and intensity remember of how a closed trade went. */
export const outcomeOf = (trade: OpenTrade): Pick<ClosedTrade, 'netR' | 'result'> => ({
  netR: rMultipleOf(trade),
  result: subtract(subtract(trade.soldValue, trade.boughtValue), trade.commission),
});

/** Net P&L over the initial risk; null without one, or with a commission unknown. */
export function rMultipleOf(trade: OpenTrade): number | null {
  const risk = initialRiskOf(trade);
  if (risk === null || trade.unknownCommissions > 0) return null;
  const net = subtract(subtract(trade.soldValue, trade.boughtValue), trade.commission);
  return toUsd(net) / toUsd(risk);
}

/** (Average entry - initial stop) x quantity; null without a stop below the entry. A split changes nothing in it. */
export function initialRiskOf({ initialStop, boughtValue, steps }: OpenTrade): Micros | null {
  if (initialStop === null) return null;
  const risk = subtract(boughtValue, valueOfShares(initialStop, sharesTraded(steps).bought));
  return risk > 0 ? risk : null;
}

/** Takes over a moved stop, so that the next exit by it is a trail; null where the order's change told it already. */
export function bookStopMove(state: BookState, event: EventOf<'stop.moved'>): OpenTrade | null {
  const trade = state.trades.get(event.symbol);
  if (trade === undefined || (trade.stop === event.new && trade.stopMoved)) return null;
  const moved = { ...withStop(trade, event.new), stopMoved: true };
  state.trades.set(event.symbol, moved);
  return moved;
}

/** The average entry price for display, in the terms that are in force. */
export const entryPriceOf = ({ boughtValue, steps }: OpenTrade): Micros =>
  averageOfShares(boughtValue, sharesTraded(steps).bought);

/** The average price of the shares still held, which their unrealised result counts from. */
export const heldPriceOf = ({ lots }: OpenTrade): Micros =>
  averagePrice(costOf(lots), quantityOf(lots));

/** The average price of what was sold, for display. */
export const exitPriceOf = ({ soldValue, steps }: OpenTrade): Micros =>
  averageOfShares(soldValue, sharesTraded(steps).sold);

/** Shares owned of a symbol. */
export const ownedOf = (state: BookState, symbol: Symbol): number => {
  const trade = state.trades.get(symbol);
  const owned = trade === undefined ? 0 : quantityOf(trade.lots);
  assert(owned >= 0, 'a book owns no negative shares');
  return owned;
};

/** Of the shares owned of a symbol, those that were bought after an instant. */
export const boughtAfter = (state: BookState, symbol: Symbol, instant: EpochMs): number =>
  quantityOf((state.trades.get(symbol)?.lots ?? []).filter(({ filledAt }) => filledAt > instant));
