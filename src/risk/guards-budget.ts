import {
  type Micros,
  micros,
  subtract,
  timesFraction,
  timesQuantity,
  toUsd,
} from '../domain/money.ts';
import type { Reason, ReasonCode } from '../domain/reason.ts';
import type { Guard, GuardInput } from './guards.ts';

/** Shares that an amount pays for, none when it is used up. */
const affordable = (left: Micros, perShare: Micros): number =>
  left <= 0 ? 0 : Math.floor(left / perShare);

/** A cap in shares that binds only when it is below what was asked. */
function cap(input: GuardInput, code: ReasonCode, left: Micros, perShare: Micros): Reason | null {
  const allowed = affordable(left, perShare);
  if (allowed >= input.intent.quantity) return null;
  const value = toUsd(timesQuantity(perShare, input.intent.quantity));
  return { code, allowed, limit: toUsd(left), value };
}

const riskPerShare = ({ intent }: GuardInput): Micros =>
  subtract(intent.limitPrice, intent.stopPrice);

/** Open risk: the loss if every stop filled at its price stays within `risk.maxOpenRiskFraction` of equity. */
const openRisk: Guard = (input) =>
  cap(input, 'OPEN_RISK', input.budget.openRiskLeft, riskPerShare(input));

/** Loss room: what the day may still lose covers the initial risk of every entry approved today. */
const lossRoom: Guard = (input) =>
  cap(input, 'LOSS_ROOM', input.budget.lossRoomLeft, riskPerShare(input));

/** Gross exposure: positions and working entries stay within `risk.maxGrossFraction` of equity. */
const grossExposure: Guard = (input) =>
  cap(input, 'GROSS_EXPOSURE', input.budget.grossLeft, input.intent.limitPrice);

/**
 * Buying power: available cash, within gross, pays for the shares at the limit price and their commission. The
 * commission is not linear in shares, so the first guess is taken down until it fits.
 */
const buyingPower: Guard = (input) => {
  const { intent, budget, commissionOf } = input;
  const price = intent.limitPrice;
  const costOf = (shares: number): number =>
    shares * price + commissionOf(intent.symbol, shares, price);
  let allowed = Math.min(intent.quantity, affordable(budget.buyingPowerLeft, price));
  while (allowed > 0 && costOf(allowed) > budget.buyingPowerLeft) {
    const over = costOf(allowed) - budget.buyingPowerLeft;
    allowed -= Math.max(1, Math.floor(over / price));
  }
  if (allowed >= intent.quantity) return null;
  return {
    code: 'BUYING_POWER',
    allowed: Math.max(0, allowed),
    limit: toUsd(budget.buyingPowerLeft),
    value: toUsd(micros(costOf(intent.quantity))),
  };
};

/** Position size: one position, at the limit price, stays within `sizing.maxPositionFraction` of equity. */
const positionSize: Guard = (input) => {
  const { budget, sizing, intent } = input;
  const room = timesFraction(budget.equity, sizing.maxPositionFraction, 'floor');
  return cap(input, 'POSITION_SIZE', room, intent.limitPrice);
};

/** Liquidity: an order is at most `risk.maxAdvFraction` of the symbol's median volume of 20 bars. */
const liquidity: Guard = ({ intent, medianVolume, limits }) => {
  const allowed = Math.floor(medianVolume * limits.maxAdvFraction);
  if (allowed >= intent.quantity) return null;
  return {
    code: 'LIQUIDITY',
    allowed,
    limit: medianVolume * limits.maxAdvFraction,
    value: intent.quantity,
  };
};

/** Number of positions: at most `risk.maxPositions`, working and unknown entries counted. */
const maxPositions: Guard = ({ budget, limits }) =>
  budget.positionsLeft > 0
    ? null
    : { code: 'MAX_POSITIONS', allowed: 0, limit: limits.maxPositions, value: budget.taken.size };

/** Entries per day: at most `risk.maxEntriesPerDay` entry orders sent in a session. */
const entriesPerDay: Guard = ({ budget, limits }) =>
  budget.entriesLeft > 0
    ? null
    : {
        code: 'MAX_ENTRIES_PER_DAY',
        allowed: 0,
        limit: limits.maxEntriesPerDay,
        value: limits.maxEntriesPerDay - budget.entriesLeft,
      };

export const BUDGET_GUARDS: readonly Guard[] = [
  maxPositions,
  entriesPerDay,
  grossExposure,
  buyingPower,
  openRisk,
  lossRoom,
  positionSize,
  liquidity,
];
