import { type Micros, subtract, timesQuantity, toUsd } from '../domain/money.ts';
import type { Reason, ReasonCode } from '../domain/reason.ts';
import type { GuardInput } from './guards.ts';

/** Shares that an amount pays for, none when it is used up. */
export const affordable = (left: Micros, perShare: Micros): number =>
  left <= 0 ? 0 : Math.floor(left / perShare);

/** A cap in dollars as a guard says it: it binds only when it pays for fewer shares than were asked. */
export function cap(
  { intent }: GuardInput,
  code: ReasonCode,
  left: Micros,
  perShare: Micros,
): Reason | null {
  const allowed = affordable(left, perShare);
  if (allowed >= intent.quantity) return null;
  const value = toUsd(timesQuantity(perShare, intent.quantity));
  return { code, allowed, limit: toUsd(left), value };
}

/** What a share loses when the entry fills at its limit and the stop at its price. */
export const riskPerShare = ({ intent }: GuardInput): Micros =>
  subtract(intent.limitPrice, intent.stopPrice);
