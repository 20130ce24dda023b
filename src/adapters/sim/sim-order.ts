import type { Micros } from '../../domain/money.ts';
import type { EntryBand, Order, OrderStatus } from '../../domain/order.ts';
import { orderFault, takesStop } from '../../domain/order-checks.ts';
import type { TickTable } from '../../domain/price.ts';
import type { EpochMs, SessionDate } from '../../domain/time.ts';
import type { OrderChange } from '../../ports/broker.ts';

/** What an order did on the trading day of its last fill: commissions count per order and day. */
export interface DayExecution {
  readonly session: SessionDate;
  readonly quantity: number;
  readonly value: Micros;
  readonly charged: Micros;
}

/** An order as the simulated broker holds it; a replaced record, never a shared one, is what it hands out. */
export interface SimOrder {
  /** The terms first asked for: a repeated order is compared with these, whatever was modified since. */
  readonly asked: Order;
  readonly askedBand: EntryBand | null;
  band: EntryBand | null;
  readonly brokerId: string;
  readonly submittedAt: EpochMs;
  /** The terms in force. */
  order: Order;
  status: OrderStatus;
  filled: number;
  fillCount: number;
  /** True once it has met an open: a limit submitted inside a bar cannot fill on what the bar did before. */
  openSeen: boolean;
  /**
   * Its stop price was reached. Of a stop the bar could not take all, and the rest sells at the next open; a
   * stop-limit has become a limit.
   */
  triggered: boolean;
  /** The highest price since a trailing stop was sent; null for every other type. */
  highest: Micros | null;
  day: DayExecution | null;
  doneAt: EpochMs | null;
}

export const remainingOf = (held: SimOrder): number => held.order.quantity - held.filled;

export const sameBand = (a: EntryBand | null, b: EntryBand | null): boolean =>
  a === b || (a !== null && b !== null && a.lowest === b.lowest && a.highest === b.highest);

/** The order after a change, or why it cannot be changed so. */
export function changed(held: SimOrder, change: OrderChange, ticks: TickTable): Order | string {
  const { order } = held;
  if (change.limitPrice !== undefined && order.limitPrice === null) return 'it has no limit price';
  if (change.stopPrice !== undefined && !takesStop(order)) return 'it has no stop price';
  const next: Order = {
    ...order,
    quantity: change.quantity ?? order.quantity,
    limitPrice: change.limitPrice ?? order.limitPrice,
    stopPrice: change.stopPrice ?? order.stopPrice,
  };
  if (next.quantity <= held.filled) return 'that quantity has been filled already';
  return orderFault(next, ticks)?.text ?? next;
}
