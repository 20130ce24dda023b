import {
  add,
  type Micros,
  microsFromFloat,
  subtract,
  timesBps,
  timesFraction,
  timesQuantity,
  toUsd,
} from '../domain/money.ts';
import type { Reason } from '../domain/reason.ts';
import type { GuardInput } from './guards.ts';
import type { SizingSettings } from './limits.ts';

/** Looks at what the guards left of an intent and says why so few shares are not worth an order, or nothing. */
export type Floor = (input: GuardInput, approved: number) => Reason | null;

/** The least value an order may have, at the reference price: below it costs eat the trade. */
export function belowMinNotional(
  reference: Micros,
  quantity: number,
  { minNotionalUsd }: SizingSettings,
): Reason | null {
  const notional = timesQuantity(reference, quantity);
  if (notional >= microsFromFloat(minNotionalUsd, 'ceil')) return null;
  return { code: 'MIN_NOTIONAL', allowed: 0, limit: minNotionalUsd, value: toUsd(notional) };
}

/** Least value: what is left is worth at least `sizing.minNotionalUsd`. */
const minNotional: Floor = ({ intent, sizing }, approved) =>
  belowMinNotional(intent.referencePrice, approved, sizing);

/**
 * Reward over costs: where there is a target, what it wins over the limit price is at least `risk.minRewardOverCosts`
 * times the costs both ways, at the entry's commission and `costs.slippageBps` each.
 */
const rewardOverCosts: Floor = ({ intent, limits, slippageBps, commissionOf }, approved) => {
  const { symbol, limitPrice, targetPrice } = intent;
  if (limits.minRewardOverCosts === undefined || targetPrice === null) return null;
  const reward = timesQuantity(subtract(targetPrice, limitPrice), approved);
  const slippage = timesBps(timesQuantity(limitPrice, approved), slippageBps);
  const oneWay = add(commissionOf(symbol, approved, limitPrice), slippage);
  const least = timesFraction(add(oneWay, oneWay), limits.minRewardOverCosts, 'ceil');
  if (reward >= least) return null;
  return { code: 'REWARD_TOO_SMALL', allowed: 0, limit: toUsd(least), value: toUsd(reward) };
};

/** What an order must be worth, asked of the quantity that the guards left. */
export const FLOORS: readonly Floor[] = [minNotional, rewardOverCosts];
