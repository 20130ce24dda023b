import { usd } from '../../src/domain/money.ts';
import type { PortfolioState } from '../../src/domain/portfolio.ts';
import type { RestrictionSource } from '../../src/domain/trading-state.ts';
import { position, sym, working } from '../pipeline/builders.ts';
import { guardInput, type Scene } from './guard-input.ts';

/** A limit with the scene just inside it and the one that trips it, and what is said then. */
type Boundary = readonly [what: string, inside: Scene, outside: Scene, said: string];

const FREE = () => usd(0);

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

const ACCOUNT: readonly Boundary[] = [
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

const MARKET: readonly Boundary[] = [
  ['the minute before the open', { minutes: 0 }, { minutes: -1 / 60_000 }, 'MARKET_CLOSED 0'],
  [
    'the close',
    { minutes: 389.9, entry: { noEntryLastMinutes: 0 } },
    { minutes: 390, entry: { noEntryLastMinutes: 0 } },
    'MARKET_CLOSED 0',
  ],
  [
    'the first minutes',
    { minutes: 5, entry: { noEntryFirstMinutes: 5 } },
    { minutes: 4.999, entry: { noEntryFirstMinutes: 5 } },
    'SESSION_EARLY 0',
  ],
  ['the last half hour', { minutes: 359.999 }, { minutes: 360 }, 'SESSION_LATE 0'],
  ['no quote', {}, { quote: null }, 'NO_PRICE 0'],
  [
    'a delayed quote',
    { quote: { kind: 'live' } },
    { quote: { kind: 'delayed' } },
    'QUOTE_DELAYED 0',
  ],
  [
    'a modelled quote where a real broker is',
    { quote: { kind: 'modelled' }, allowModelledQuotes: true },
    { quote: { kind: 'modelled' } },
    'QUOTE_MODELLED 0',
  ],
  [
    'a quote older than five seconds',
    { quote: { at: (guardInput().asOf - 5_000) as never } },
    { quote: { at: (guardInput().asOf - 5_001) as never } },
    'QUOTE_STALE 0',
  ],
  [
    'a quote from after the seal',
    { quote: { at: guardInput().asOf } },
    { quote: { at: (guardInput().asOf + 1) as never } },
    'QUOTE_STALE 0',
  ],
  [
    'a wide spread',
    { quote: { bid: usd(49.9375), ask: usd(50.0625) }, scan: { maxSpreadBps: 25 } },
    { quote: { bid: usd(49.9374), ask: usd(50.0625) }, scan: { maxSpreadBps: 25 } },
    'SPREAD_TOO_WIDE 0',
  ],
  [
    'a limit above the collar over the ask',
    { quote: { bid: usd(49.98), ask: usd(50) }, intent: { limitPrice: usd(50.5) } },
    { quote: { bid: usd(49.98), ask: usd(50) }, intent: { limitPrice: usd(50.51) } },
    'PRICE_COLLAR 0',
  ],
  [
    'a limit below the collar under the bid',
    { quote: { bid: usd(51), ask: usd(51.01) }, intent: { limitPrice: usd(50.49) } },
    { quote: { bid: usd(51), ask: usd(51.01) }, intent: { limitPrice: usd(50.48) } },
    'PRICE_COLLAR 0',
  ],
  [
    'a price above the last close by more ATR than allowed',
    { risk: { maxJumpAtr: 2 }, lastClose: 47 },
    { risk: { maxJumpAtr: 2 }, lastClose: 46.99 },
    'PRICE_JUMP 0',
  ],
  [
    'a price as far below it',
    { risk: { maxJumpAtr: 2 }, lastClose: 53 },
    { risk: { maxJumpAtr: 2 }, lastClose: 53.01 },
    'PRICE_JUMP 0',
  ],
  [
    'no last close to measure from',
    { lastClose: Number.NaN },
    { lastClose: Number.NaN, risk: { maxJumpAtr: 100 } },
    'PRICE_JUMP 0',
  ],
  ['a crossed quote', {}, { quote: { bid: usd(50.02) } }, 'SPREAD_TOO_WIDE 0'],
];

const AT_45: Scene = { quote: { bid: usd(45), ask: usd(45.01) } };

const ORDER: readonly Boundary[] = [
  [
    'shares of one order',
    { risk: { maxOrderShares: 100 } },
    { risk: { maxOrderShares: 99 } },
    'ORDER_SHARES 99',
  ],
  [
    'the value of one order',
    { risk: { maxOrderNotionalUsd: 5_050 } },
    { risk: { maxOrderNotionalUsd: 5_049.999999 } },
    'ORDER_NOTIONAL 99',
  ],
  [
    'the risk of one trade, from its limit price',
    { risk: { maxTradeRiskFraction: 0.0055 } },
    { risk: { maxTradeRiskFraction: 0.005499 } },
    'TRADE_RISK 99',
  ],
  [
    'a position in the symbol',
    { state: { positions: [position('BBB')] } },
    { state: { positions: [position('AAA')] } },
    'ALREADY_HELD 0',
  ],
  [
    'a working entry of the symbol',
    { state: { working: [working('BBB')] } },
    { state: { working: [working('AAA')] } },
    'ALREADY_HELD 0',
  ],
  [
    'no stop',
    { intent: { stopPrice: usd(0.01) }, risk: { maxOpenRiskFraction: 1, dailyLossFraction: 1 } },
    { intent: { stopPrice: usd(0) }, risk: { maxOpenRiskFraction: 1, dailyLossFraction: 1 } },
    'STOP_MISSING 0',
  ],
  [
    'a stop at the reference',
    { intent: { stopPrice: usd(49.99) } },
    { intent: { stopPrice: usd(50) } },
    'STOP_NOT_BELOW_ENTRY 0',
  ],
  [
    'a stop at the limit',
    { ...AT_45, intent: { stopPrice: usd(45), limitPrice: usd(45.01) } },
    { ...AT_45, intent: { stopPrice: usd(45), limitPrice: usd(45) } },
    'STOP_NOT_BELOW_ENTRY 0',
  ],
  ['a limit between ticks', {}, { intent: { limitPrice: usd(50.505) } }, 'PRICE_OFF_TICK 0'],
  ['a stop between ticks', {}, { intent: { stopPrice: usd(45.001) } }, 'PRICE_OFF_TICK 0'],
  [
    'a target between ticks',
    { intent: { targetPrice: usd(60.01) } },
    { intent: { targetPrice: usd(60.001) } },
    'PRICE_OFF_TICK 0',
  ],
];

/** What 100 shares at 50.50 with a stop at 45 use up: 5,050 of gross, 550 of risk. */
const BUDGET: readonly Boundary[] = [
  [
    'all positions taken',
    { risk: { maxPositions: 3 }, state: { positions: [position('B')], working: [working('C')] } },
    { risk: { maxPositions: 2 }, state: { positions: [position('B')], working: [working('C')] } },
    'MAX_POSITIONS 0',
  ],
  [
    'all entries of the day sent',
    { state: { entriesToday: 7 } },
    { state: { entriesToday: 8 } },
    'MAX_ENTRIES_PER_DAY 0',
  ],
  [
    'gross exposure',
    { risk: { maxGrossFraction: 0.0505 }, commissionOf: FREE },
    { risk: { maxGrossFraction: 0.050499 }, commissionOf: FREE },
    'GROSS_EXPOSURE 99, BUYING_POWER 99',
  ],
  [
    'cash, the dollar of commission included',
    { state: { availableCash: usd(5_051) } },
    { state: { availableCash: usd(5_050.999999) } },
    'BUYING_POWER 99',
  ],
  [
    'cash, what a working entry will cost taken off',
    { state: { availableCash: usd(10_052), working: [working('BBB')] } },
    { state: { availableCash: usd(10_051.999999), working: [working('BBB')] } },
    'BUYING_POWER 99',
  ],
  [
    'open risk',
    { risk: { maxOpenRiskFraction: 0.0055 } },
    { risk: { maxOpenRiskFraction: 0.005499 } },
    'OPEN_RISK 99',
  ],
  [
    'what the day may still lose',
    { state: { dayPnl: usd(-1_450) } },
    { state: { dayPnl: usd(-1_450.000001) } },
    'LOSS_ROOM 99',
  ],
  [
    'what the run may still spend',
    { risk: { maxRunNotionalUsd: 5_050 } },
    { risk: { maxRunNotionalUsd: 5_049.999999 } },
    'RUN_NOTIONAL 99',
  ],
  [
    'the size of one position',
    { sizing: { maxPositionFraction: 0.0505 } },
    { sizing: { maxPositionFraction: 0.050499 } },
    'POSITION_SIZE 99',
  ],
  ['the usual volume', { medianVolume: 10_000 }, { medianVolume: 9_999.5 }, 'LIQUIDITY 99'],
  ['an unknown volume', { medianVolume: 10_000 }, { medianVolume: Number.NaN }, 'LIQUIDITY 0'],
  [
    'an exact share of the volume',
    { medianVolume: 1_000, risk: { maxAdvFraction: 0.1 } },
    { medianVolume: 345, risk: { maxAdvFraction: 0.28 } },
    'LIQUIDITY 96',
  ],
];

const orders = (buys: number, sells: number, symbol = 'BBB') => ({
  orders: [{ symbol: sym(symbol), buys, sells }],
});
const WITH_TARGET: Scene = { intent: { targetPrice: usd(60) } };

const CONDUCT: readonly Boundary[] = [
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

const SYMBOL: readonly Boundary[] = [
  [
    'a symbol on the deny list',
    { scan: { deny: [sym('BBB')] } },
    { scan: { deny: [sym('BBB'), sym('AAA')] } },
    'RESTRICTED 0',
  ],
  [
    'a symbol beside the allow list',
    { scan: { allow: [sym('AAA'), sym('BBB')] } },
    { scan: { allow: [sym('BBB')] } },
    'RESTRICTED 0',
  ],
  [
    'a cheap stock',
    { scan: { minPriceUsd: 50 } },
    { scan: { minPriceUsd: 50.000001 } },
    'MIN_PRICE 0',
  ],
  [
    'a low score',
    { score: 40, risk: { minScore: 40 } },
    { score: 39.99, risk: { minScore: 40 } },
    'MIN_SCORE 0',
  ],
  [
    'a stock that hardly moves',
    { risk: { minAtrFraction: 0.03 } },
    { risk: { minAtrFraction: 0.0301 } },
    'VOLATILITY_BAND 0',
  ],
  [
    'a stock that moves too much',
    { risk: { maxAtrFraction: 0.03 } },
    { risk: { maxAtrFraction: 0.0299 } },
    'VOLATILITY_BAND 0',
  ],
  [
    'a symbol that is cooling down',
    { state: { coolingDown: [sym('BBB')] } },
    { state: { coolingDown: [sym('AAA'), sym('BBB')] } },
    'COOLING_DOWN 0',
  ],
];

/** 5,000 of a sector are held; this entry is 5,050 more. */
const IN_TECH: Scene = {
  sector: 'TECH',
  state: { positions: [position('B', { sector: 'TECH' })] },
};
const moves = (value: number) => ({ correlationWith: () => value });
const HELD = { positions: [position('BBB')] };

const CONCENTRATION: readonly Boundary[] = [
  [
    'net exposure, working entries counted',
    {
      risk: { maxNetFraction: 0.1505 },
      state: { positions: [position('B')], working: [working('C')] },
    },
    {
      risk: { maxNetFraction: 0.150499 },
      state: { positions: [position('B')], working: [working('C')] },
    },
    'NET_EXPOSURE 99',
  ],
  [
    'the exposure to its sector',
    { ...IN_TECH, risk: { maxSectorFraction: 0.1005 } },
    { ...IN_TECH, risk: { maxSectorFraction: 0.100499 } },
    'SECTOR_EXPOSURE 99',
  ],
  [
    'the exposure to its sector, where an entry of it works',
    {
      sector: 'TECH',
      state: { working: [working('B', { sector: 'ENERGY' })] },
      risk: { maxSectorFraction: 0.0505 },
    },
    {
      sector: 'TECH',
      state: { working: [working('B', { sector: 'TECH' })] },
      risk: { maxSectorFraction: 0.0505 },
    },
    'SECTOR_EXPOSURE 0',
  ],
  [
    'the exposure to symbols of no sector',
    { sector: 'UNKNOWN', state: HELD, risk: { maxSectorFraction: 0.1005 } },
    { sector: 'UNKNOWN', state: HELD, risk: { maxSectorFraction: 0.1 } },
    'SECTOR_EXPOSURE 99',
  ],
  [
    'returns like those of a position',
    { ...moves(0.8), state: HELD, risk: { maxCorrelation: 0.8 } },
    { ...moves(0.800001), state: HELD, risk: { maxCorrelation: 0.8 } },
    'CORRELATION 0',
  ],
  [
    'returns like those of what is about to be bought',
    { ...moves(1), risk: { maxCorrelation: 0.8 } },
    { ...moves(1), state: { working: [working('BBB')] }, risk: { maxCorrelation: 0.8 } },
    'CORRELATION 0',
  ],
];

/** All of them, each family under its name. */
export const BOUNDARIES: readonly (readonly [family: string, boundaries: readonly Boundary[]])[] = [
  ['the account', ACCOUNT],
  ['our conduct', CONDUCT],
  ['the market', MARKET],
  ['the symbol', SYMBOL],
  ['the budget', BUDGET],
  ['concentration', CONCENTRATION],
  ['the order', ORDER],
];
