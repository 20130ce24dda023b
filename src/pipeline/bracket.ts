import type { Symbol } from '../domain/market.ts';
import type { Micros } from '../domain/money.ts';
import { type Bracket, type Order, type OrderIntent, orderRef } from '../domain/order.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EntrySettings } from '../risk/limits.ts';
import { entryBand } from './size.ts';

/** Where an order comes from: the parts of its reference that are not its own. */
export interface OrderOrigin {
  readonly session: SessionDate;
  readonly slot: string;
  /** The next unused generation of an entry of this symbol in this slot. */
  readonly generation: number;
}

/** The OCA group of a symbol's exits: named from its entry, so that a later exit can join it. */
export const ocaGroupOf = (entryRef: string): string => `${entryRef}/oca`;

/** The orders of an approved intent: the entry, its protective stop, and its target where there is one. */
export function bracketOf(
  intent: OrderIntent,
  approved: number,
  origin: OrderOrigin,
  entry: EntrySettings,
): Bracket {
  const refOf = (leg: 'entry' | 'stop' | 'target'): string =>
    orderRef({ symbol: intent.symbol, leg, ...origin });
  const entryRef = refOf('entry');
  const ocaGroup = ocaGroupOf(entryRef);
  const exit = (
    leg: 'stop' | 'target',
    prices: Pick<Order, 'limitPrice' | 'stopPrice'>,
  ): Order => ({
    symbol: intent.symbol,
    side: 'sell',
    quantity: approved,
    timeInForce: 'GTC',
    parentRef: entryRef,
    ocaGroup,
    orderRef: refOf(leg),
    leg,
    type: leg === 'stop' ? 'stop' : 'limit',
    limitPrice: prices.limitPrice,
    stopPrice: prices.stopPrice,
    exitReason: leg,
  });
  const market = entry.type === 'market';
  return {
    entry: {
      orderRef: entryRef,
      symbol: intent.symbol,
      leg: 'entry',
      side: 'buy',
      type: market ? 'market' : 'limit',
      quantity: approved,
      limitPrice: market ? null : intent.limitPrice,
      stopPrice: null,
      timeInForce: 'DAY',
      parentRef: null,
      ocaGroup: null,
      exitReason: null,
    },
    stop: exit('stop', { limitPrice: null, stopPrice: intent.stopPrice }),
    target:
      intent.targetPrice === null
        ? null
        : exit('target', { limitPrice: intent.targetPrice, stopPrice: null }),
    band: entryBand(intent, entry),
  };
}

/** A sell, or a buy that ends a short position, at the market. */
export const marketOrder = (
  ref: string,
  {
    symbol,
    side,
    quantity,
    exitReason,
    ocaGroup,
  }: Pick<Order, 'symbol' | 'side' | 'quantity' | 'exitReason' | 'ocaGroup'>,
): Order => ({
  orderRef: ref,
  symbol,
  leg: 'exit',
  side,
  type: 'market',
  quantity,
  limitPrice: null,
  stopPrice: null,
  timeInForce: 'GTC',
  parentRef: null,
  ocaGroup,
  exitReason,
});

/** A protective stop that stands for itself: it repairs, replaces or splits another, in a group of its own. */
export const loneStop = (
  ref: string,
  symbol: Symbol,
  quantity: number,
  stopPrice: Micros,
): Order => ({
  orderRef: ref,
  symbol,
  leg: 'stop',
  side: 'sell',
  type: 'stop',
  quantity,
  limitPrice: null,
  stopPrice,
  timeInForce: 'GTC',
  parentRef: null,
  ocaGroup: ocaGroupOf(ref),
  exitReason: 'stop',
});

/** Shares that leave together, through the OCA group of the stop that covers them; null where none does. */
export interface ExitPart {
  readonly quantity: number;
  readonly ocaGroup: string | null;
}

/** How shares leave: part by part through the stops that cover them, so that never both can fill in full. */
export function exitParts(
  owned: number,
  stops: readonly { readonly remaining: number; readonly ocaGroup: string | null }[],
): ExitPart[] {
  const parts: ExitPart[] = [];
  let left = owned;
  for (const { remaining, ocaGroup } of stops) {
    const quantity = Math.min(left, remaining);
    if (quantity <= 0 || ocaGroup === null) continue;
    parts.push({ quantity, ocaGroup });
    left -= quantity;
  }
  if (left > 0) parts.push({ quantity: left, ocaGroup: null });
  return parts;
}
