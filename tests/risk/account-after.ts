import { expect } from 'vitest';
import type { Micros } from '../../src/domain/money.ts';
import type { GuardInput } from '../../src/risk/guards.ts';

/** The whole account as it would be, had every approval filled at its limit: exact, from the start. */
export function exposure(input: GuardInput, approvals: readonly (readonly [GuardInput, number])[]) {
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

export const part = (amount: Micros, share: number): bigint =>
  (BigInt(amount) * BigInt(Math.round(share * 1e6))) / 1_000_000n;

/** The limits on one order that are off unless set. */
export function expectOrderWithin(
  { intent: one, limits: most, ...input }: GuardInput,
  approved: number,
) {
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
export function expectRunWithin(
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
