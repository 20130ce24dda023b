import fc from 'fast-check';
import { type Micros, micros } from '../../src/domain/money.ts';
import type { PortfolioState } from '../../src/domain/portfolio.ts';
import { roundToTick } from '../../src/domain/price.ts';
import { UNRESTRICTED } from '../../src/domain/trading-state.ts';
import { commissionModel } from '../../src/risk/commission.ts';
import type { GuardInput } from '../../src/risk/guards.ts';
import type { OptionalLimits } from '../../src/risk/limits.ts';
import { position, QUIET, SETTINGS, sessionOn, sym, working } from '../pipeline/builders.ts';
import { guardInput, INTENT } from './guard-input.ts';

const cents = (min: number, max: number) =>
  fc.integer({ min: min * 100, max: max * 100 }).map((n) => micros(n * 10_000));
const fraction = (max: number, min = 0) =>
  fc.integer({ min: min * 10_000, max: max * 10_000 }).map((n) => n / 10_000);

export const SECTORS = ['TECH', 'ENERGY', 'UNKNOWN'] as const;

/** A number that is set in a quarter of the cases. */
const maybe = (value: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const optional: fc.Arbitrary<OptionalLimits> = fc.record({
  maxOrderShares: maybe(fc.integer({ min: 1, max: 3_000 })),
  maxOrderNotionalUsd: maybe(fc.integer({ min: 1_000, max: 40_000 })),
  maxRunNotionalUsd: maybe(fc.integer({ min: 1_000, max: 90_000 })),
  maxTradeRiskFraction: maybe(fraction(0.05, 0.001)),
  minRewardOverCosts: maybe(fc.integer({ min: 1, max: 10 })),
  maxWorkingOrders: maybe(fc.integer({ min: 2, max: 40 })),
  maxNetFraction: maybe(fraction(1, 0.2)),
  maxSectorFraction: maybe(fraction(0.6, 0.05)),
  maxCorrelation: maybe(fraction(1, 0.2)),
  maxDayTrades: maybe(fc.integer({ min: 3, max: 12 })),
});

const heldPosition = fc
  .record({ quantity: fc.integer({ min: 1, max: 400 }), mark: cents(2, 300), gap: cents(-5, 40) })
  .map(({ quantity, mark, gap }) => ({ quantity, mark, stop: mark - gap }));

const state: fc.Arbitrary<PortfolioState> = fc
  .record({
    cash: cents(1_000, 150_000),
    held: fc.array(heldPosition, { maxLength: 3 }),
    entries: fc.array(
      fc.record({ remaining: fc.integer({ min: 1, max: 300 }), limit: cents(5, 90) }),
      { maxLength: 3 },
    ),
    dayPnl: cents(-2_500, 2_500),
    entriesToday: fc.integer({ min: 0, max: 5 }),
    intensity: fraction(1),
    stopless: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    others: fc.integer({ min: 0, max: 20 }),
    dayTrades: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ cash, held, entries, dayPnl, entriesToday, intensity, stopless, ...of }) => {
    const positions = held.map(({ quantity, mark, stop }, i) =>
      position(`H${i}`, {
        quantity,
        mark,
        sector: SECTORS[i % SECTORS.length] as string,
        sessionsHeld: i + 1,
        stop: stopless && i === 0 ? null : micros(Math.max(0, stop)),
      }),
    );
    const owned = positions.reduce((total, { quantity, mark }) => total + quantity * mark, 0);
    const equity = micros(cash + owned);
    return {
      equity,
      cash,
      availableCash: cash,
      positions,
      working: entries.map(({ remaining, limit }, i) =>
        working(`W${i}`, {
          remaining,
          limitPrice: limit,
          stopPrice: micros(limit * 0.9),
          sector: SECTORS[i % SECTORS.length] as string,
        }),
      ),
      coolingDown: [],
      entriesToday,
      activity: {
        ...QUIET,
        orders: [{ symbol: sym('H0'), buys: 0, sells: of.others }],
        dayTrades: of.dayTrades,
      },
      previousCloseEquity: micros(Math.max(0, equity - dayPnl)),
      dayPnl,
      drawdown: 0,
      intensity,
      trading: UNRESTRICTED,
    };
  });

const limits = fc
  .record({
    maxGrossFraction: fraction(1, 0.2),
    maxOpenRiskFraction: fraction(0.3, 0.01),
    dailyLossFraction: fraction(0.1, 0.01),
    maxAdvFraction: fraction(0.05),
    maxPositions: fc.integer({ min: 2, max: 12 }),
    maxEntriesPerDay: fc.integer({ min: 4, max: 12 }),
  })
  .map((changes) => ({ ...SETTINGS.risk, ...changes }))
  .chain((fixed) => optional.map((more) => ({ ...fixed, ...more })));

const sizing = fc
  .record({
    maxPositionFraction: fraction(0.5),
    minNotionalUsd: fc.constantFrom(0, 0.01, 500, 1_000, 1_234.567),
  })
  .map((changes) => ({ ...SETTINGS.sizing, ...changes }));

export const intent = fc
  .record({
    quantity: fc.integer({ min: 1, max: 5_000 }),
    price: cents(1, 900),
    risk: cents(0, 30),
    win: fc.option(cents(0, 60), { nil: null }),
  })
  .map(({ quantity, price, risk, win }) => ({
    quantity,
    referencePrice: price,
    limitPrice: roundToTick(micros(Math.floor(price * 1.01)), 'down'),
    stopPrice: roundToTick(micros(Math.max(100, price - risk)), 'down'),
    targetPrice: win === null ? null : roundToTick(micros(Math.floor(price * 1.01) + win), 'up'),
  }));

/** A quote that stands at the price of an intent. */
export const quoteAt = (price: Micros) => ({ bid: price, ask: price, last: price });

/** Any number in -1..1 that depends on both symbols alone. */
export const correlationOf = (symbol: string, other: string): number =>
  (((symbol.charCodeAt(1) * 7 + other.charCodeAt(1) * 13 + other.charCodeAt(0)) % 21) - 10) / 10;

const MODELS = [
  commissionModel('ibkr-fixed'),
  commissionModel('ibkr-tiered'),
  commissionModel({ kind: 'percent', fraction: 0.4 }),
];
const commissions = fc.constantFrom(...MODELS).map((model) => {
  return (_: unknown, quantity: number, price: Micros): Micros =>
    model.estimate(quantity, price, 'buy', sessionOn('2016-06-24').date);
});

export const scenes = fc
  .record({
    state,
    limits,
    sizing,
    intent,
    commissions,
    volume: fc.integer({ min: 0, max: 4e6 }),
    sector: fc.constantFrom(...SECTORS),
  })
  .map((one): GuardInput => {
    return guardInput({
      state: one.state,
      risk: one.limits,
      sizing: one.sizing,
      intent: one.intent,
      commissionOf: one.commissions,
      medianVolume: one.volume / 2,
      sector: one.sector,
      quote: quoteAt(one.intent.referencePrice),
      correlationWith: (other) => correlationOf(INTENT.symbol, other),
      minutes: 1,
    });
  });

/** Throws where anything in it is written to. */
