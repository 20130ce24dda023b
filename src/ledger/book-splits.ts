import { add, type Micros, micros, mulDiv, subtract } from '../domain/money.ts';
import { roundToTick } from '../domain/price.ts';
import type { EventOf } from '../events/event.ts';
import type { BookState, EndedTrade, OpenTrade } from './book-state.ts';
import { endTrade } from './book-trades.ts';
import { withStep } from './trade-steps.ts';

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
  const { symbol, ratio, quantityBefore, quantityAfter, cashInLieu } = event;
  state.cash = add(state.cash, cashInLieu);
  const trade = state.trades.get(symbol);
  if (trade === undefined) return null;
  const step = { kind: 'split', ratio, quantityBefore, quantityAfter, cashInLieu } as const;
  const steps = [...trade.steps, step];
  const split: OpenTrade = { ...trade, ...withStep(trade, step), steps };
  state.realized = add(state.realized, subtract(split.realized, trade.realized));
  if (quantityAfter === 0) return cashedOut(state, split, event);
  const priced = inNewTerms(split, ratio);
  state.trades.set(symbol, priced);
  return priced;
}

/** The shares went for money: a sale of all of them. */
const cashedOut = (
  state: BookState,
  trade: OpenTrade,
  { at, session }: EventOf<'split.applied'>,
): EndedTrade =>
  endTrade(state, trade, {
    exitAt: at,
    exitSession: session,
    exitReason: 'data_end',
    exitRef: null,
  });

function inNewTerms(trade: OpenTrade, ratio: number): OpenTrade {
  const scale = Math.round(ratio * RATIO_SCALE);
  const price = (old: Micros): Micros => micros(mulDiv(old, RATIO_SCALE, scale, 'halfEven'));
  return {
    ...trade,
    initialStop: trade.initialStop === null ? null : price(trade.initialStop),
    stop: trade.stop === null ? null : roundToTick(price(trade.stop), 'down'),
    target: trade.target === null ? null : roundToTick(price(trade.target), 'up'),
    highestClose: price(trade.highestClose),
    mark: price(trade.mark),
  };
}
