import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type { Bracket, Order } from '../../src/domain/order.ts';
import type { BrokerEvent, SendOutcome } from '../../src/ports/broker.ts';

export const AAPL = 'AAPL' as Symbol;
export const ENTRY = '2026-03-05/scan-open/AAPL/entry/1';
export const STOP = '2026-03-05/scan-open/AAPL/stop/1';
export const TARGET = '2026-03-05/scan-open/AAPL/target/1';
export const EXIT = '2026-03-05/scan-open/AAPL/exit/1';
export const GROUP = 'AAPL/1';
export const entry: Order = {
  orderRef: ENTRY,
  symbol: AAPL,
  leg: 'entry',
  side: 'buy',
  type: 'limit',
  quantity: 100,
  limitPrice: usd(101),
  stopPrice: null,
  timeInForce: 'DAY',
  parentRef: null,
  ocaGroup: null,
  exitReason: null,
};

export const stop: Order = {
  ...entry,
  orderRef: STOP,
  leg: 'stop',
  side: 'sell',
  type: 'stop',
  limitPrice: null,
  stopPrice: usd(95),
  timeInForce: 'GTC',
  parentRef: ENTRY,
  ocaGroup: GROUP,
  exitReason: 'stop',
};

export const bracket: Bracket = { entry, stop, target: null, band: null };

export const target: Order = {
  ...stop,
  orderRef: TARGET,
  leg: 'target',
  type: 'limit',
  limitPrice: usd(110),
  stopPrice: null,
  exitReason: 'target',
};

export const exit: Order = {
  ...stop,
  orderRef: EXIT,
  leg: 'exit',
  type: 'market',
  stopPrice: null,
  parentRef: null,
  exitReason: 'time',
};

export const accepted: SendOutcome = { outcome: 'accepted' };

/** The orders that events of a kind are about, in their order. */
export const refsOf = (events: readonly BrokerEvent[], kind: BrokerEvent['kind']): string[] =>
  events.flatMap((event) => {
    if (event.kind !== kind) return [];
    if (event.kind === 'filled') return [event.fill.orderRef];
    if (event.kind === 'modified') return [event.order.orderRef];
    return 'orderRef' in event ? [event.orderRef] : [];
  });
