import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { GATE_CODES, REASON_CODES } from '../../src/domain/reason.ts';
import { GUARDS } from '../../src/risk/guards.ts';
import { position, sym, working } from '../pipeline/builders.ts';
import { guardInput, type Scene, told, verdictOf } from './guard-input.ts';

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
};

const ACCOUNT: readonly Boundary[] = [
  ['the kill switch', {}, { state: { entriesBlocked: 'kill_switch' } }, 'KILL_SWITCH 0'],
  ['a share without a stop', {}, { state: { entriesBlocked: 'unprotected' } }, 'UNPROTECTED 0'],
  [
    'a book that differs from the statement',
    {},
    { state: { entriesBlocked: 'reconcile_break' } },
    'RECONCILE_BREAK 0',
  ],
  ['a drawdown that has latched', {}, { state: { entriesBlocked: 'drawdown' } }, 'DRAWDOWN 0'],
  ["yesterday's loss", {}, { state: { entriesBlocked: 'daily_loss' } }, 'DAILY_LOSS 0'],
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
    { quote: { bid: usd(79.9), ask: usd(80.1) }, maxSpreadBps: 25 },
    { quote: { bid: usd(79.9), ask: usd(80.1001) }, maxSpreadBps: 25 },
    'SPREAD_TOO_WIDE 0',
  ],
  ['a crossed quote', {}, { quote: { bid: usd(50.02) } }, 'SPREAD_TOO_WIDE 0'],
];

const ORDER: readonly Boundary[] = [
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
    { intent: { stopPrice: usd(45), limitPrice: usd(45.01) } },
    { intent: { stopPrice: usd(45), limitPrice: usd(45) } },
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

describe.each([
  ['the account', ACCOUNT],
  ['the market', MARKET],
  ['the order', ORDER],
  ['the budget', BUDGET],
])('a guard of %s', (_, boundaries) => {
  it.each(boundaries)('trips alone at %s', (_what, inside, outside, said) => {
    const { intent } = guardInput(inside);
    expect(told(inside)).toBe(`approved ${intent.quantity}`);
    const allowed = said.split(', ').map((one) => Number(one.split(' ')[1]));
    expect(told(outside)).toBe(`approved ${Math.min(...allowed)}: ${said}`);
  });
});

describe('the least value of an order', () => {
  const worth = (price: number, shares: number, least: number): Scene => ({
    intent: { referencePrice: usd(price), quantity: shares },
    sizing: { minNotionalUsd: least },
    risk: { maxAdvFraction: 1 },
  });

  it('denies below and allows at it, to the millionth of a dollar', () => {
    expect(told(worth(50, 100, 5_000))).toBe('approved 100');
    expect(told(worth(50, 100, 5_000.000001))).toBe('approved 0: MIN_NOTIONAL 0');
    // In floating point 1.15 x 100 is a little below 115.
    const cheap = worth(1.15, 100, 115);
    const small = { ...cheap.intent, limitPrice: usd(1.16), stopPrice: usd(1.05) };
    expect(told({ ...cheap, intent: small })).toBe('approved 100');
  });

  it('is asked of what other guards leave, which is never rounded up', () => {
    const scene = { medianVolume: 1_900, sizing: { minNotionalUsd: 1_000 } };
    expect(told(scene)).toBe('approved 0: LIQUIDITY 19, MIN_NOTIONAL 0');
    expect(told({ ...scene, medianVolume: 2_000 })).toBe('approved 20: LIQUIDITY 20');
  });
});

describe('the guards', () => {
  it('approve an ordinary order whole and say nothing', () => {
    expect(told({})).toBe('approved 100');
  });

  it('print reasons in order: the day, the market, exposure, position size, the stop', () => {
    const scene: Scene = {
      state: { entriesBlocked: 'daily_loss', positions: [position('AAA', { markStale: true })] },
      quote: { kind: 'delayed' },
      risk: { maxGrossFraction: 0.01, maxPositions: 1 },
      sizing: { maxPositionFraction: 0.001 },
      intent: { stopPrice: usd(0) },
    };
    expect(verdictOf(scene).reasons.map(({ code }) => code)).toEqual([
      'DAILY_LOSS',
      'STALE_MARK',
      'QUOTE_DELAYED',
      'MAX_POSITIONS',
      'GROSS_EXPOSURE',
      'BUYING_POWER',
      'OPEN_RISK',
      'LOSS_ROOM',
      'POSITION_SIZE',
      'ALREADY_HELD',
      'STOP_MISSING',
    ]);
  });

  it('say the numbers of the limit and of the order', () => {
    const scene: Scene = { sizing: { maxPositionFraction: 0.05 } };
    expect(verdictOf(scene).reasons).toEqual([
      { code: 'POSITION_SIZE', allowed: 99, limit: 5_000, value: 5_050 },
    ]);
    const closed = verdictOf({ minutes: 380 }).reasons;
    expect(closed).toEqual([{ code: 'SESSION_LATE', allowed: 0, limit: 30, value: 10 }]);
  });

  it('each say something different', () => {
    const codes = new Set<string>();
    for (const [, , outside] of [...ACCOUNT, ...MARKET, ...ORDER, ...BUDGET]) {
      for (const { code } of verdictOf(outside).reasons) codes.add(code);
    }
    codes.add('QUANTITY_ZERO').add('MIN_NOTIONAL');
    const elsewhere: string[] = ['STOP_TOO_CLOSE', 'REVIEW_DECLINED', ...GATE_CODES];
    expect([...codes].sort()).toEqual(
      REASON_CODES.filter((code) => !elsewhere.includes(code)).toSorted(),
    );
    expect(GUARDS).toHaveLength(23);
  });

  it('refuse a quantity that is not whole shares', () => {
    for (const quantity of [0, -5, 0.5, Number.NaN]) {
      expect(told({ intent: { quantity } })).toBe('approved 0: QUANTITY_ZERO 0');
    }
  });

  it('count symbols, not orders, as taken', () => {
    const state = { positions: [position('BBB')], working: [working('BBB')] };
    expect(guardInput({ state, risk: { maxPositions: 2 } }).budget.positionsLeft).toBe(1);
    expect(guardInput({ state }).budget.taken).toEqual(new Set([sym('BBB')]));
  });
});
