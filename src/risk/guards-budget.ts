import {
  add,
  type Micros,
  mulDiv,
  roundHalfEven,
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

/** Loss room: what the day may still lose covers the initial risk of all entries working or approved by this run. */
const lossRoom: Guard = (input) =>
  cap(input, 'LOSS_ROOM', input.budget.lossRoomLeft, riskPerShare(input));

/** Gross exposure: positions and working entries stay within `risk.maxGrossFraction` of equity. */
const grossExposure: Guard = (input) =>
  cap(input, 'GROSS_EXPOSURE', input.budget.grossLeft, input.intent.limitPrice);

/**
 * Buying power: available cash, within gross, pays for the shares at the limit price and their commission. The
 * commission is not linear in shares, but never falls with more of them: the most that fits is searched for.
 */
const buyingPower: Guard = ({ intent, budget, commissionOf }) => {
  const { symbol, quantity, limitPrice } = intent;
  const left = budget.buyingPowerLeft;
  const costOf = (shares: number): Micros =>
    add(timesQuantity(limitPrice, shares), commissionOf(symbol, shares, limitPrice));
  const wanted = costOf(quantity);
  if (wanted <= left) return null;
  let fits = 0;
  let tooMany = Math.min(quantity, affordable(left, limitPrice) + 1);
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (costOf(middle) <= left) fits = middle;
    else tooMany = middle;
  }
  return { code: 'BUYING_POWER', allowed: fits, limit: toUsd(left), value: toUsd(wanted) };
};

/** Position size: one position, at the limit price, stays within `sizing.maxPositionFraction` of equity. */
const positionSize: Guard = (input) => {
  const { budget, sizing, intent } = input;
  const room = timesFraction(budget.equity, sizing.maxPositionFraction, 'floor');
  return cap(input, 'POSITION_SIZE', room, intent.limitPrice);
};

/** Liquidity: an order is at most `risk.maxAdvFraction` of the symbol's median volume of 20 bars. */
const liquidity: Guard = ({ intent, medianVolume, limits }) => {
  const allowed = shareOfVolume(medianVolume, limits.maxAdvFraction);
  if (allowed >= intent.quantity) return null;
  return { code: 'LIQUIDITY', allowed, limit: allowed, value: intent.quantity };
};

/** Whole shares; of an unknown volume none. A median of whole numbers may end in a half. */
function shareOfVolume(volume: number, fraction: number): number {
  if (!(volume > 0)) return 0;
  return mulDiv(Math.floor(volume * 2), roundHalfEven(fraction * 1e9), 2e9, 'floor');
}

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
