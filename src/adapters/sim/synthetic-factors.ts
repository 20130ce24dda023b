import { normalAt, sessionKey, streamKey, wordAt } from './synthetic-random.ts';

/**
 * Shares of a session's variance that fall overnight and inside the session; the square roots scale
 * deviates.
 */
const OVERNIGHT_SHARE = 0.2;
export const OVERNIGHT_SCALE = Math.sqrt(OVERNIGHT_SHARE);
export const INTRADAY_SCALE = Math.sqrt(1 - OVERNIGHT_SHARE);

/**
 * GARCH(1,1) in units of the long-run variance (Bollerslev 1986), near what is usually estimated
 * for daily equity returns. The bounds keep a run of shocks from leaving the range a trader would
 * believe.
 */
const VARIANCE_SHOCK = 0.08;
const VARIANCE_MEMORY = 0.9;
const VARIANCE_BASE = 1 - VARIANCE_SHOCK - VARIANCE_MEMORY;
const VARIANCE_MIN = 0.2;
const VARIANCE_MAX = 9;

/**
 * One session in sixteen is wild, 2.2 times the usual: the mixture has variance 1 and fat tails
 * (kurtosis 5.5 before clustering), and given the scale a move is still normal, which the day's
 * range relies on.
 */
const CALM = 0.9;
const WILD = 2.2;
const MIXTURE_SCALE = Math.sqrt((WILD * WILD + 15 * CALM * CALM) / 16);
export const CALM_SCALE = CALM / MIXTURE_SCALE;
export const WILD_SCALE = WILD / MIXTURE_SCALE;

/**
 * The common moves of all symbols, or of those of one sector, a value per session since the anchor.
 */
export interface FactorSeries {
  /** Return from the close before to the open. */
  readonly gap: Float64Array;
  /** Return from the open to the close. */
  readonly intraday: Float64Array;
  /** Standard deviation from which `intraday` was drawn. */
  readonly sigma: Float64Array;
}

export interface FactorTraits {
  /** Long-run standard deviation of a session's return. */
  readonly sigma: number;
  /** Mean return a session. */
  readonly drift: number;
  /** Standard deviation of the slow part of the drift, which makes regimes; 0 for none. */
  readonly trendSigma: number;
}

const STREAM_FACTOR = 1;
const SLOT_GAP = 0;
const SLOT_INTRADAY = 1;
const SLOT_TREND = 2;
/** Past the six words that the three deviates above use. */
const WORD_WILD = 6;
const TREND_MEMORY = 0.985;
/** sqrt(1 - memory^2): keeps the stationary standard deviation of the trend at 1. */
const TREND_SHOCK = Math.sqrt(1 - TREND_MEMORY * TREND_MEMORY);

/**
 * The series of one factor from the anchor on, as long as `lengthScale`: per session, the square
 * root of its length in full sessions, by which volatility inside it shrinks.
 */
export function factorSeries(
  seed: number,
  name: string,
  traits: FactorTraits,
  lengthScale: Float64Array,
): FactorSeries {
  const sessions = lengthScale.length;
  const series: FactorSeries = {
    gap: new Float64Array(sessions),
    intraday: new Float64Array(sessions),
    sigma: new Float64Array(sessions),
  };
  const key = streamKey(seed, name, STREAM_FACTOR);
  let variance = 1;
  let trend = 0;
  for (let t = 0; t < sessions; t++) {
    const draw = sessionKey(key, t);
    const mixture = (wordAt(draw, WORD_WILD) & 15) === 0 ? WILD_SCALE : CALM_SCALE;
    const scale = Math.sqrt(variance) * mixture;
    const overnight = OVERNIGHT_SCALE * normalAt(draw, SLOT_GAP);
    const inside = INTRADAY_SCALE * normalAt(draw, SLOT_INTRADAY);
    const length = lengthScale[t] as number;
    if (traits.trendSigma > 0) {
      trend = TREND_MEMORY * trend + TREND_SHOCK * normalAt(draw, SLOT_TREND);
    }
    series.gap[t] = traits.sigma * scale * overnight;
    series.sigma[t] = traits.sigma * scale * INTRADAY_SCALE * length;
    series.intraday[t] =
      traits.drift + traits.trendSigma * trend + traits.sigma * scale * inside * length;
    variance = nextVariance(
      variance,
      mixture * mixture * variance * (overnight * overnight + inside * inside),
    );
  }
  return series;
}

/**
 * One GARCH step, from this session's variance and squared move in units of the long-run variance.
 */
export function nextVariance(variance: number, squaredMove: number): number {
  const next = VARIANCE_BASE + VARIANCE_SHOCK * squaredMove + VARIANCE_MEMORY * variance;
  return Math.min(VARIANCE_MAX, Math.max(VARIANCE_MIN, next));
}
