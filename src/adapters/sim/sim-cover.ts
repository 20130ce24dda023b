import type { Order } from '../../domain/order.ts';
import type { Desk } from './sim-account.ts';
import { remainingOf } from './sim-order.ts';

/** Shares that working sells, and one more, could sell at most: a one-cancels-all group counts once, by its largest. */
export function sellableWith(
  desk: Desk,
  extra: Pick<Order, 'orderRef' | 'ocaGroup' | 'quantity'>,
): number {
  const groups = new Map<string, number>();
  let total = 0;
  const count = (group: string | null, quantity: number): void => {
    if (group === null) total += quantity;
    else groups.set(group, Math.max(groups.get(group) ?? 0, quantity));
  };
  for (const held of desk.live) {
    if (held.order.side !== 'sell' || held.order.orderRef === extra.orderRef) continue;
    count(held.order.ocaGroup, remainingOf(held));
  }
  count(extra.ocaGroup, extra.quantity);
  for (const quantity of groups.values()) total += quantity;
  return total;
}

/** Shares owned, and those that working buys may still bring. */
export function coverable(desk: Desk): number {
  let total = desk.quantity;
  for (const held of desk.live) if (held.order.side === 'buy') total += remainingOf(held);
  return total;
}
