import { type Micros, micros } from './money.ts';
import { assert } from './result.ts';

/** One row of a tick table: from this price on, prices move in steps of `tick`. */
export interface TickRule {
  readonly from: Micros;
  readonly tick: Micros;
}

/** Ascending rules; the first starts at 0. A broker's market rule for a contract has the same shape. */
export type TickTable = readonly TickRule[];

/**
 * SEC Rule 612 (17 CFR 242.612), in force since 2005: 0.01 at or above $1, 0.0001 below. Half-cent ticks for some
 * stocks were adopted in 2024; where a broker reports the increments of a contract, those decide.
 */
export const DEFAULT_TICKS: TickTable = [
  { from: micros(0), tick: micros(100) },
  { from: micros(1_000_000), tick: micros(10_000) },
];

export type TickDirection = 'down' | 'up' | 'nearest';

/** The step at this price. */
export function tickAt(price: Micros, table: TickTable = DEFAULT_TICKS): Micros {
  let tick = table[0]?.tick;
  for (const rule of table) if (price >= rule.from) tick = rule.tick;
  assert(tick !== undefined && tick > 0, 'a tick table has at least one rule with a positive tick');
  return tick;
}

/** The price moved onto the tick grid. A protective sell stop rounds down; a target rounds up. */
export function roundToTick(
  price: Micros,
  direction: TickDirection,
  table: TickTable = DEFAULT_TICKS,
): Micros {
  const tick = tickAt(price, table);
  const rest = ((price % tick) + tick) % tick;
  if (rest === 0) return price;
  const down = price - rest;
  if (direction === 'down') return micros(down);
  if (direction === 'up') return micros(down + tick);
  return micros(rest * 2 >= tick ? down + tick : down);
}

export const isOnTick = (price: Micros, table: TickTable = DEFAULT_TICKS): boolean =>
  price % tickAt(price, table) === 0;
