import type { BarColumns } from '../domain/market.ts';
import {
  add,
  type Micros,
  maxOf,
  microsFromFloat,
  minOf,
  subtract,
  ZERO,
} from '../domain/money.ts';
import { tickAt } from '../domain/price.ts';
import type { EndedTrade } from './book-state.ts';
import { entryPriceOf, exitPriceOf } from './book-trades.ts';
import { valueOfShares } from './lots.ts';
import { sharesTraded } from './trade-steps.ts';

/** Worst and best unrealised result of a round trip in dollars: mae <= 0 <= mfe. */
export interface Excursion {
  readonly mae: Micros;
  readonly mfe: Micros;
}

/** Bars a trade was held in, ascending; `endOf` gives the instant a bar ends by its start. */
export interface HeldBars {
  readonly columns: BarColumns;
  readonly startOf: (index: number) => number;
  readonly endOf: (index: number) => number;
}

/**
 * The excursions at bar resolution: whole bars inside the holding period, the entry bar too when the entry was at its
 * open; of the bar that the exit happened in only the exit price counts.
 */
export function excursionOf(ended: EndedTrade, bars: HeldBars): Excursion {
  const { trade, exitAt } = ended;
  const entry = entryPriceOf(trade);
  const exit = exitPriceOf(trade);
  let lowest = minOf(entry, exit);
  let highest = maxOf(entry, exit);
  for (let i = 0; i < bars.columns.length; i++) {
    if (bars.startOf(i) < trade.entryAt) continue;
    if (bars.endOf(i) > exitAt) break;
    if (bars.endOf(i) === exitAt && leftInside(ended, bars.columns, i)) break;
    lowest = minOf(lowest, microsFromFloat(bars.columns.low[i] as number, 'halfEven'));
    highest = maxOf(highest, microsFromFloat(bars.columns.high[i] as number, 'halfEven'));
  }
  const shares = sharesTraded(trade.steps).bought;
  return {
    mae: minOf(ZERO, valueOfShares(subtract(lowest, entry), shares)),
    mfe: maxOf(ZERO, valueOfShares(subtract(highest, entry), shares)),
  };
}

/** Fills inside a bar are stamped at its end, like those at the next open; the bar tells which it was. */
function leftInside({ trade, exitReason }: EndedTrade, bars: BarColumns, i: number): boolean {
  if (exitReason === 'stop' || exitReason === 'trail') {
    return trade.stop !== null && microsFromFloat(bars.low[i] as number, 'halfEven') <= trade.stop;
  }
  if (exitReason === 'target') {
    // A limit fills where the price trades through it by a tick.
    const { target } = trade;
    if (target === null) return false;
    return microsFromFloat(bars.high[i] as number, 'halfEven') >= add(target, tickAt(target));
  }
  return false;
}
