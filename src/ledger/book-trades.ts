import type { Symbol } from '../domain/market.ts';
import {
  add,
  type Micros,
  microsFromFloat,
  negate,
  subtract,
  timesQuantity,
  toUsd,
  ZERO,
} from '../domain/money.ts';
import type { ExitReason } from '../domain/order.ts';
import { roundToTick } from '../domain/price.ts';
import { assert, assertExists } from '../domain/result.ts';
import type { EventOf } from '../events/event.ts';
import { fillOrder } from './book-orders.ts';
import type { BookOrder, BookState, EndedTrade, OpenTrade } from './book-state.ts';
import { averagePrice, quantityOf, sellFrom, splitLots } from './lots.ts';

/** How many closed trades are remembered for intensity and streaks. */
const CLOSED_KEPT = 250;

/**
 * Books an execution: order, cash, lots, trade. A repeated execId changes nothing and returns null; else the trade it
 * belongs to, open or just ended.
 */
export function bookFill(
  state: BookState,
  event: EventOf<'fill.recorded'>,
): OpenTrade | EndedTrade | null {
  if (state.fills.has(event.execId)) return null;
  const order = fillOrder(state, event.orderRef, event.quantity);
  const value = timesQuantity(event.price, event.quantity);
  const commission = event.commission ?? ZERO;
  const flow = event.side === 'buy' ? negate(value) : value;
  state.cash = subtract(add(state.cash, flow), commission);
  const outcome =
    event.side === 'buy' ? buy(state, event, order, value) : sell(state, event, order, value);
  state.fills.set(event.execId, {
    session: event.session,
    tradeId: 'trade' in outcome ? outcome.trade.tradeId : outcome.tradeId,
    commissionKnown: event.commission !== null,
  });
  return outcome;
}

function buy(
  state: BookState,
  event: EventOf<'fill.recorded'>,
  order: BookOrder | null,
  value: Micros,
): OpenTrade {
  const known = state.trades.get(event.symbol);
  const trade = known ?? newTrade(state, event, order);
  const commission = event.commission ?? ZERO;
  const lot = {
    execId: event.execId,
    quantity: event.quantity,
    cost: value,
    commission,
  };
  const updated: OpenTrade = {
    ...trade,
    lots: [...trade.lots, lot],
    boughtQuantity: trade.boughtQuantity + event.quantity,
    boughtValue: add(trade.boughtValue, value),
    commission: add(trade.commission, commission),
    unknownCommissions: trade.unknownCommissions + (event.commission === null ? 1 : 0),
    mark: event.price,
    markSession: event.session,
    highestClose: known === undefined ? event.price : trade.highestClose,
  };
  state.trades.set(event.symbol, updated);
  return updated;
}

function newTrade(
  state: BookState,
  event: EventOf<'fill.recorded'>,
  order: BookOrder | null,
): OpenTrade {
  const entryRef = order?.orderRef ?? event.orderRef;
  const children = [...state.orders.values()].filter((child) => child.parentRef === entryRef);
  const stop = children.find((child) => child.leg === 'stop');
  const target = children.find((child) => child.leg === 'target');
  return {
    tradeId: entryRef,
    symbol: event.symbol,
    entryRef,
    context: state.approvals.get(entryRef) ?? null,
    lots: [],
    boughtQuantity: 0,
    boughtValue: ZERO,
    soldQuantity: 0,
    soldValue: ZERO,
    commission: ZERO,
    unknownCommissions: 0,
    realized: ZERO,
    entryAt: event.filledAt,
    entrySession: event.session,
    initialStop: stop?.stopPrice ?? null,
    stop: stop?.stopPrice ?? null,
    stopMoved: false,
    target: target?.limitPrice ?? null,
    stopRef: stop?.orderRef ?? null,
    highestClose: event.price,
    mark: event.price,
    markSession: event.session,
  };
}

function sell(
  state: BookState,
  event: EventOf<'fill.recorded'>,
  order: BookOrder | null,
  value: Micros,
): OpenTrade | EndedTrade {
  const trade = assertExists(
    state.trades.get(event.symbol),
    `sold ${event.symbol} without owning it (${event.execId})`,
  );
  const sale = sellFrom(trade.lots, event.quantity);
  const commission = event.commission ?? ZERO;
  const net = subtract(subtract(subtract(value, sale.cost), sale.entryCommission), commission);
  state.realized = add(state.realized, net);
  const updated: OpenTrade = {
    ...trade,
    lots: sale.remaining,
    soldQuantity: trade.soldQuantity + event.quantity,
    soldValue: add(trade.soldValue, value),
    commission: add(trade.commission, commission),
    unknownCommissions: trade.unknownCommissions + (event.commission === null ? 1 : 0),
    realized: add(trade.realized, net),
    mark: event.price,
    markSession: event.session,
  };
  if (quantityOf(updated.lots) > 0) {
    state.trades.set(event.symbol, updated);
    return updated;
  }
  state.trades.delete(event.symbol);
  return endTrade(state, updated, event, exitReasonOf(updated, order));
}

/** A stop that was moved since the entry is a trail; a sell we never sent was made by hand. */
function exitReasonOf(trade: OpenTrade, order: BookOrder | null): ExitReason {
  if (order === null) return 'manual';
  if (order.leg === 'stop') return trade.stopMoved ? 'trail' : 'stop';
  return order.exitReason ?? 'manual';
}

function endTrade(
  state: BookState,
  trade: OpenTrade,
  event: EventOf<'fill.recorded'>,
  exitReason: ExitReason,
): EndedTrade {
  const ended: EndedTrade = {
    trade,
    exitAt: event.filledAt,
    exitSession: event.session,
    exitReason,
    exitRef: event.orderRef,
    end: null,
  };
  state.ending.set(trade.tradeId, ended);
  state.closed.push({
    symbol: trade.symbol,
    exitAt: event.filledAt,
    exitSession: event.session,
    exitReason,
    netR: rMultipleOf(trade),
  });
  state.closed.sort((a, b) => a.exitAt - b.exitAt || (a.symbol < b.symbol ? -1 : 1));
  if (state.closed.length > CLOSED_KEPT) state.closed.shift();
  state.approvals.delete(trade.entryRef);
  return ended;
}

/** Places a late commission: cash, its trade, the realised sum. Returns the trade, or null when it was known. */
export function bookCommission(
  state: BookState,
  event: EventOf<'commission.recorded'>,
): OpenTrade | EndedTrade | null {
  const fill = state.fills.get(event.execId);
  if (fill === undefined || fill.commissionKnown) return null;
  state.fills.set(event.execId, { ...fill, commissionKnown: true });
  state.cash = subtract(state.cash, event.commission);
  const amend = (trade: OpenTrade): OpenTrade => ({
    ...trade,
    commission: add(trade.commission, event.commission),
    unknownCommissions: trade.unknownCommissions - 1,
    lots: trade.lots.map((lot) =>
      lot.execId === event.execId ? { ...lot, commission: event.commission } : lot,
    ),
  });
  const ended = state.ending.get(fill.tradeId);
  if (ended !== undefined) {
    const trade = amend(ended.trade);
    const amended = { ...ended, trade };
    state.realized = subtract(state.realized, event.commission);
    state.ending.set(fill.tradeId, amended);
    return amended;
  }
  const open = [...state.trades.values()].find((trade) => trade.tradeId === fill.tradeId);
  if (open === undefined) return null;
  const amended = amend(open);
  // Shares of this lot that were sold already bear their part at once.
  const kept = amended.lots.some((lot) => lot.execId === event.execId);
  if (!kept) state.realized = subtract(state.realized, event.commission);
  state.trades.set(open.symbol, amended);
  return amended;
}

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

/** Net P&L over (average entry - initial stop) x quantity; null without a stop or with a commission unknown. */
function rMultipleOf(trade: OpenTrade): number | null {
  if (trade.initialStop === null || trade.unknownCommissions > 0) return null;
  const risk = subtract(trade.boughtValue, timesQuantity(trade.initialStop, trade.boughtQuantity));
  if (risk <= 0) return null;
  const net = subtract(subtract(trade.soldValue, trade.boughtValue), trade.commission);
  return toUsd(net) / toUsd(risk);
}

/** Carries a position over a split: more or fewer shares of the same cost, prices in the new terms. */
export function bookSplit(state: BookState, event: EventOf<'split.applied'>): OpenTrade | null {
  state.cash = add(state.cash, event.cashInLieu);
  const trade = state.trades.get(event.symbol);
  if (trade === undefined) return null;
  const { ratio, quantityAfter } = event;
  const soldQuantity = Math.round(trade.soldQuantity * ratio);
  const inNewTerms = (price: Micros): Micros => microsFromFloat(toUsd(price) / ratio, 'halfEven');
  const split: OpenTrade = {
    ...trade,
    lots: splitLots(trade.lots, quantityAfter),
    boughtQuantity: soldQuantity + quantityAfter,
    soldQuantity,
    soldValue: add(trade.soldValue, event.cashInLieu),
    realized: add(trade.realized, event.cashInLieu),
    initialStop: trade.initialStop === null ? null : inNewTerms(trade.initialStop),
    stop: trade.stop === null ? null : roundToTick(inNewTerms(trade.stop), 'down'),
    target: trade.target === null ? null : roundToTick(inNewTerms(trade.target), 'up'),
    highestClose: inNewTerms(trade.highestClose),
    mark: inNewTerms(trade.mark),
  };
  state.realized = add(state.realized, event.cashInLieu);
  state.trades.set(event.symbol, split);
  return split;
}

/** Takes over a moved stop, so that the next exit by it is a trail. */
export function bookStopMove(state: BookState, event: EventOf<'stop.moved'>): OpenTrade | null {
  const trade = state.trades.get(event.symbol);
  if (trade === undefined) return null;
  const moved = { ...trade, stop: event.new, stopMoved: true };
  state.trades.set(event.symbol, moved);
  return moved;
}

/** The average entry price for display. */
export const entryPriceOf = (trade: OpenTrade): Micros =>
  averagePrice(trade.boughtValue, trade.boughtQuantity);

/** Shares owned of a symbol. */
export const ownedOf = (state: BookState, symbol: Symbol): number => {
  const trade = state.trades.get(symbol);
  const owned = trade === undefined ? 0 : quantityOf(trade.lots);
  assert(owned >= 0, 'a book owns no negative shares');
  return owned;
};
