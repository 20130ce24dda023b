import { add, type Micros, micros, mulDiv, subtract } from '../domain/money.ts';
import { roundToTick } from '../domain/price.ts';
import type { EventOf } from '../events/event.ts';
import type { BookLot, BookState, EndedTrade, OpenTrade } from './book-state.ts';
import { endTrade } from './book-trades.ts';
import { commissionOf, costOf, splitLots } from './lots.ts';

/** Ratios are taken at this resolution, as the simulated broker takes them. */
const RATIO_SCALE = 1_000_000_000;

/**
 * Carries a position over a split: more or fewer shares of the same cost, prices in the new terms. Where no whole share
 * is left, cash in lieu ends the trade.
 */
export function bookSplit(
  state: BookState,
  event: EventOf<'split.applied'>,
): OpenTrade | EndedTrade | null {
  const { symbol, quantityAfter, cashInLieu } = event;
  state.cash = add(state.cash, cashInLieu);
  const trade = state.trades.get(symbol);
  if (trade === undefined) return null;
  if (quantityAfter === 0) return cashedOut(state, trade, event);
  state.realized = add(state.realized, cashInLieu);
  const split = inNewTerms(trade, event);
  state.trades.set(symbol, split);
  return split;
}

/** The shares went for money: a sale of all of them, in the terms they were bought in. */
function cashedOut(
  state: BookState,
  trade: OpenTrade,
  { at, session, cashInLieu }: EventOf<'split.applied'>,
): EndedTrade {
  const net = subtract(subtract(cashInLieu, costOf(trade.lots)), commissionOf(trade.lots));
  state.realized = add(state.realized, net);
  const flat: OpenTrade = {
    ...trade,
    lots: [],
    soldQuantity: trade.boughtQuantity,
    soldValue: add(trade.soldValue, cashInLieu),
    realized: add(trade.realized, net),
  };
  return endTrade(state, flat, {
    exitAt: at,
    exitSession: session,
    exitReason: 'data_end',
    exitRef: null,
  });
}

function inNewTerms(trade: OpenTrade, event: EventOf<'split.applied'>): OpenTrade {
  const { ratio, quantityAfter, cashInLieu } = event;
  const scale = Math.round(ratio * RATIO_SCALE);
  const price = (old: Micros): Micros => micros(mulDiv(old, RATIO_SCALE, scale, 'halfEven'));
  const soldQuantity = Math.round(trade.soldQuantity * ratio);
  const quantities = new Map(trade.lots.map(({ execId, quantity }) => [execId, quantity]));
  const lots = splitLots(trade.lots, quantityAfter).map((lot): BookLot => {
    const before = quantities.get(lot.execId) ?? lot.quantity;
    return { ...lot, bought: mulDiv(lot.bought, lot.quantity, before, 'halfEven') };
  });
  return {
    ...trade,
    lots,
    boughtQuantity: soldQuantity + quantityAfter,
    soldQuantity,
    soldValue: add(trade.soldValue, cashInLieu),
    realized: add(trade.realized, cashInLieu),
    initialStop: trade.initialStop === null ? null : price(trade.initialStop),
    stop: trade.stop === null ? null : roundToTick(price(trade.stop), 'down'),
    target: trade.target === null ? null : roundToTick(price(trade.target), 'up'),
    highestClose: price(trade.highestClose),
    mark: price(trade.mark),
  };
}
