import { newYorkDate } from '../calendar/nyse.ts';
import { sum, toUsd, ZERO } from '../domain/money.ts';
import type { SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { type EquityPoint, timeWeighted } from '../ledger/metrics-curve.ts';
import { drawdownsFromPeak } from '../ledger/metrics-series.ts';
import { outcomeOf, settled, sumUsd } from '../ledger/metrics-trades.ts';
import type { DayOrder } from './day-orders.ts';
import { executionOf, executionsOf, type Slippage } from './execution.ts';

/** One session of a week or month. Dollars; fractions; null where the account was not marked. */
export interface DayRow {
  readonly session: SessionDate;
  readonly pnl: number | null;
  readonly return: number | null;
  readonly equity: number | null;
  readonly flow: number | null;
  readonly drawdown: number | null;
  /** Trades that ended in it, with a known result. */
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  readonly netProfit: number;
  readonly sumR: number;
  readonly ordersPlaced: number;
  readonly commissions: number;
  readonly entrySlippage: Slippage;
  readonly openRisk: number | null;
  readonly positions: number | null;
}

interface DaysInput {
  readonly sessions: readonly SessionDate[];
  readonly points: readonly EquityPoint[];
  readonly marks: readonly EventOf<'account.marked'>[];
  readonly trades: readonly TradeRecord[];
  readonly orders: readonly DayOrder[];
  readonly today: readonly JournalEvent[];
}

/** The sessions one by one. */
export function dayRows({ sessions, points, marks, trades, orders, today }: DaysInput): DayRow[] {
  const { returns, index } = timeWeighted(points);
  const falls = drawdownsFromPeak(index);
  const place = new Map(points.map(({ session }, i) => [session, i]));
  const markOf = new Map(marks.map((mark) => [mark.session, mark]));
  const events = bySession(today, (event) =>
    'session' in event ? event.session : newYorkDate(event.at),
  );
  const sent = bySession(orders, ({ submitted }) => submitted?.session ?? null);
  // A commission may be reported on another day than its execution.
  const executions = bySession(executionsOf(today), ({ fill }) => fill.session);
  const ended = bySession(settled(trades), ({ exitSession }) => exitSession as SessionDate);
  return sessions.map((session): DayRow => {
    const i = place.get(session);
    const point = i === undefined ? undefined : points[i];
    const before = i === undefined || i === 0 ? undefined : points[i - 1];
    const mark = markOf.get(session);
    const own = ended.get(session) ?? [];
    const outcomes = own.map(({ netPnl }) => outcomeOf(netPnl));
    const execution = executionOf(sent.get(session) ?? [], events.get(session) ?? []);
    return {
      session,
      pnl:
        point === undefined || before === undefined
          ? null
          : sumUsd([point.equity, -before.equity, -point.flow]),
      return: i === undefined || i === 0 ? null : (returns[i - 1] ?? null),
      equity: point?.equity ?? null,
      flow: point?.flow ?? null,
      drawdown: i === undefined ? null : (falls[i] ?? null),
      trades: own.length,
      wins: outcomes.filter((outcome) => outcome === 'win').length,
      losses: outcomes.filter((outcome) => outcome === 'loss').length,
      netProfit: sumUsd(own.map(({ netPnl }) => netPnl)),
      sumR: sumUsd(own.map(({ rMultiple }) => rMultiple ?? 0)),
      ordersPlaced: execution.placed,
      commissions: toUsd(
        sum((executions.get(session) ?? []).map((each) => each.commission ?? ZERO)),
      ),
      entrySlippage: execution.entrySlippage,
      openRisk: mark === undefined ? null : toUsd(mark.openRisk),
      positions: mark === undefined ? null : mark.marks.length,
    };
  });
}

function bySession<T>(
  items: readonly T[],
  sessionOf: (item: T) => SessionDate | null,
): ReadonlyMap<SessionDate, readonly T[]> {
  const groups = new Map<SessionDate, T[]>();
  for (const item of items) {
    const session = sessionOf(item);
    if (session === null) continue;
    const group = groups.get(session) ?? [];
    group.push(item);
    groups.set(session, group);
  }
  return groups;
}
