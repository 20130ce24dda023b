import {
  add,
  allocate,
  type Micros,
  micros,
  mulDiv,
  subtract,
  timesQuantity,
  ZERO,
} from '../domain/money.ts';
import { assert } from '../domain/result.ts';

/** Shares bought in one fill and not sold yet, with what they cost. A split changes their number, not their cost. */
export interface Lot {
  readonly execId: string;
  readonly quantity: number;
  /** Of all shares of the lot, without commission. */
  readonly cost: Micros;
  readonly commission: Micros;
}

/** What a sale made of the lots it took, first bought first sold. */
export interface Sale<L extends Lot = Lot> {
  readonly remaining: readonly L[];
  /** What the sold shares had cost, without commissions. */
  readonly cost: Micros;
  /** The part of the purchase commissions that goes with the sold shares. */
  readonly entryCommission: Micros;
}

export const quantityOf = (lots: readonly Lot[]): number =>
  lots.reduce((total, lot) => total + lot.quantity, 0);

export const costOf = (lots: readonly Lot[]): Micros =>
  lots.reduce((total, lot) => add(total, lot.cost), ZERO);

export const commissionOf = (lots: readonly Lot[]): Micros =>
  lots.reduce((total, lot) => add(total, lot.commission), ZERO);

/** Sells shares out of lots, FIFO. Throws when more is sold than owned: the guards before it must not let that pass. */
export function sellFrom<L extends Lot>(lots: readonly L[], quantity: number): Sale<L> {
  assert(
    quantity > 0 && quantity <= quantityOf(lots),
    `cannot sell ${quantity} of ${quantityOf(lots)}`,
  );
  let left = quantity;
  let cost = ZERO;
  let entryCommission = ZERO;
  const remaining: L[] = [];
  for (const lot of lots) {
    const sold = Math.min(left, lot.quantity);
    left -= sold;
    if (sold === 0) {
      remaining.push(lot);
      continue;
    }
    const part = (amount: Micros): Micros => micros(mulDiv(amount, sold, lot.quantity, 'halfEven'));
    cost = add(cost, part(lot.cost));
    entryCommission = add(entryCommission, part(lot.commission));
    if (sold < lot.quantity) {
      remaining.push({
        ...lot,
        quantity: lot.quantity - sold,
        cost: subtract(lot.cost, part(lot.cost)),
        commission: subtract(lot.commission, part(lot.commission)),
      });
    }
  }
  return { remaining, cost, entryCommission };
}

/** Fractions of a share are taken at this resolution. */
const SHARE_SCALE = 1_000_000;

/**
 * Takes the cost of so many shares, not whole ones, out of lots, FIFO: what a split pays in cash. The lots keep their
 * quantities, which are still those before the split.
 */
export function takeFraction<L extends Lot>(lots: readonly L[], shares: number): Sale<L> {
  let left = Math.round(shares * SHARE_SCALE);
  let cost = ZERO;
  let entryCommission = ZERO;
  const remaining = lots.map((lot) => {
    const whole = lot.quantity * SHARE_SCALE;
    const taken = Math.max(0, Math.min(left, whole));
    if (taken === 0) return lot;
    left -= taken;
    const part = (amount: Micros): Micros => micros(mulDiv(amount, taken, whole, 'halfEven'));
    cost = add(cost, part(lot.cost));
    entryCommission = add(entryCommission, part(lot.commission));
    const rest = { cost: subtract(lot.cost, part(lot.cost)) };
    return { ...lot, ...rest, commission: subtract(lot.commission, part(lot.commission)) };
  });
  return { remaining, cost, entryCommission };
}

/**
 * The lots after a split: each keeps its cost, the new shares are shared out in proportion to the old ones. A lot that
 * is left without a share gives its cost to a neighbour, so that it is not forgotten; without any share there is no
 * lot.
 */
export function splitLots<L extends Lot>(lots: readonly L[], quantityAfter: number): L[] {
  const counts = allocate(
    micros(quantityAfter),
    lots.map((lot) => lot.quantity),
  );
  const split: L[] = [];
  let cost = ZERO;
  let commission = ZERO;
  lots.forEach((lot, i) => {
    cost = add(cost, lot.cost);
    commission = add(commission, lot.commission);
    const quantity = counts[i] ?? 0;
    if (quantity === 0) return;
    split.push({ ...lot, quantity, cost, commission });
    cost = ZERO;
    commission = ZERO;
  });
  const last = split.pop();
  if (last === undefined) return [];
  const [lastCost, lastCommission] = [add(last.cost, cost), add(last.commission, commission)];
  return [...split, { ...last, cost: lastCost, commission: lastCommission }];
}

/** A price per share from a total, half even: for display, never fed back into a book. */
export const averagePrice = (total: Micros, quantity: number): Micros => {
  if (quantity === 0) return ZERO;
  const floor = Math.floor(total / quantity);
  const rest = total - floor * quantity;
  const up = rest * 2 > quantity || (rest * 2 === quantity && floor % 2 !== 0);
  return micros(up ? floor + 1 : floor);
};

/** `averagePrice` of shares of which a split may have left a fraction. */
export const averageOfShares = (total: Micros, shares: number): Micros =>
  Number.isInteger(shares)
    ? averagePrice(total, shares)
    : micros(mulDiv(total, SHARE_SCALE, Math.round(shares * SHARE_SCALE), 'halfEven'));

/** The value of shares of which a split may have left a fraction. */
export const valueOfShares = (price: Micros, shares: number): Micros =>
  Number.isInteger(shares)
    ? timesQuantity(price, shares)
    : micros(mulDiv(price, Math.round(shares * SHARE_SCALE), SHARE_SCALE, 'halfEven'));
