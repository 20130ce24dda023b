import { usd } from '../../src/domain/money.ts';
import type { PortfolioState } from '../../src/domain/portfolio.ts';
import type { RestrictionSource } from '../../src/domain/trading-state.ts';
import { position, sym, working } from '../pipeline/builders.ts';
import type { Boundary, Scene } from './guard-input.ts';

/** An order that risks a hundredth of a cent. */
const PENNY: Scene = {
  intent: {
    quantity: 1,
    referencePrice: usd(0.5001),
    limitPrice: usd(0.5001),
    stopPrice: usd(0.5),
  },
  sizing: { minNotionalUsd: 0 },
  quote: { bid: usd(0.5), ask: usd(0.5001) },
};

/** An account that one source restricts. */
const by = (source: RestrictionSource): Pick<PortfolioState, 'trading'> => ({
  trading: {
    state: 'reducing',
    restrictions: [
      { source, detail: '', state: 'reducing', since: null, by: 'test', why: 'test', until: null },
    ],
  },
});

export const ACCOUNT: readonly Boundary[] = [
  ['the kill switch', {}, { state: by('kill') }, 'KILL_SWITCH 0'],
  ['a process that is not armed', {}, { state: by('disarmed') }, 'DISARMED 0'],
  ['a clock that is wrong', {}, { state: by('stale_clock') }, 'STALE_CLOCK 0'],
  ['a circuit breaker', {}, { state: by('breaker') }, 'BREAKER 0'],
  ['a pause', {}, { state: by('pause') }, 'PAUSED 0'],
  ['a share without a stop', {}, { state: by('unprotected') }, 'UNPROTECTED 0'],
  [
    'a book that differs from the statement',
    {},
    { state: by('reconcile_break') },
    'RECONCILE_BREAK 0',
  ],
  ['a drawdown that has latched', {}, { state: by('drawdown') }, 'DRAWDOWN 0'],
  ["yesterday's loss", {}, { state: by('daily_loss') }, 'DAILY_LOSS 0'],
  [
    'a loss of the day at its limit',
    { ...PENNY, state: { dayPnl: usd(-1_999.9999) } },
    { ...PENNY, state: { dayPnl: usd(-2_000) } },
    'DAILY_LOSS 0, LOSS_ROOM 0',
  ],
  [
    'a position without a fresh mark',
    { state: { positions: [position('BBB')] } },
    { state: { positions: [position('BBB', { markStale: true })] } },
    'STALE_MARK 0',
  ],
];

const orders = (buys: number, sells: number, symbol = 'BBB') => ({
  orders: [{ symbol: sym(symbol), buys, sells }],
});
const WITH_TARGET: Scene = { intent: { targetPrice: usd(60) } };

export const CONDUCT: readonly Boundary[] = [
  [
    'a row of losses that pauses entries',
    { risk: { maxConsecutiveLosses: 3 } },
    { risk: { maxConsecutiveLosses: 3 }, state: by('consecutive_losses') },
    'CONSECUTIVE_LOSSES 0',
  ],
  [
    'all day trades of five sessions done',
    { risk: { maxDayTrades: 3 }, activity: { dayTrades: 2 } },
    { risk: { maxDayTrades: 3 }, activity: { dayTrades: 3 } },
    'DAY_TRADES 0',
  ],
  [
    'what was opened today and may be closed today',
    { risk: { maxDayTrades: 3 }, state: { positions: [position('BBB', { sessionsHeld: 2 })] } },
    {
      risk: { maxDayTrades: 3 },
      activity: { dayTrades: 1 },
      state: { positions: [position('BBB', { sessionsHeld: 1 })], working: [working('CCC')] },
    },
    'DAY_TRADES 0',
  ],
  [
    'an entry of the symbol moments before',
    { risk: { minEntryIntervalMs: 60_000 }, activity: { justSent: [sym('BBB')] } },
    { risk: { minEntryIntervalMs: 60_000 }, activity: { justSent: [sym('AAA')] } },
    'DUPLICATE_ENTRY 0',
  ],
  [
    'all entries of the symbol sent',
    { risk: { maxEntriesPerSymbol: 2 }, activity: { entries: [{ symbol: sym('AAA'), count: 1 }] } },
    { risk: { maxEntriesPerSymbol: 2 }, activity: { entries: [{ symbol: sym('AAA'), count: 2 }] } },
    'SYMBOL_ENTRIES 0',
  ],
  [
    'a sell of the symbol that was left behind',
    { activity: orders(0, 1, 'BBB') },
    { activity: orders(0, 1, 'AAA') },
    'OPPOSITE_ORDER 0',
  ],
  [
    'all working orders taken by those of other symbols',
    { risk: { maxWorkingOrders: 6 }, activity: orders(1, 3) },
    { risk: { maxWorkingOrders: 6 }, activity: orders(1, 4) },
    'WORKING_ORDERS 0',
  ],
  [
    'all working orders, the target of this one counted',
    { ...WITH_TARGET, risk: { maxWorkingOrders: 6 }, activity: orders(1, 2) },
    { ...WITH_TARGET, risk: { maxWorkingOrders: 6 }, activity: orders(1, 3) },
    'WORKING_ORDERS 0',
  ],
  [
    'all working orders of the symbol',
    { risk: { maxWorkingOrdersPerSymbol: 4 }, activity: orders(2, 0, 'AAA') },
    { risk: { maxWorkingOrdersPerSymbol: 4 }, activity: orders(3, 0, 'AAA') },
    'SYMBOL_ORDERS 0',
  ],
];
