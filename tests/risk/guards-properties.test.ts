import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Micros, micros, usd } from '../../src/domain/money.ts';
import type { PortfolioState } from '../../src/domain/portfolio.ts';
import { roundToTick } from '../../src/domain/price.ts';
import { UNRESTRICTED } from '../../src/domain/trading-state.ts';
import { debit } from '../../src/risk/budget.ts';
import { commissionModel } from '../../src/risk/commission.ts';
import { GUARDS, type GuardInput, judge } from '../../src/risk/guards.ts';
import type { OptionalLimits } from '../../src/risk/limits.ts';
import { position, QUIET, SETTINGS, sessionOn, sym, working } from '../pipeline/builders.ts';
import { guardInput, INTENT, QUOTE } from './guard-input.ts';

const cents = (min: number, max: number) =>
  fc.integer({ min: min * 100, max: max * 100 }).map((n) => micros(n * 10_000));
const fraction = (max: number, min = 0) =>
  fc.integer({ min: min * 10_000, max: max * 10_000 }).map((n) => n / 10_000);

const SECTORS = ['TECH', 'ENERGY', 'UNKNOWN'] as const;

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

const intent = fc
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
const quoteAt = (price: Micros) => ({ bid: price, ask: price, last: price });

/** Any number in -1..1 that depends on both symbols alone. */
const correlationOf = (symbol: string, other: string): number =>
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

const scenes = fc
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
function deepFreeze<T>(value: T): T {
  const isCollection = value instanceof Set || value instanceof Map;
  if (typeof value === 'object' && value !== null && !isCollection) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

describe('the guards', () => {
  it('only shrink, and the smallest allowance decides', () => {
    fc.assert(
      fc.property(scenes, (input) => {
        const { approved, reasons } = judge(input);
        const { quantity } = input.intent;
        expect(Number.isInteger(approved) && approved >= 0 && approved <= quantity).toBe(true);
        for (const { allowed } of reasons) expect(allowed).toBeLessThan(quantity);
        expect(approved).toBe(Math.min(quantity, ...reasons.map(({ allowed }) => allowed)));
      }),
    );
  });

  it('change nothing, and say the same when they are asked again', () => {
    fc.assert(
      fc.property(scenes, (input) => {
        expect(judge(deepFreeze(input))).toEqual(judge(input));
      }),
    );
  });

  it('never deny more when one of them is taken away', () => {
    fc.assert(
      fc.property(scenes, fc.nat(GUARDS.length - 1), (input, at) => {
        const without = judge(input, GUARDS.toSpliced(at, 1));
        expect(without.approved).toBeGreaterThanOrEqual(judge(input).approved);
      }),
    );
  });

  it('do not depend on their order', () => {
    fc.assert(
      fc.property(scenes, (input) => {
        expect(judge(input, GUARDS.toReversed()).approved).toBe(judge(input).approved);
      }),
    );
  });

  it('never round up to the least value of an order', () => {
    fc.assert(
      fc.property(scenes, (input) => {
        const { approved } = judge(input);
        const value = approved * input.intent.referencePrice;
        expect(approved === 0 || value >= input.sizing.minNotionalUsd * 1e6).toBe(true);
      }),
    );
  });

  it('allow as many shares as buying power pays for, and not one more', () => {
    fc.assert(
      fc.property(scenes, (input) => {
        const reason = judge(input).reasons.find(({ code }) => code === 'BUYING_POWER');
        fc.pre(reason !== undefined);
        const { limitPrice, symbol } = input.intent;
        const costOf = (n: number) => n * limitPrice + input.commissionOf(symbol, n, limitPrice);
        const allowed = reason?.allowed ?? 0;
        const left = input.budget.buyingPowerLeft;
        expect(allowed === 0 || costOf(allowed) <= left).toBe(true);
        expect(costOf(allowed + 1)).toBeGreaterThan(left);
      }),
    );
  });
});

/** The whole account as it would be, had every approval filled at its limit: exact, from the start. */
function exposure(input: GuardInput, approvals: readonly (readonly [GuardInput, number])[]) {
  const { positions, working: entries } = input.state;
  const total = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
  const times = (quantity: number, price: number): bigint => BigInt(quantity) * BigInt(price);
  const wanted = approvals.map(([{ intent: one }, quantity]) => ({ ...one, quantity }));
  const costs = [
    ...entries.map(({ remaining, limitPrice }) => times(remaining, limitPrice)),
    ...wanted.map(({ quantity, limitPrice }) => times(quantity, limitPrice)),
  ];
  const risks = [
    ...entries.map(({ remaining, limitPrice, stopPrice }) =>
      times(remaining, limitPrice - stopPrice),
    ),
    ...wanted.map(({ quantity, limitPrice, stopPrice }) => times(quantity, limitPrice - stopPrice)),
  ];
  const commission = [
    ...wanted,
    ...entries.map(({ remaining, ...entry }) => ({ ...entry, quantity: remaining })),
  ].map(({ symbol, quantity, limitPrice }) =>
    BigInt(input.commissionOf(symbol, quantity, limitPrice)),
  );
  const held = positions.map(({ quantity, mark }) => times(quantity, mark));
  const heldRisk = positions.map(({ quantity, mark, stop }) =>
    times(quantity, Math.max(0, mark - (stop ?? 0))),
  );
  return {
    gross: total(held) + total(costs),
    openRisk: total(heldRisk) + total(risks),
    spent: total(costs) + total(commission),
    newRisk: total(risks),
  };
}

const part = (amount: Micros, share: number): bigint =>
  (BigInt(amount) * BigInt(Math.round(share * 1e6))) / 1_000_000n;

/** The limits on one order that are off unless set. */
function expectOrderWithin({ intent: one, limits: most, ...input }: GuardInput, approved: number) {
  const { symbol, limitPrice, stopPrice, targetPrice } = one;
  const cost = BigInt(approved) * BigInt(limitPrice);
  expect(approved).toBeLessThanOrEqual(most.maxOrderShares ?? Number.POSITIVE_INFINITY);
  expect(cost <= BigInt((most.maxOrderNotionalUsd ?? 1e9) * 1e6)).toBe(true);
  const risk = BigInt(approved) * BigInt(limitPrice - stopPrice);
  expect(risk <= part(input.state.equity, most.maxTradeRiskFraction ?? 1e3)).toBe(true);
  if (targetPrice === null || most.minRewardOverCosts === undefined) return;
  const slippage = (approved * limitPrice * input.slippageBps) / 10_000;
  const costs = 2 * (input.commissionOf(symbol, approved, limitPrice) + slippage);
  const reward = approved * (targetPrice - limitPrice);
  // Slippage is rounded to whole millionths of a dollar, twice.
  expect(reward).toBeGreaterThanOrEqual(costs * most.minRewardOverCosts - 20);
}

/** The limits on a run and on the account after it that are off unless set. */
function expectRunWithin(
  { state: account, limits: most }: GuardInput,
  approvals: readonly (readonly [GuardInput, number])[],
) {
  const added = approvals.map(([{ intent: one, sector }, quantity]) => ({
    sector,
    value: quantity * one.limitPrice,
    orders: one.targetPrice === null ? 2 : 3,
  }));
  const before = [
    ...account.positions.map((p) => ({ sector: p.sector, value: p.quantity * p.mark })),
    ...account.working.map((w) => ({ sector: w.sector, value: w.remaining * w.limitPrice })),
  ];
  const total = (rows: readonly { value: number }[]) =>
    rows.reduce((sum, { value }) => sum + value, 0);
  const within = (value: number, share: number | undefined) =>
    expect(share === undefined || BigInt(value) <= part(account.equity, share)).toBe(true);
  expect(total(added)).toBeLessThanOrEqual((most.maxRunNotionalUsd ?? 1e9) * 1e6);
  within(total([...before, ...added]), most.maxNetFraction);
  for (const sector of new Set(added.map((row) => row.sector))) {
    const rows = [...before, ...added].filter((row) => row.sector === sector);
    within(total(rows), most.maxSectorFraction);
  }
  const live = account.activity.orders.reduce((n, { buys, sells }) => n + buys + sells, 0);
  const orders = added.reduce((n, row) => n + row.orders, live);
  expect(orders).toBeLessThanOrEqual(most.maxWorkingOrders ?? Number.POSITIVE_INFINITY);
  const openedToday = account.positions.filter(({ sessionsHeld }) => sessionsHeld === 1).length;
  const may = account.activity.dayTrades + openedToday + account.working.length + added.length;
  expect(may).toBeLessThanOrEqual(most.maxDayTrades ?? Number.POSITIVE_INFINITY);
}

describe('the approvals of a run', () => {
  it('leave no limit exceeded on their own snapshot', () => {
    const run = fc.record({
      scene: scenes,
      more: fc.array(intent, { minLength: 1, maxLength: 8 }),
    });
    let approvedRuns = 0;
    fc.assert(
      fc.property(run, ({ scene, more }) => {
        let { budget } = scene;
        const approvals: (readonly [GuardInput, number])[] = [];
        more.forEach((terms, i) => {
          const symbol = sym(`N${i}`);
          const input: GuardInput = {
            ...scene,
            budget,
            intent: { ...INTENT, ...terms, symbol },
            quote: { ...QUOTE, at: scene.asOf, ...quoteAt(terms.referencePrice) },
            sector: SECTORS[i % SECTORS.length] as string,
            correlationWith: (other) => correlationOf(symbol, other),
          };
          const { approved } = judge(input);
          if (approved === 0) return;
          const { limitPrice, stopPrice, referencePrice } = input.intent;
          const commission = scene.commissionOf(symbol, approved, limitPrice);
          for (const other of budget.taken.list()) {
            const cap = scene.limits.maxCorrelation ?? 1;
            expect(correlationOf(symbol, other)).toBeLessThanOrEqual(cap);
          }
          budget = debit(budget, {
            symbol,
            quantity: approved,
            limitPrice,
            stopPrice,
            commission,
            sector: input.sector,
            orders: input.intent.targetPrice === null ? 2 : 3,
          });
          approvals.push([input, approved]);
          expectOrderWithin(input, approved);
          const { equity } = scene.state;
          const size = BigInt(approved) * BigInt(limitPrice);
          expect(size <= part(equity, scene.sizing.maxPositionFraction)).toBe(true);
          const volumeShare = Math.round(scene.limits.maxAdvFraction * 10_000);
          expect(approved * 20_000).toBeLessThanOrEqual(scene.medianVolume * 2 * volumeShare);
          expect(approved * referencePrice).toBeGreaterThanOrEqual(
            scene.sizing.minNotionalUsd * 1e6,
          );
        });
        if (approvals.length === 0) return;
        approvedRuns += 1;
        const { state: account, limits: most } = scene;
        const used = exposure(scene, approvals);
        const lost = BigInt(Math.max(0, -account.dayPnl));
        expect(used.gross <= part(account.equity, most.maxGrossFraction)).toBe(true);
        expect(used.openRisk <= part(account.equity, most.maxOpenRiskFraction)).toBe(true);
        expect(used.spent <= BigInt(account.availableCash)).toBe(true);
        const room = part(account.previousCloseEquity, most.dailyLossFraction);
        expect(used.newRisk + lost <= room).toBe(true);
        const symbols = account.positions.length + account.working.length + approvals.length;
        expect(symbols).toBeLessThanOrEqual(most.maxPositions);
        expect(account.entriesToday + approvals.length).toBeLessThanOrEqual(most.maxEntriesPerDay);
        expectRunWithin(scene, approvals);
      }),
      { numRuns: 3_000 },
    );
    expect(approvedRuns).toBeGreaterThan(300);
  });

  it('of nothing take nothing: a debit is exactly what was approved', () => {
    const { budget } = guardInput();
    const after = debit(budget, {
      symbol: sym('AAA'),
      quantity: 10,
      limitPrice: usd(50.5),
      stopPrice: usd(45),
      commission: usd(1),
      sector: 'TECH',
      orders: 2,
    });
    expect(after.sectors).toEqual(new Map([['TECH', usd(505)]]));
    expect(budget.grossLeft - after.grossLeft).toBe(usd(505));
    expect(budget.openRiskLeft - after.openRiskLeft).toBe(usd(55));
    expect(budget.lossRoomLeft - after.lossRoomLeft).toBe(usd(55));
    expect(budget.buyingPowerLeft - after.buyingPowerLeft).toBe(usd(506));
    expect(budget.taken.has(sym('AAA'))).toBe(false);
    expect(after.taken.has(sym('AAA'))).toBe(true);
  });
});
