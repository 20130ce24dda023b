import { DAY_MS, dateToUtcMs, type SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import { type MetricValue, measure } from './metrics.ts';
import type { TradeMetricId } from './metrics-definitions.ts';
import * as series from './metrics-series.ts';

/** A result nearer to zero than half a cent is a draw. */
const DRAW_USD = 0.005;

export type Outcome = 'win' | 'draw' | 'loss';

export function outcomeOf(netPnl: number): Outcome {
  if (Math.abs(netPnl) < DRAW_USD) return 'draw';
  return netPnl > 0 ? 'win' : 'loss';
}

/** A trade whose result is known: closed, and every commission reported. */
export interface SettledTrade extends TradeRecord {
  readonly exitAt: string;
  readonly exitSession: string;
  readonly netPnl: number;
  readonly grossPnl: number;
  readonly commission: number;
}

const isSettled = (trade: TradeRecord): trade is SettledTrade =>
  trade.status === 'closed' &&
  trade.exitAt !== null &&
  trade.exitSession !== null &&
  trade.netPnl !== null &&
  trade.grossPnl !== null &&
  trade.commission !== null;

/** The trades with a known result, by exit time, then symbol: the order in which streaks count. */
export const settled = (trades: readonly TradeRecord[]): SettledTrade[] =>
  trades
    .filter(isSettled)
    .sort((a, b) => compare(a.exitAt, b.exitAt) || compare(a.symbol, b.symbol));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How many closed trades wait for a commission and are in no metric. */
const provisionalCount = (trades: readonly TradeRecord[]): number =>
  trades.filter((trade) => trade.status === 'closed' && !isSettled(trade)).length;

/** Sessions from one New York date to another, both counted: 1 for the same session. */
export type SessionSpan = (from: string, to: string) => number;

export interface TradeSummary {
  /** Closed trades with a known result. */
  readonly closed: number;
  readonly wins: number;
  readonly draws: number;
  readonly losses: number;
  /** Closed, but a commission is missing: in no other number. */
  readonly provisional: number;
  readonly metrics: Readonly<Record<TradeMetricId, MetricValue>>;
}

/** Every trade metric of the closed trades among those given. Dollars and R are summed in whole millionths. */
export function tradeMetrics(
  trades: readonly TradeRecord[],
  sessionSpan: SessionSpan,
): TradeSummary {
  const closed = settled(trades);
  const n = closed.length;
  const nets = closed.map(({ netPnl }) => netPnl);
  const wins = closed.filter(({ netPnl }) => outcomeOf(netPnl) === 'win');
  const losses = closed.filter(({ netPnl }) => outcomeOf(netPnl) === 'loss');
  const won = sumUsd(wins.map(({ netPnl }) => netPnl));
  const lost = sumUsd(losses.map(({ netPnl }) => netPnl));
  const averageWin = wins.length === 0 ? null : won / wins.length;
  const averageLoss = losses.length === 0 ? null : lost / losses.length;
  const payoff =
    averageWin === null || averageLoss === null ? null : averageWin / Math.abs(averageLoss);
  const winRate = n === 0 ? 0 : wins.length / n;
  const multiples = closed.flatMap(({ rMultiple }) => (rMultiple === null ? [] : [rMultiple]));
  const all = (id: TradeMetricId, compute: () => number | null, why = '') =>
    measure(id, n, compute, why);
  const some = (id: TradeMetricId, count: number, compute: () => number | null, why = '') =>
    measure(id, count, compute, why);
  const noPayoff = wins.length === 0 ? 'no wins' : 'no losses';
  return {
    closed: n,
    wins: wins.length,
    draws: n - wins.length - losses.length,
    losses: losses.length,
    provisional: provisionalCount(trades),
    metrics: {
      winRate: all('winRate', () => winRate),
      netProfit: all('netProfit', () => sumUsd(nets)),
      commissions: all('commissions', () => sumUsd(closed.map(({ commission }) => commission))),
      profitFactor: all(
        'profitFactor',
        () => (losses.length === 0 ? null : won / Math.abs(lost)),
        'no losses',
      ),
      payoff: all('payoff', () => payoff, noPayoff),
      averageWin: some('averageWin', wins.length, () => averageWin),
      averageLoss: some('averageLoss', losses.length, () => averageLoss),
      bestTrade: all('bestTrade', () => nets.reduce((a, b) => Math.max(a, b))),
      worstTrade: all('worstTrade', () => nets.reduce((a, b) => Math.min(a, b))),
      expectancy: all('expectancy', () => sumUsd(nets) / n),
      expectancyR: some('expectancyR', multiples.length, () => series.mean(multiples)),
      expectancyRatio: all(
        'expectancyRatio',
        () => (payoff === null ? null : (1 + payoff) * winRate - 1),
        noPayoff,
      ),
      sumR: some('sumR', multiples.length, () => sumUsd(multiples)),
      sqn: some('sqn', multiples.length, () => systemQuality(multiples), 'no spread'),
      halfKelly: all(
        'halfKelly',
        () => (payoff === null ? null : (winRate - (1 - winRate) / payoff) / 2),
        noPayoff,
      ),
      longestWinStreak: all('longestWinStreak', () => longestStreak(nets, 'win')),
      longestLossStreak: all('longestLossStreak', () => longestStreak(nets, 'loss')),
      ...holdingMetrics(wins, losses, sessionSpan),
    },
  };
}

/** The sum of dollars, or of R as records keep it: amounts of at most six decimals, exact to the last of them. */
export function sumUsd(amounts: readonly number[]): number {
  let micros = 0;
  for (const amount of amounts) micros += Math.round(amount * 1e6);
  return micros / 1e6;
}

function systemQuality(multiples: readonly number[]): number | null {
  const centre = series.mean(multiples);
  const sample = series.spread(multiples);
  if (centre === null || sample === null) return null;
  return (Math.sqrt(Math.min(multiples.length, 100)) * centre) / sample;
}

function longestStreak(nets: readonly number[], wanted: Outcome): number {
  let longest = 0;
  let current = 0;
  for (const net of nets) {
    current = outcomeOf(net) === wanted ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}

/** Calendar days from the entry session to the exit session. */
const daysHeld = (trade: SettledTrade): number =>
  (dateToUtcMs(trade.exitSession as SessionDate) - dateToUtcMs(trade.entrySession as SessionDate)) /
  DAY_MS;

function holdingMetrics(
  wins: readonly SettledTrade[],
  losses: readonly SettledTrade[],
  sessionSpan: SessionSpan,
) {
  const held = (trade: SettledTrade) => sessionSpan(trade.entrySession, trade.exitSession);
  const average = (
    id: TradeMetricId,
    group: readonly SettledTrade[],
    length: (trade: SettledTrade) => number,
  ) => measure(id, group.length, () => series.mean(group.map(length)), '');
  return {
    holdingWinners: average('holdingWinners', wins, held),
    holdingLosers: average('holdingLosers', losses, held),
    holdingDaysWinners: average('holdingDaysWinners', wins, daysHeld),
    holdingDaysLosers: average('holdingDaysLosers', losses, daysHeld),
  };
}
