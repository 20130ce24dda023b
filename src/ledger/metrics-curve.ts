import { DAY_MS, dateToUtcMs, type SessionDate } from '../domain/time.ts';
import { type MetricValue, measure, notAvailable, valueOr } from './metrics.ts';
import type { CurveMetricId } from './metrics-definitions.ts';
import * as series from './metrics-series.ts';

/** The account at one close. Money in dollars. */
export interface EquityPoint {
  readonly session: SessionDate;
  readonly equity: number;
  /** Deposits less withdrawals since the row before; counted as if made before the session opened. */
  readonly flow: number;
  /** Open positions at the close, and the sum of their absolute values, where they are known. */
  readonly positions?: number;
  readonly grossExposure?: number;
}

/**
 * What a curve earned, session by session. The first point is the close before the first session: it has no return,
 * and its flow is already in its equity.
 */
export interface TimeWeighted {
  /** One for each point but the first. */
  readonly returns: readonly number[];
  /** One for each point; the first is 1. */
  readonly index: readonly number[];
  /** The first session that has no return, because there was nothing to earn it on; no later one has one either. */
  readonly brokenAt: SessionDate | null;
}

/** Returns on the equity before plus the flow of the day, compounded. */
export function timeWeighted(points: readonly EquityPoint[]): TimeWeighted {
  const returns: number[] = [];
  for (let i = 1; i < points.length; i += 1) {
    const { session, equity, flow } = points[i] as EquityPoint;
    const base = (points[i - 1] as EquityPoint).equity + flow;
    if (!(base > 0) || !(equity >= 0)) {
      return { returns, index: series.compound(returns), brokenAt: session };
    }
    returns.push(equity / base - 1);
  }
  return { returns, index: series.compound(returns), brokenAt: null };
}

/** A fall of the index from a peak and its recovery. Session counts, not calendar days. */
export interface Drawdown {
  readonly peak: SessionDate;
  readonly valley: SessionDate;
  /** Null while it lasts. */
  readonly recovered: SessionDate | null;
  /** Negative fraction of the peak. */
  readonly depth: number;
  /** From the peak to the valley. */
  readonly sessionsDown: number;
  /** From the valley to the recovery; null while it lasts. */
  readonly sessionsToRecover: number | null;
  /** From the peak to the recovery, or to date. */
  readonly sessions: number;
}

/** Every drawdown of a curve in time order. */
export function drawdowns(points: readonly EquityPoint[]): Drawdown[] {
  const { index } = timeWeighted(points);
  const found: Drawdown[] = [];
  const date = (i: number) => (points[i] as EquityPoint).session;
  let peak = 0;
  let valley = 0;
  const add = (recovered: number | null, end: number) => {
    if (valley === peak) return;
    found.push({
      peak: date(peak),
      valley: date(valley),
      recovered: recovered === null ? null : date(recovered),
      depth: (index[valley] as number) / (index[peak] as number) - 1,
      sessionsDown: valley - peak,
      sessionsToRecover: recovered === null ? null : recovered - valley,
      sessions: end - peak,
    });
  };
  for (let i = 1; i < index.length; i += 1) {
    const level = index[i] as number;
    if (level >= (index[peak] as number)) {
      add(i, i);
      peak = i;
      valley = i;
    } else if (level < (index[valley] as number)) valley = i;
  }
  add(null, index.length - 1);
  return found;
}

export interface CurveOptions {
  /** Annual risk-free rate as a fraction; 0 unless said. */
  readonly riskFreeRate?: number;
  /** Sum of the absolute value of everything bought and sold in the period, in dollars; without it no turnover. */
  readonly tradedNotional?: number;
}

/** Every metric of a daily curve. Rows must be in time order, the close before the first session first. */
export function curveMetrics(
  points: readonly EquityPoint[],
  options: CurveOptions = {},
): Readonly<Record<CurveMetricId, MetricValue>> {
  const { returns, index, brokenAt } = timeWeighted(points);
  const n = returns.length;
  const broken = brokenAt === null ? null : `equity was not above zero on ${brokenAt}`;
  const metric = (id: CurveMetricId, compute: () => number | null, why = 'no spread') =>
    broken === null ? measure(id, n, compute, why) : notAvailable(n, broken);
  const excess = excessOver(returns, sessionRate(options.riskFreeRate ?? 0));
  const growth = index.at(-1) ?? 1;
  const cagr = metric('cagr', () => annualised(growth, calendarDays(points)), 'no days');
  const deepest = series.maxDrawdown(returns);
  const falls = drawdowns(points);
  const last = falls.at(-1);
  const lasting = last !== undefined && last.recovered === null ? last.sessions : 0;
  const historical = series.percentile(returns, 0.05);
  return {
    netChange: measure('netChange', Math.max(0, points.length - 1), () => netChange(points), ''),
    totalReturn: metric('totalReturn', () => growth - 1),
    moneyWeightedReturn: moneyWeighted(points),
    cagr,
    bestSession: metric('bestSession', () => Math.max(...extremes(returns))),
    worstSession: metric('worstSession', () => Math.min(...extremes(returns))),
    winningSessions: metric('winningSessions', () => returns.filter((r) => r > 0).length / n),
    volatility: metric('volatility', () => {
      const sample = series.deviation(returns, 1);
      return sample === null ? null : sample * Math.sqrt(series.SESSIONS_PER_YEAR);
    }),
    sharpe: metric('sharpe', () => series.sharpe(excess), 'flat'),
    sortino: metric('sortino', () => series.sortino(excess), 'no session below the risk-free rate'),
    calmar: calmar(cagr, deepest),
    maxDrawdown: metric('maxDrawdown', () => deepest),
    currentDrawdown: metric(
      'currentDrawdown',
      () => series.drawdownsFromPeak(index).at(-1) ?? null,
    ),
    sessionsUnderWater: metric('sessionsUnderWater', () => lasting),
    longestDrawdown: metric('longestDrawdown', () =>
      falls.reduce((longest, fall) => Math.max(longest, fall.sessions), 0),
    ),
    ulcer: metric('ulcer', () => series.ulcerIndex(returns)),
    valueAtRisk: metric('valueAtRisk', () => historical),
    valueAtRiskNormal: metric('valueAtRiskNormal', () => normalValueAtRisk(returns)),
    expectedShortfall: metric('expectedShortfall', () =>
      historical === null ? null : series.meanUpTo(returns, historical),
    ),
    skewness: metric('skewness', () => series.skewness(returns), 'flat'),
    excessKurtosis: metric('excessKurtosis', () => series.excessKurtosis(returns), 'flat'),
    omega: metric('omega', () => series.omega(returns), 'no losing session'),
    tailRatio: metric('tailRatio', () => series.tailRatio(returns), 'the 5th percentile is 0'),
    gainToPain: metric('gainToPain', () => series.gainToPain(returns), 'no losing session'),
    probabilisticSharpe: metric(
      'probabilisticSharpe',
      () => {
        const probability = series.probabilisticSharpe(excess);
        return probability === null ? null : Math.round(probability * 1e6) / 1e6;
      },
      'flat',
    ),
    ...exposureMetrics(points, options.tradedNotional),
  };
}

/** The annual rate as a rate per session. */
export function sessionRate(annual: number): number {
  if (annual === 0) return 0;
  const rate = (1 + annual) ** (1 / series.SESSIONS_PER_YEAR) - 1;
  return series.roundSignificant(rate, 12);
}

export const excessOver = (returns: readonly number[], rate: number): number[] =>
  returns.map((value) => value - rate);

/** First and last of the sorted values: safe for any length, unlike spreading the whole list into a call. */
function extremes(values: readonly number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function calendarDays(points: readonly EquityPoint[]): number {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return 0;
  return (dateToUtcMs(last.session) - dateToUtcMs(first.session)) / DAY_MS;
}

function annualised(growth: number, days: number): number | null {
  const rate = series.annualGrowth(growth, days / 365);
  return rate === null ? null : series.roundSignificant(rate, 6);
}

function calmar(cagr: MetricValue, deepest: number | null): MetricValue {
  if (cagr.value === null) return cagr;
  if (deepest === null || deepest === 0) return notAvailable(cagr.n, 'no drawdown');
  return valueOr(cagr.n, series.roundSignificant(cagr.value / Math.abs(deepest), 6), 'not finite');
}

function netChange(points: readonly EquityPoint[]): number | null {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const flows = series.total(points.slice(1).map(({ flow }) => flow));
  return Math.round((last.equity - first.equity - flows) * 1e6) / 1e6;
}

function normalValueAtRisk(returns: readonly number[]): number | null {
  const centre = series.mean(returns);
  const sample = series.deviation(returns, 1);
  return centre === null || sample === null ? null : centre - 1.6448536269514722 * sample;
}

/** XIRR by bisection on the present value at the first row. */
function moneyWeighted(points: readonly EquityPoint[]): MetricValue {
  const days = calendarDays(points);
  return measure(
    'moneyWeightedReturn',
    days,
    () => {
      const start = dateToUtcMs((points[0] as EquityPoint).session);
      const flows = points.map(({ session, equity, flow }, i) => ({
        years: (dateToUtcMs(session) - start) / DAY_MS / 365,
        amount: (i === 0 ? -equity : -flow) + (i === points.length - 1 ? equity : 0),
      }));
      const rate = internalRate(flows.filter(({ amount }) => amount !== 0));
      return rate === null ? null : series.roundSignificant(rate, 6);
    },
    'no single rate solves it',
  );
}

function internalRate(
  flows: readonly { readonly years: number; readonly amount: number }[],
): number | null {
  const worth = (rate: number) =>
    series.total(flows.map(({ years, amount }) => amount / (1 + rate) ** years));
  let low = -0.999999;
  let high = 1;
  while (worth(high) > 0 && high < 1e9) high *= 2;
  if (!(worth(low) > 0 && worth(high) <= 0)) return null;
  for (let i = 0; i < 200; i += 1) {
    const middle = (low + high) / 2;
    if (worth(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function exposureMetrics(
  points: readonly EquityPoint[],
  tradedNotional: number | undefined,
): Readonly<Record<'timeInMarket' | 'averageExposure' | 'maxExposure' | 'turnover', MetricValue>> {
  const closes = points.slice(1);
  const n = closes.length;
  const held = closes.flatMap(({ positions }) => (positions === undefined ? [] : [positions]));
  const shares = closes.flatMap(({ grossExposure, equity }) =>
    grossExposure === undefined || equity <= 0 ? [] : [grossExposure / equity],
  );
  const known = <T>(values: readonly T[], compute: () => number | null) =>
    values.length < n ? null : compute();
  const average = series.mean(closes.map(({ equity }) => equity));
  const unknown = 'positions are not part of this curve';
  return {
    timeInMarket: measure(
      'timeInMarket',
      n,
      () => known(held, () => held.filter((count) => count > 0).length / n),
      unknown,
    ),
    averageExposure: measure(
      'averageExposure',
      n,
      () => known(shares, () => series.mean(shares)),
      unknown,
    ),
    maxExposure: measure('maxExposure', n, () => known(shares, () => extremes(shares)[1]), unknown),
    turnover: measure(
      'turnover',
      n,
      () =>
        tradedNotional === undefined || average === null || average <= 0
          ? null
          : tradedNotional / average,
      'trades are not part of this curve',
    ),
  };
}
