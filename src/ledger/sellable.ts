import type { Side } from '../domain/order.ts';

/** A working order, as far as it says what may still be bought or sold. */
export interface OpenQuantity {
  readonly side: Side;
  readonly ocaGroup: string | null;
  readonly remaining: number;
}

/** The most that working sells could sell: orders of one OCA group reduce each other, so a group counts once. */
export function sellableOf(orders: Iterable<OpenQuantity>): number {
  const groups = new Map<string, number>();
  let total = 0;
  for (const { side, ocaGroup, remaining } of orders) {
    if (side !== 'sell') continue;
    if (ocaGroup === null) total += remaining;
    else groups.set(ocaGroup, Math.max(groups.get(ocaGroup) ?? 0, remaining));
  }
  for (const remaining of groups.values()) total += remaining;
  return total;
}

/** Shares that working buys may still bring. */
export function buyableOf(orders: Iterable<OpenQuantity>): number {
  let total = 0;
  for (const { side, remaining } of orders) if (side === 'buy') total += remaining;
  return total;
}
