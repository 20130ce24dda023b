import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { debit } from '../../src/risk/budget.ts';
import { GUARDS, type GuardInput, judge } from '../../src/risk/guards.ts';
import { sym } from '../pipeline/builders.ts';
import { expectOrderWithin, expectRunWithin, exposure, part } from './account-after.ts';
import { guardInput, INTENT, QUOTE } from './guard-input.ts';
import { correlationOf, intent, quoteAt, SECTORS, scenes } from './random-scenes.ts';

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
