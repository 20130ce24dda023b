import type { SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import { expectedBestSharpe } from './deflated-sharpe.ts';
import { curveMetrics, type EquityPoint, timeWeighted } from './metrics-curve.ts';
import { METRICS } from './metrics-definitions.ts';
import {
  mean,
  probabilityAbove,
  SESSIONS_PER_YEAR,
  type SharpeSample,
  sharpeSample,
} from './metrics-series.ts';
import { type SessionSpan, tradeMetrics } from './metrics-trades.ts';

/** What of a trial can decide which is best; more is better in each. */
export const RANKING_METRICS = [
  'sharpe',
  'sortino',
  'calmar',
  'cagr',
  'totalReturn',
  'maxDrawdown',
  'profitFactor',
  'expectancyR',
  'sqn',
] as const;
export type RankingMetric = (typeof RANKING_METRICS)[number];

/** What is kept of each trial. */
export const TRIAL_METRICS = [
  ...RANKING_METRICS,
  'volatility',
  'averageExposure',
  'winRate',
  'sumR',
] as const;
export type TrialMetric = (typeof TRIAL_METRICS)[number];

/** What a stretch of a trial came to. */
export interface SpanMeasure {
  readonly sessions: number;
  /** Trades that ended in it. */
  readonly closed: number;
  /** Null below the floor of the metric, or where it does not exist. */
  readonly metrics: Readonly<Record<TrialMetric, number | null>>;
  /** Mean return of a session. */
  readonly meanReturn: number | null;
  readonly sample: SharpeSample | null;
}

/** What a trial came to. */
export type TrialResult =
  | {
      readonly outcome: 'done';
      /** Where the drawdown limit ended it. */
      readonly haltedOn: SessionDate | null;
      readonly inSample: SpanMeasure;
      /** Null where nothing was set aside, or the trial was halted before. */
      readonly outOfSample: SpanMeasure | null;
      readonly decisionHash: string;
      /** Session by session, where they are to be joined with others. */
      readonly returns?: readonly number[];
    }
  | { readonly outcome: 'failed' | 'refused'; readonly reason: string };

/** A curve and the trades that ended on it. The first point is the close before the first session. */
export function measureSpan(
  points: readonly EquityPoint[],
  trades: readonly TradeRecord[],
  sessionSpan: SessionSpan,
): SpanMeasure {
  const summary = tradeMetrics(trades, sessionSpan);
  const all = { ...curveMetrics(points), ...summary.metrics };
  const { returns } = timeWeighted(points);
  const metrics = Object.fromEntries(TRIAL_METRICS.map((id) => [id, all[id].value]));
  return {
    sessions: returns.length,
    closed: summary.closed,
    metrics: metrics as Record<TrialMetric, number | null>,
    meanReturn: mean(returns),
    sample: sharpeSample(returns),
  };
}

/** A curve cut in two: what comes before a session, and that session with all after it. */
export function measureSplit(
  points: readonly EquityPoint[],
  trades: readonly TradeRecord[],
  split: SessionDate | null,
  sessionSpan: SessionSpan,
): { readonly inSample: SpanMeasure; readonly outOfSample: SpanMeasure | null } {
  const cut = split === null ? -1 : points.findIndex(({ session }) => session >= split);
  const at = cut < 0 ? points.length : cut;
  const isLate = ({ exitSession }: TradeRecord): boolean =>
    split !== null && exitSession !== null && exitSession >= split;
  return {
    inSample: measureSpan(
      points.slice(0, at),
      trades.filter((trade) => !isLate(trade)),
      sessionSpan,
    ),
    outOfSample:
      cut < 1 ? null : measureSpan(points.slice(cut - 1), trades.filter(isLate), sessionSpan),
  };
}

/** A trial with its place among the others. */
export interface RankedTrial<T> {
  readonly trial: T;
  /** From 1 on; null where there is nothing to rank it by. */
  readonly rank: number | null;
  /** The probability that its Sharpe ratio is above what the best of so many worthless trials would show. */
  readonly deflatedSharpe: number | null;
}

/** What the ranking of all trials rests on. */
export interface Ranking<T> {
  /** Best first; those without a rank last, in their own order. */
  readonly trials: readonly RankedTrial<T>[];
  /** Trials that were run to an end: what the deflation counts. */
  readonly tried: number;
  /**
   * Annual Sharpe ratio that the best of so many worthless trials is expected to show; null where too few of several
   * have enough sessions to say how much they differ.
   */
  readonly expectedBest: number | null;
}

/** Where a trial stands before its numbers are looked at: lasted, ended by its drawdown, nothing to rank by. */
const LASTED = 0;
const HALTED = 1;
const UNRANKED = 2;

/** Whether a trial lasted to the end of what it is ranked on; one that came to a part set aside did. */
export const hasLasted = (result: TrialResult): boolean =>
  result.outcome === 'done' && (result.haltedOn === null || result.outOfSample !== null);

/**
 * Ranks by the in-sample part alone, ties in their own order. A trial that its drawdown limit ended there comes after
 * all that lasted, whatever it had earned by then.
 */
export function rankTrials<T extends { readonly result: TrialResult }>(
  trials: readonly T[],
  metric: RankingMetric,
): Ranking<T> {
  const spans = trials.map(({ result }) => (result.outcome === 'done' ? result.inSample : null));
  // The ratio of a few sessions, before a drawdown limit ended a trial, says how few they were.
  const ratios = spans.flatMap((span) => {
    const sample = span?.sample;
    return isEnough(sample) ? [sample.ratio] : [];
  });
  const tried = spans.filter((span) => span !== null).length;
  const threshold = expectedBestSharpe(tried, ratios);
  const placed = trials.map((trial, i) => {
    const value = spans[i]?.metrics[metric] ?? null;
    const group = value === null ? UNRANKED : hasLasted(trial.result) ? LASTED : HALTED;
    return { trial, value: value ?? 0, group, sample: spans[i]?.sample ?? null };
  });
  const ordered = placed.toSorted((a, b) => a.group - b.group || b.value - a.value);
  return {
    trials: ordered.map(({ trial, group, sample }, i) => ({
      trial,
      rank: group === UNRANKED ? null : i + 1,
      deflatedSharpe: deflated(sample, threshold),
    })),
    tried,
    expectedBest:
      threshold === null ? null : Math.round(threshold * Math.sqrt(SESSIONS_PER_YEAR) * 1e6) / 1e6,
  };
}

/** The floor of the probabilistic ratio holds here too. */
const isEnough = (sample: SharpeSample | null | undefined): sample is SharpeSample =>
  sample != null && sample.n >= METRICS.probabilisticSharpe.floor.count;

function deflated(sample: SharpeSample | null, threshold: number | null): number | null {
  if (threshold === null || !isEnough(sample)) return null;
  const probability = probabilityAbove(sample, threshold);
  return probability === null ? null : Math.round(probability * 1e6) / 1e6;
}
