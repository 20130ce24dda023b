import type { Symbol } from '../domain/market.ts';
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
    orderRef({ ...origin, symbol: intent.symbol, leg });
  const entryRef = refOf('entry');
  const child = {
    symbol: intent.symbol,
    side: 'sell',
    quantity: approved,
    timeInForce: 'GTC',
    parentRef: entryRef,
    ocaGroup: ocaGroupOf(entryRef),
  } as const;
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
    stop: {
      ...child,
      orderRef: refOf('stop'),
      leg: 'stop',
      type: 'stop',
      limitPrice: null,
      stopPrice: intent.stopPrice,
      exitReason: 'stop',
    },
    target:
      intent.targetPrice === null
        ? null
        : {
            ...child,
            orderRef: refOf('target'),
            leg: 'target',
            type: 'limit',
            limitPrice: intent.targetPrice,
            stopPrice: null,
            exitReason: 'target',
          },
    band: entryBand(intent, entry),
  };
}

/** A market sell that leaves a position through the group of its stop, so that never both can fill in full. */
export function exitOrder(
  symbol: Symbol,
  quantity: number,
  reason: NonNullable<Order['exitReason']>,
  entryRef: string,
  origin: OrderOrigin,
): Order {
  return {
    orderRef: orderRef({ ...origin, symbol, leg: 'exit' }),
    symbol,
    leg: 'exit',
    side: 'sell',
    type: 'market',
    quantity,
    limitPrice: null,
    stopPrice: null,
    timeInForce: 'GTC',
    parentRef: null,
    ocaGroup: ocaGroupOf(entryRef),
    exitReason: reason,
  };
}
