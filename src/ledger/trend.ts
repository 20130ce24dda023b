import { type SessionDate, sessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import { type EquityPoint, timeWeighted } from './metrics-curve.ts';
import { drawdownsFromPeak } from './metrics-series.ts';
import { type SessionSpan, settled, type TradeSummary, tradeMetrics } from './metrics-trades.ts';
import { periodNameOf, periodRankOf } from './period.ts';
import type { Trend } from './statistics.ts';

/** One week or month: what the account earned, and the trades that ended in it. */
export interface TrendRow {
  /** "2026-W10", "2026-03". */
  readonly key: string;
  /** Sessions with a return. */
  readonly sessions: number;
  /** Time-weighted; null where no session of it has a return. */
  readonly return: number | null;
  /** Equity change less deposits and withdrawals, dollars; null without a return. */
  readonly pnl: number | null;
  /** The deepest fall below the highest close so far, of any of its sessions; <= 0. */
  readonly drawdown: number | null;
  readonly trades: TradeSummary;
}

interface Span {
  readonly rank: number;
  readonly key: string;
  sessions: number;
  growth: number;
  pnlMicros: number;
  drawdown: number;
  readonly trades: TradeRecord[];
}

/**
 * Week by week or month by month, every one from the first to the last that has a close or the end of a trade. The
 * first point of the curve is the close before the first session with a return.
 */
export function trendOf(
  points: readonly EquityPoint[],
  trades: readonly TradeRecord[],
  by: Trend,
  sessionSpan: SessionSpan,
): TrendRow[] {
  const spans = new Map<number, Span>();
  const spanOf = (session: SessionDate): Span => {
    const rank = periodRankOf(session, by);
    const known = spans.get(rank);
    if (known !== undefined) return known;
    const key = periodNameOf(session, by);
    const span = { rank, key, sessions: 0, growth: 1, pnlMicros: 0, drawdown: 0, trades: [] };
    spans.set(rank, span);
    return span;
  };
  const { returns, index } = timeWeighted(points);
  const falls = drawdownsFromPeak(index);
  returns.forEach((earned, i) => {
    const [before, after] = [points[i] as EquityPoint, points[i + 1] as EquityPoint];
    const span = spanOf(after.session);
    span.sessions += 1;
    span.growth *= 1 + earned;
    span.pnlMicros += Math.round((after.equity - before.equity - after.flow) * 1e6);
    span.drawdown = Math.min(span.drawdown, falls[i + 1] ?? 0);
  });
  for (const trade of settled(trades)) spanOf(sessionDate(trade.exitSession)).trades.push(trade);
  return [...spans.values()]
    .sort((a, b) => a.rank - b.rank)
    .map((span) => ({
      key: span.key,
      sessions: span.sessions,
      return: span.sessions === 0 ? null : span.growth - 1,
      pnl: span.sessions === 0 ? null : span.pnlMicros / 1e6,
      drawdown: span.sessions === 0 ? null : span.drawdown,
      trades: tradeMetrics(span.trades, sessionSpan),
    }));
}
