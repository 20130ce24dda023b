import { maxOf, timesFraction, toUsd, usd } from '../domain/money.ts';
import { isOnTick } from '../domain/price.ts';
import { cap, riskPerShare } from './cap.ts';
import type { Guard } from './guards.ts';

/** Already holding: one position per symbol; a working or unknown entry counts as held. */
const alreadyHolding: Guard = ({ intent, budget }) =>
  budget.taken.has(intent.symbol)
    ? { code: 'ALREADY_HELD', allowed: 0, limit: null, value: null }
    : null;

/** Stop present: every entry carries a protective stop at a positive price. */
const stopPresent: Guard = ({ intent }) =>
  intent.stopPrice > 0 ? null : { code: 'STOP_MISSING', allowed: 0, limit: null, value: null };

/** Stop below: the stop of a long entry lies below both its reference and its limit price. */
const stopBelowEntry: Guard = ({ intent }) =>
  intent.stopPrice < intent.referencePrice && intent.stopPrice < intent.limitPrice
    ? null
    : {
        code: 'STOP_NOT_BELOW_ENTRY',
        allowed: 0,
        limit: toUsd(intent.limitPrice),
        value: toUsd(intent.stopPrice),
      };

/** Target above: what is bought is not sold again at once, so a target lies above the reference price and the ask. */
const targetAboveEntry: Guard = ({ intent: { targetPrice, referencePrice }, quote }) => {
  if (targetPrice === null) return null;
  const cost = quote === null ? referencePrice : maxOf(referencePrice, quote.ask);
  return targetPrice > cost
    ? null
    : {
        code: 'TARGET_NOT_ABOVE_ENTRY',
        allowed: 0,
        limit: toUsd(cost),
        value: toUsd(targetPrice),
      };
};

/** Ticks: limit, stop and target lie on the price grid the exchange accepts. */
const pricesOnTick: Guard = ({ intent, sizing }) => {
  const off = [intent.limitPrice, intent.stopPrice, intent.targetPrice].find(
    (price) => price !== null && !isOnTick(price, sizing.ticks),
  );
  return off === undefined || off === null
    ? null
    : { code: 'PRICE_OFF_TICK', allowed: 0, limit: null, value: toUsd(off) };
};

/** Shares of one order: at most `risk.maxOrderShares`, whatever they cost. */
const orderShares: Guard = ({ intent: { quantity }, limits: { maxOrderShares: limit } }) =>
  limit === undefined || quantity <= limit
    ? null
    : { code: 'ORDER_SHARES', allowed: limit, limit, value: quantity };

/** Value of one order: at most `risk.maxOrderNotionalUsd` at its limit price, whatever the account is worth. */
const orderNotional: Guard = (input) => {
  const { maxOrderNotionalUsd: limit } = input.limits;
  return limit === undefined
    ? null
    : cap(input, 'ORDER_NOTIONAL', usd(limit), input.intent.limitPrice);
};

/**
 * Risk of one trade: filled at its limit and stopped out it loses at most `risk.maxTradeRiskFraction` of equity. Sizing
 * risks its budget from the reference price, which lies below the limit.
 */
const tradeRisk: Guard = (input) => {
  const { maxTradeRiskFraction: fraction } = input.limits;
  if (fraction === undefined) return null;
  const room = timesFraction(input.budget.equity, fraction, 'floor');
  return cap(input, 'TRADE_RISK', room, riskPerShare(input));
};

export const ORDER_GUARDS: readonly Guard[] = [
  orderShares,
  orderNotional,
  tradeRisk,
  alreadyHolding,
  stopPresent,
  stopBelowEntry,
  targetAboveEntry,
  pricesOnTick,
];
