import {
  add,
  type Micros,
  mulDiv,
  roundHalfEven,
  timesFraction,
  timesQuantity,
  toUsd,
} from '../domain/money.ts';
import { affordable, cap, riskPerShare } from './cap.ts';
import type { Guard } from './guards.ts';

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

/**
 * Position size: one position, at the limit price, stays within `sizing.maxPositionFraction` of equity. A symbol is
 * entered only while nothing of it is held or working, so this is the exposure to a symbol too.
 */
const positionSize: Guard = (input) => {
  const { budget, sizing, intent } = input;
  const room = timesFraction(budget.equity, sizing.maxPositionFraction, 'floor');
  return cap(input, 'POSITION_SIZE', room, intent.limitPrice);
};

/** Notional of a run: the entries that one run approves cost at most `risk.maxRunNotionalUsd` at their limits. */
const runNotional: Guard = (input) => {
  const { runNotionalLeft: left } = input.budget;
  return left === null ? null : cap(input, 'RUN_NOTIONAL', left, input.intent.limitPrice);
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
    : {
        code: 'MAX_POSITIONS',
        allowed: 0,
        limit: limits.maxPositions,
        value: limits.maxPositions - budget.positionsLeft,
      };

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
  runNotional,
  positionSize,
  liquidity,
];
