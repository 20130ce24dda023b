import { add, type Micros, negate, subtract, timesQuantity, ZERO } from '../domain/money.ts';
import type { Side } from '../domain/order.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import {
  commissionOf,
  costOf,
  type Lot,
  quantityOf,
  sellFrom,
  splitLots,
  takeFraction,
} from './lots.ts';

/** A lot of an open trade, with what places it in time. */
export interface BookLot extends Lot {
  readonly filledAt: EpochMs;
}

/** An execution of a round trip, in the terms that are in force. */
export interface FillStep {
  readonly kind: 'fill';
  readonly execId: string;
  readonly orderRef: string;
  readonly side: Side;
  readonly quantity: number;
  readonly price: Micros;
  /** Null while it is unknown. */
  readonly commission: Micros | null;
  readonly filledAt: EpochMs;
  readonly session: SessionDate;
}

/** A split of the shares that were held. */
export interface SplitStep {
  readonly kind: 'split';
  readonly ratio: number;
  readonly quantityBefore: number;
  readonly quantityAfter: number;
  readonly cashInLieu: Micros;
}

export type TradeStep = FillStep | SplitStep;

/** What the steps of a round trip add up to. */
export interface TradeSums {
  readonly lots: readonly BookLot[];
  readonly boughtQuantity: number;
  readonly boughtValue: Micros;
  readonly soldQuantity: number;
  readonly soldValue: Micros;
  readonly commission: Micros;
  /** Fills whose commission is not known yet. */
  readonly unknownCommissions: number;
  /** Net of what was already sold: proceeds less FIFO cost less commissions of both. */
  readonly realized: Micros;
  readonly entryAt: EpochMs;
  readonly entrySession: SessionDate;
}

/** A round trip of which nothing is booked yet; its first purchase says when it began. */
export const nothingTraded = (entryAt: EpochMs, entrySession: SessionDate): TradeSums => ({
  lots: [],
  boughtQuantity: 0,
  boughtValue: ZERO,
  soldQuantity: 0,
  soldValue: ZERO,
  commission: ZERO,
  unknownCommissions: 0,
  realized: ZERO,
  entryAt,
  entrySession,
});

/** The sums after one more step. Throws where more is sold than is there. */
export function withStep(sums: TradeSums, step: TradeStep): TradeSums {
  if (step.kind === 'split') return split(sums, step);
  const counted = {
    commission: add(sums.commission, step.commission ?? ZERO),
    unknownCommissions: sums.unknownCommissions + (step.commission === null ? 1 : 0),
  };
  return step.side === 'buy'
    ? { ...sums, ...counted, ...bought(sums, step) }
    : { ...sums, ...counted, ...sold(sums, step) };
}

/** The sums of steps from the beginning; null where more would be sold than is there. */
export function sumsOf(steps: readonly TradeStep[], begin: TradeSums): TradeSums | null {
  let sums = nothingTraded(begin.entryAt, begin.entrySession);
  for (const step of steps) {
    const isSale = step.kind === 'fill' && step.side === 'sell';
    if (isSale && step.quantity > quantityOf(sums.lots)) return null;
    sums = withStep(sums, step);
  }
  return sums;
}

function bought(sums: TradeSums, step: FillStep): Partial<TradeSums> {
  const { execId, quantity, price, filledAt, session } = step;
  const cost = timesQuantity(price, quantity);
  const lot: BookLot = { execId, quantity, cost, commission: step.commission ?? ZERO, filledAt };
  const isEarlier = sums.boughtQuantity === 0 || filledAt < sums.entryAt;
  return {
    lots: [...sums.lots, lot].sort((a, b) => a.filledAt - b.filledAt),
    boughtQuantity: sums.boughtQuantity + quantity,
    boughtValue: add(sums.boughtValue, cost),
    entryAt: isEarlier ? filledAt : sums.entryAt,
    entrySession: isEarlier ? session : sums.entrySession,
  };
}

function sold(sums: TradeSums, { quantity, price, commission }: FillStep): Partial<TradeSums> {
  const value = timesQuantity(price, quantity);
  const sale = sellFrom(sums.lots, quantity);
  const costs = add(add(sale.cost, sale.entryCommission), commission ?? ZERO);
  return {
    lots: sale.remaining,
    soldQuantity: sums.soldQuantity + quantity,
    soldValue: add(sums.soldValue, value),
    realized: add(sums.realized, subtract(value, costs)),
  };
}

/** How many shares a split leaves: as it was told, but where a correction changed how many were held. */
const sharesAfter = (held: number, { ratio, quantityBefore, quantityAfter }: SplitStep): number =>
  held === quantityBefore ? quantityAfter : Math.floor(held * ratio);

/**
 * More or fewer shares of the same cost. Cash in lieu is a sale of the fraction that is left of a share; where no whole
 * share is left, of all of them in the terms they were bought in.
 */
function split(sums: TradeSums, step: SplitStep): TradeSums {
  const { ratio, cashInLieu } = step;
  const held = quantityOf(sums.lots);
  const quantityAfter = sharesAfter(held, step);
  const soldValue = add(sums.soldValue, cashInLieu);
  if (quantityAfter === 0) {
    const cost = add(costOf(sums.lots), commissionOf(sums.lots));
    return {
      ...sums,
      lots: [],
      soldQuantity: sums.boughtQuantity,
      soldValue,
      realized: add(sums.realized, subtract(cashInLieu, cost)),
    };
  }
  const fraction = cashInLieu === 0 ? 0 : held - quantityAfter / ratio;
  const { remaining, cost, entryCommission } = takeFraction(sums.lots, fraction);
  const soldQuantity = Math.round(sums.soldQuantity * ratio);
  return {
    ...sums,
    lots: splitLots(remaining, quantityAfter),
    boughtQuantity: soldQuantity + quantityAfter,
    soldQuantity,
    soldValue,
    realized: add(sums.realized, subtract(cashInLieu, add(cost, entryCommission))),
  };
}

/**
 * How many shares were bought and sold in the terms that are in force: whole ones, unless a split paid a fraction of a
 * share out.
 */
export function sharesTraded(steps: readonly TradeStep[]): {
  readonly bought: number;
  readonly sold: number;
} {
  let bought = 0;
  let sold = 0;
  for (const step of steps) {
    if (step.kind === 'split') {
      const after = sharesAfter(Math.round(bought - sold), step);
      if (after === 0) sold = bought;
      else if (step.cashInLieu === 0) {
        sold *= step.ratio;
        bought = sold + after;
      } else {
        bought *= step.ratio;
        sold = bought - after;
      }
    } else if (step.side === 'buy') bought += step.quantity;
    else sold += step.quantity;
  }
  return { bought, sold };
}

/** The cash that an execution moves, its commission included as far as it is known. */
export function cashMoved(
  side: Side,
  fill: Pick<FillStep, 'quantity' | 'price' | 'commission'>,
): Micros {
  const value = timesQuantity(fill.price, fill.quantity);
  return subtract(side === 'buy' ? negate(value) : value, fill.commission ?? ZERO);
}
