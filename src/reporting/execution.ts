import { type Micros, sum, toUsd } from '../domain/money.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { mean, percentile } from '../ledger/metrics-series.ts';
import { averageFill, type DayOrder } from './day-orders.ts';

/** How one kind of order was filled, in basis points of its reference price; positive is a cost. */
export interface Slippage {
  readonly count: number;
  readonly meanBps: number | null;
  readonly p95Bps: number | null;
}

export interface WorstFill {
  readonly symbol: string;
  readonly orderRef: string;
  readonly bps: number;
}

/** What was asked of the broker in a session and what came of it. */
export interface Execution {
  /** Orders sent in this session. */
  readonly placed: number;
  readonly filled: number;
  readonly partlyFilled: number;
  readonly cancelled: number;
  readonly expired: number;
  readonly rejected: number;
  readonly working: number;
  readonly unknown: number;
  /** Orders of earlier sessions that were filled in this one, mostly stops. */
  readonly earlierFilled: number;
  /** Proposals that our guards refused; they never became orders. */
  readonly denied: number;
  /** From sending to the fill of entries and market exits; stops wait by design. */
  readonly medianFillMs: number | null;
  readonly p95FillMs: number | null;
  /** Entries against the reference price of the decision; with daily bars that is the close before. */
  readonly entrySlippage: Slippage;
  /** Stops against their stop price; a gap through the stop is part of it. */
  readonly stopSlippage: Slippage;
  readonly worstFills: readonly WorstFill[];
  /** Dollars paid for executions of this session, as far as reported. */
  readonly commissions: number;
  readonly commissionPerShare: number | null;
  /** Executions whose commission is not reported yet. */
  readonly provisionalFills: number;
}

/** Execution figures from the orders and events of the session. */
export function executionOf(
  orders: readonly DayOrder[],
  today: readonly JournalEvent[],
): Execution {
  const sent = orders.filter(({ isNew }) => isNew);
  const count = (...statuses: DayOrder['status'][]) =>
    sent.filter(({ status }) => statuses.includes(status)).length;
  const delays = sent.flatMap(fillDelay);
  const entries = slippageOfEntries(orders, today);
  const stops = orders.flatMap(slippageOfStop);
  return {
    placed: sent.length,
    filled: count('filled'),
    partlyFilled: sent.filter((o) => o.filledQuantity > 0 && o.status !== 'filled').length,
    cancelled: count('cancelled'),
    expired: count('expired'),
    rejected: count('rejected'),
    working: count('submitted', 'working', 'partial'),
    unknown: orders.filter(({ status }) => status === 'unknown').length,
    earlierFilled: orders.filter(({ isNew, filledToday }) => !isNew && filledToday > 0).length,
    denied: today.filter(({ type }) => type === 'intent.denied').length,
    medianFillMs: percentile(delays, 0.5),
    p95FillMs: percentile(delays, 0.95),
    entrySlippage: summary(entries),
    stopSlippage: summary(stops),
    worstFills: [...entries, ...stops]
      .filter(({ bps }) => bps > 0)
      .sort((a, b) => b.bps - a.bps || (a.orderRef < b.orderRef ? -1 : 1))
      .slice(0, 3),
    ...commissionsOf(today),
  };
}

function fillDelay({ submitted, status, doneAt }: DayOrder): number[] {
  if (submitted === null || doneAt === null || status !== 'filled') return [];
  return submitted.leg === 'entry' || submitted.leg === 'exit' ? [doneAt - submitted.at] : [];
}

function slippageOfEntries(
  orders: readonly DayOrder[],
  today: readonly JournalEvent[],
): WorstFill[] {
  const references = new Map<string, Micros>();
  for (const event of today) {
    if (event.type === 'intent.approved') references.set(event.entryRef, event.referencePrice);
  }
  return orders.flatMap((order) => {
    const reference = references.get(order.orderRef);
    const price = averageFill(order);
    return reference === undefined || price === null || order.filledToday === 0
      ? []
      : [fillOf(order, (price - reference) / reference)];
  });
}

function slippageOfStop(order: DayOrder): WorstFill[] {
  const price = averageFill(order);
  if (order.submitted?.leg !== 'stop' || order.filledToday === 0 || price === null) return [];
  if (order.stopPrice === null) return [];
  return [fillOf(order, (order.stopPrice - price) / order.stopPrice)];
}

const fillOf = ({ symbol, orderRef }: DayOrder, cost: number): WorstFill => ({
  symbol,
  orderRef,
  bps: rounded(cost * 10_000),
});

/** To a hundredth of a basis point. */
const rounded = (bps: number): number => Math.round(bps * 100) / 100 + 0;

function summary(fills: readonly WorstFill[]): Slippage {
  const values = fills.map(({ bps }) => bps);
  const average = mean(values);
  const high = percentile(values, 0.95);
  return {
    count: values.length,
    meanBps: average === null ? null : rounded(average),
    p95Bps: high === null ? null : rounded(high),
  };
}

function commissionsOf(
  today: readonly JournalEvent[],
): Pick<Execution, 'commissions' | 'commissionPerShare' | 'provisionalFills'> {
  const fills = new Map<string, EventOf<'fill.recorded'>>();
  const late = new Map<string, Micros>();
  for (const event of today) {
    if (event.type === 'fill.recorded' && !fills.has(event.execId)) fills.set(event.execId, event);
    if (event.type === 'commission.recorded') late.set(event.execId, event.commission);
  }
  const paid = [...fills.values()].flatMap((fill) => {
    const commission = fill.commission ?? late.get(fill.execId);
    return commission === undefined ? [] : [{ commission, quantity: fill.quantity }];
  });
  const total = toUsd(sum(paid.map(({ commission }) => commission)));
  const shares = paid.reduce((all, { quantity }) => all + quantity, 0);
  return {
    commissions: total,
    commissionPerShare: shares === 0 ? null : total / shares,
    provisionalFills: fills.size - paid.length,
  };
}
