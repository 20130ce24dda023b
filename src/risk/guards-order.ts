import { toUsd } from '../domain/money.ts';
import { isOnTick } from '../domain/price.ts';
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

/** Ticks: limit, stop and target lie on the price grid the exchange accepts. */
const pricesOnTick: Guard = ({ intent, sizing }) => {
  const off = [intent.limitPrice, intent.stopPrice, intent.targetPrice].find(
    (price) => price !== null && !isOnTick(price, sizing.ticks),
  );
  return off === undefined || off === null
    ? null
    : { code: 'PRICE_OFF_TICK', allowed: 0, limit: null, value: toUsd(off) };
};

export const ORDER_GUARDS: readonly Guard[] = [
  alreadyHolding,
  stopPresent,
  stopBelowEntry,
  pricesOnTick,
];
