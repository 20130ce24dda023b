import { add, type Micros, sum, toUsd, ZERO } from '../domain/money.ts';
import type { Leg } from '../domain/order.ts';
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

/** How one order was filled: what the fill is measured against, how long it took and what it cost. */
export interface FilledOrder {
  readonly orderRef: string;
  readonly symbol: string;
  readonly leg: Leg | null;
  /** Shares filled in this session. */
  readonly filledQuantity: number;
  readonly averageFillPrice: number;
  /** Entries: the price decided on; stops and targets: their own price; exits: the last mark before they were sent. */
  readonly referencePrice: number | null;
  /** Against the reference; positive is a cost. */
  readonly slippageBps: number | null;
  /** From sending to the last fill of entries and exits; stops wait by design. */
  readonly delayMs: number | null;
  /** Ask less bid over their middle, of the quote an entry was decided on. */
  readonly spreadBps: number | null;
  /** Dollars; null while the broker has not reported all of it. */
  readonly commission: number | null;
  /** Of the value filled. */
  readonly commissionBps: number | null;
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
  /** Market exits against the last mark before they were sent. */
  readonly exitSlippage: Slippage;
  /** Stops against their stop price; a gap through the stop is part of it. */
  readonly stopSlippage: Slippage;
  readonly worstFills: readonly WorstFill[];
  /** Dollars paid for executions of this session, as far as reported. */
  readonly commissions: number;
  readonly commissionPerShare: number | null;
  /** Of the value of these executions. */
  readonly commissionBps: number | null;
  /** Executions whose commission is not reported yet. */
  readonly provisionalFills: number;
}

/** Execution figures from the orders and events of the session. `filled` are its orders that were filled. */
export function executionOf(
  orders: readonly DayOrder[],
  today: readonly JournalEvent[],
  filled: readonly FilledOrder[] = filledOrders(orders, today, null),
): Execution {
  const sent = orders.filter(({ isNew }) => isNew);
  const count = (...statuses: DayOrder['status'][]) =>
    sent.filter(({ status }) => statuses.includes(status)).length;
  const delays = sent.flatMap(fillDelay);
  const costs = (...legs: Leg[]): WorstFill[] =>
    filled.flatMap(({ leg, symbol, orderRef, slippageBps }) =>
      leg === null || !legs.includes(leg) || slippageBps === null
        ? []
        : [{ symbol, orderRef, bps: slippageBps }],
    );
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
    entrySlippage: summary(costs('entry')),
    exitSlippage: summary(costs('exit')),
    stopSlippage: summary(costs('stop')),
    worstFills: costs('entry', 'exit', 'stop')
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

/**
 * The orders that were filled in the session, in the order they were sent. `before` is the mark that the session began
 * with, null at the beginning of a history.
 */
export function filledOrders(
  orders: readonly DayOrder[],
  today: readonly JournalEvent[],
  before: EventOf<'account.marked'> | null,
): FilledOrder[] {
  const decided = new Map<string, { readonly price: Micros; readonly spreadBps: number | null }>();
  const spreads = new Map<string, number>();
  const marks = new LastMarks(before);
  const exitReferences = new Map<string, Micros | null>();
  for (const event of today) {
    if (event.type === 'intent.sized' && event.spreadBps !== undefined) {
      spreads.set(`${event.runId} ${event.symbol}`, event.spreadBps);
    } else if (event.type === 'intent.approved') {
      const spreadBps = spreads.get(`${event.runId} ${event.symbol}`) ?? null;
      decided.set(event.entryRef, { price: event.referencePrice, spreadBps });
    } else if (event.type === 'order.submitted' && event.leg === 'exit') {
      exitReferences.set(event.orderRef, marks.of(event.symbol));
    }
    marks.follow(event);
  }
  const paid = commissionsByOrder(today);
  const referenceOf = ({ orderRef, submitted, stopPrice, limitPrice }: DayOrder): Micros | null => {
    if (submitted?.leg === 'stop') return stopPrice;
    if (submitted?.leg === 'target') return limitPrice;
    if (submitted?.leg === 'exit') return exitReferences.get(orderRef) ?? null;
    return decided.get(orderRef)?.price ?? null;
  };
  return orders.flatMap((order): FilledOrder[] => {
    const average = averageFill(order);
    if (average === null || order.filledToday === 0) return [];
    const reference = referenceOf(order);
    const commission = paid.get(order.orderRef) ?? null;
    const cost = order.side === 'buy' ? average - (reference ?? 0) : (reference ?? 0) - average;
    const value = average * order.filledToday;
    return [
      {
        orderRef: order.orderRef,
        symbol: order.symbol,
        leg: order.submitted?.leg ?? null,
        filledQuantity: order.filledToday,
        averageFillPrice: toUsd(average),
        referencePrice: reference === null ? null : toUsd(reference),
        slippageBps: reference === null ? null : rounded((cost / reference) * 10_000),
        delayMs: fillDelay(order)[0] ?? null,
        spreadBps: decided.get(order.orderRef)?.spreadBps ?? null,
        commission: commission === null ? null : toUsd(commission),
        commissionBps: commission === null ? null : rounded((commission / value) * 10_000),
      },
    ];
  });
}

/** The last mark of each symbol; none where the shares were split since. */
class LastMarks {
  readonly #marks = new Map<string, Micros>();

  constructor(before: EventOf<'account.marked'> | null) {
    if (before !== null) this.follow(before);
  }

  follow(event: JournalEvent): void {
    if (event.type === 'split.applied') this.#marks.delete(event.symbol);
    if (event.type !== 'account.marked') return;
    for (const { symbol, mark } of event.marks) this.#marks.set(symbol, mark);
  }

  of(symbol: string): Micros | null {
    return this.#marks.get(symbol) ?? null;
  }
}

/** What the executions of the session cost by order; null while a part of it is not reported. */
function commissionsByOrder(today: readonly JournalEvent[]): ReadonlyMap<string, Micros | null> {
  const byOrder = new Map<string, Micros | null>();
  for (const { fill, commission } of executionsOf(today)) {
    const known = byOrder.get(fill.orderRef);
    const sum = known === null || commission === null ? null : add(known ?? ZERO, commission);
    byOrder.set(fill.orderRef, sum);
  }
  return byOrder;
}

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
): Pick<Execution, 'commissions' | 'commissionPerShare' | 'commissionBps' | 'provisionalFills'> {
  const all = executionsOf(today);
  const paid = all.flatMap(({ fill, commission }) =>
    commission === null ? [] : [{ commission, fill }],
  );
  const total = toUsd(sum(paid.map(({ commission }) => commission)));
  const shares = paid.reduce((n, { fill }) => n + fill.quantity, 0);
  const value = paid.reduce((all, { fill }) => all + toUsd(fill.price) * fill.quantity, 0);
  return {
    commissions: total,
    commissionPerShare: shares === 0 ? null : total / shares,
    commissionBps: value === 0 ? null : rounded((total / value) * 10_000),
    provisionalFills: all.length - paid.length,
  };
}

/** An execution as it is in force, and what it cost; null while that is not reported. */
export interface PaidExecution {
  readonly fill: EventOf<'fill.recorded'>;
  readonly commission: Micros | null;
}

/** The executions among events, each once, with what they cost as far as it was reported by the last of them. */
export function executionsOf(today: readonly JournalEvent[]): PaidExecution[] {
  const fills = new Map<string, EventOf<'fill.recorded'>>();
  const late = new Map<string, Micros>();
  for (const event of today) {
    if (event.type === 'fill.recorded' && !fills.has(event.execId)) fills.set(event.execId, event);
    if (event.type === 'fill.corrected') {
      const old = fills.get(event.execId);
      fills.delete(event.execId);
      for (const fill of event.by)
        if (old !== undefined) fills.set(fill.execId, { ...old, ...fill });
    }
    if (event.type === 'commission.recorded') late.set(event.execId, event.commission);
  }
  return [...fills.values()].map((fill) => ({
    fill,
    commission: fill.commission ?? late.get(fill.execId) ?? null,
  }));
}
