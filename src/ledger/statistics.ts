import { newYorkMinutes } from '../calendar/nyse.ts';
import { assertExists } from '../domain/result.ts';
import { dateToUtcMs, parseInstant, sessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import {
  type SessionSpan,
  type SettledTrade,
  settled,
  type TradeSummary,
  tradeMetrics,
} from './metrics-trades.ts';

/** What trades can be grouped by. Weekday and hour are those of the entry in New York. */
export const GROUPINGS = ['symbol', 'strategy', 'exit', 'weekday', 'hour', 'holding'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Spans of time that a history is looked at by. */
export const TRENDS = ['week', 'month'] as const;
export type Trend = (typeof TRENDS)[number];

/** The trades of one group and what they earned. */
export interface TradeGroup {
  /** "AAPL", "trail", "Mon", "09:00", "2-5 sessions". */
  readonly key: string;
  readonly summary: TradeSummary;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** Upper bounds in sessions held, the entry session being 1. */
const HOLDING_BUCKETS: readonly { readonly upTo: number; readonly key: string }[] = [
  { upTo: 1, key: '1 session' },
  { upTo: 5, key: '2-5 sessions' },
  { upTo: 20, key: '6-20 sessions' },
  { upTo: 60, key: '21-60 sessions' },
  { upTo: Number.POSITIVE_INFINITY, key: 'over 60 sessions' },
];

/** Where a trade belongs: its key, and a rank where the groups have an order of their own. */
interface Place {
  readonly key: string;
  readonly rank: number;
}

/**
 * Closed trades with a known result, by group. Weekdays, hours and holding times stand in their own order; the other
 * groups by net P&L, best first, then by name. Groups without a trade are absent.
 */
export function groupTrades(
  trades: readonly TradeRecord[],
  by: Grouping,
  sessionSpan: SessionSpan,
): TradeGroup[] {
  return groupsIn(trades, by, sessionSpan)
    .map(({ rank, key, trades: own }) => ({ rank, key, summary: tradeMetrics(own, sessionSpan) }))
    .sort((a, b) => a.rank - b.rank || netOf(b) - netOf(a) || (a.key < b.key ? -1 : 1))
    .map(({ key, summary }) => ({ key, summary }));
}

/** The members of each group; groups with an order of their own stand in it. */
function groupsIn(
  trades: readonly TradeRecord[],
  by: Grouping,
  sessionSpan: SessionSpan,
): (Place & { readonly trades: readonly SettledTrade[] })[] {
  const groups = new Map<string, Place & { readonly trades: SettledTrade[] }>();
  for (const trade of settled(trades)) {
    const place = placeOf(trade, by, sessionSpan);
    const group = groups.get(place.key) ?? { ...place, trades: [] };
    group.trades.push(trade);
    groups.set(place.key, group);
  }
  return [...groups.values()].sort((a, b) => a.rank - b.rank);
}

/** The trades that were entered in one hour of one weekday, in New York. */
export interface EntryCell {
  readonly weekday: string;
  /** "09:00" for 09:00 to 09:59. */
  readonly hour: string;
  readonly trades: number;
  readonly wins: number;
  readonly netProfit: number;
  readonly sumR: number;
}

/** Closed trades with a known result by weekday and hour of their entry, in that order; only where there are any. */
export function entryGrid(trades: readonly TradeRecord[], sessionSpan: SessionSpan): EntryCell[] {
  return groupsIn(trades, 'weekday', sessionSpan).flatMap((weekday) =>
    groupsIn(weekday.trades, 'hour', sessionSpan).map(({ key, trades: own }) => {
      const { wins, closed, metrics } = tradeMetrics(own, sessionSpan);
      return {
        weekday: weekday.key,
        hour: key,
        trades: closed,
        wins,
        netProfit: metrics.netProfit.value ?? 0,
        sumR: metrics.sumR.value ?? 0,
      };
    }),
  );
}

const netOf = ({ summary }: { readonly summary: TradeSummary }): number =>
  summary.metrics.netProfit.value ?? 0;

function placeOf(trade: SettledTrade, by: Grouping, sessionSpan: SessionSpan): Place {
  switch (by) {
    case 'symbol':
      return { key: trade.symbol, rank: 0 };
    case 'strategy':
      return { key: trade.strategy, rank: 0 };
    case 'exit':
      return { key: trade.exitReason ?? 'unknown', rank: 0 };
    case 'weekday': {
      const day = new Date(dateToUtcMs(sessionDate(trade.entrySession))).getUTCDay();
      return { key: WEEKDAYS[day] as string, rank: day };
    }
    case 'hour': {
      const at = assertExists(parseInstant(trade.entryAt), 'a trade has the instant of its entry');
      const hour = Math.floor(newYorkMinutes(at) / 60);
      return { key: `${String(hour).padStart(2, '0')}:00`, rank: hour };
    }
    case 'holding': {
      const held = sessionSpan(trade.entrySession, trade.exitSession);
      const rank = HOLDING_BUCKETS.findIndex(({ upTo }) => held <= upTo);
      return { key: assertExists(HOLDING_BUCKETS[rank], 'the last bucket has no bound').key, rank };
    }
  }
}
