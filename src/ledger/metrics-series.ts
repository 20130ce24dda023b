/**
 * Measures of a series of numbers, mostly one return per session. Plain float64 in a fixed order of operations:
 * add, subtract, multiply, divide and square root give the same bits on every engine. Functions that also need a
 * power or an exponential say so, and their results are rounded before anybody prints or stores them.
 *
 * A measure that does not exist (too few values, no spread, no loss) is null, never NaN or infinity. How many values
 * make it worth printing is decided elsewhere.
 */

/** Trading sessions that count as a year wherever a statistic is annualised. */
export const SESSIONS_PER_YEAR = 252;

export function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : total(values) / values.length;

/** Standard deviation; `lost` is 1 for a sample (divides by n - 1) and 0 for a population. */
export function deviation(values: readonly number[], lost: 0 | 1): number | null {
  const centre = mean(values);
  if (centre === null || values.length <= lost) return null;
  let squares = 0;
  for (const value of values) squares += (value - centre) * (value - centre);
  return Math.sqrt(squares / (values.length - lost));
}

/** The sample standard deviation, or null where the values differ by no more than the noise of their last bits. */
export function spread(values: readonly number[]): number | null {
  const sample = deviation(values, 1);
  if (sample === null) return null;
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return sample > 1e-12 * largest ? sample : null;
}

/** Mean over sample deviation, times the root of the periods of a year. */
export function sharpe(excess: readonly number[], perYear = SESSIONS_PER_YEAR): number | null {
  const centre = mean(excess);
  const sample = spread(excess);
  return centre === null || sample === null ? null : (centre / sample) * Math.sqrt(perYear);
}

/** Root of the mean square of what is below zero, over all values. */
export function downsideDeviation(excess: readonly number[]): number | null {
  if (excess.length === 0) return null;
  let squares = 0;
  for (const value of excess) if (value < 0) squares += value * value;
  return Math.sqrt(squares / excess.length);
}

/** Mean over downside deviation, times the root of the periods of a year. */
export function sortino(excess: readonly number[], perYear = SESSIONS_PER_YEAR): number | null {
  const centre = mean(excess);
  const downside = downsideDeviation(excess);
  if (centre === null || downside === null || downside === 0) return null;
  return (centre / downside) * Math.sqrt(perYear);
}

/** The index of compounded returns: one value more than there are returns, the first is 1. */
export function compound(returns: readonly number[]): number[] {
  const index = [1];
  let level = 1;
  for (const value of returns) {
    level *= 1 + value;
    index.push(level);
  }
  return index;
}

/** Each level over the highest level so far, less one: 0 at a peak, negative below. */
export function drawdownsFromPeak(index: readonly number[]): number[] {
  let peak = Number.NEGATIVE_INFINITY;
  return index.map((level) => {
    peak = Math.max(peak, level);
    return level === peak ? 0 : level / peak - 1;
  });
}

/** The deepest fall from a peak, <= 0; the start counts as a peak. */
export function maxDrawdown(returns: readonly number[]): number | null {
  if (returns.length === 0) return null;
  let deepest = 0;
  for (const fall of drawdownsFromPeak(compound(returns))) deepest = Math.min(deepest, fall);
  return deepest;
}

/** Root of the squared drawdowns of the sessions over (n - 1). */
export function ulcerIndex(returns: readonly number[]): number | null {
  if (returns.length < 2) return null;
  let squares = 0;
  for (const fall of drawdownsFromPeak(compound(returns)).slice(1)) squares += fall * fall;
  return Math.sqrt(squares / (returns.length - 1));
}

/** Growth to the power of 1 / years, less one. Uses a power. */
export function annualGrowth(growth: number, years: number): number | null {
  if (!(years > 0) || !(growth >= 0)) return null;
  return growth ** (1 / years) - 1;
}

/** The value below which a share of the values lies, by linear interpolation between the two nearest ranks. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}

/** Mean of the values at or below a bound. */
export const meanUpTo = (values: readonly number[], bound: number): number | null =>
  mean(values.filter((value) => value <= bound));

/** Sum of gains over the absolute sum of losses, of what exceeds and what misses a threshold. */
export function omega(returns: readonly number[], threshold = 0): number | null {
  let gains = 0;
  let losses = 0;
  for (const value of returns) {
    const excess = value - threshold;
    if (excess > 0) gains += excess;
    else losses -= excess;
  }
  return losses > 0 ? gains / losses : null;
}

/** Sum of all returns over the absolute sum of the negative ones. */
export function gainToPain(returns: readonly number[]): number | null {
  let losses = 0;
  for (const value of returns) if (value < 0) losses -= value;
  return losses > 0 ? total(returns) / losses : null;
}

/** The 95th percentile over the 5th, in absolute value. */
export function tailRatio(returns: readonly number[]): number | null {
  const high = percentile(returns, 0.95);
  const low = percentile(returns, 0.05);
  return high === null || low === null || low === 0 ? null : Math.abs(high / low);
}

/** Sums of powers of standardised values: third and fourth. Null without spread. */
function standardised(
  values: readonly number[],
  lost: 0 | 1,
): { readonly third: number; readonly fourth: number } | null {
  const centre = mean(values);
  const scale = spread(values) === null ? null : deviation(values, lost);
  if (centre === null || scale === null) return null;
  let third = 0;
  let fourth = 0;
  for (const value of values) {
    const z = (value - centre) / scale;
    third += z * z * z;
    fourth += z * z * z * z;
  }
  return { third, fourth };
}

/** Sample skewness, corrected for bias as pandas and spreadsheets do. */
export function skewness(values: readonly number[]): number | null {
  const n = values.length;
  const sums = n < 3 ? null : standardised(values, 1);
  return sums === null ? null : (n / ((n - 1) * (n - 2))) * sums.third;
}

/** Sample excess kurtosis (0 for a normal distribution), corrected for bias as pandas and spreadsheets do. */
export function excessKurtosis(values: readonly number[]): number | null {
  const n = values.length;
  const sums = n < 4 ? null : standardised(values, 1);
  if (sums === null) return null;
  const scale = (n * (n + 1)) / ((n - 1) * (n - 2) * (n - 3));
  return scale * sums.fourth - (3 * (n - 1) * (n - 1)) / ((n - 2) * (n - 3));
}

/** What is needed of a series of returns to judge its Sharpe ratio. */
export interface SharpeSample {
  /** Returns it rests on. */
  readonly n: number;
  /** Mean over sample deviation, per period: not annualised. */
  readonly ratio: number;
  /** Population skewness. */
  readonly skewness: number;
  /** Population kurtosis, raw: 3 for a normal distribution. */
  readonly kurtosis: number;
}

/** The sample of a series of excess returns; null for fewer than two and for a flat one. */
export function sharpeSample(excess: readonly number[]): SharpeSample | null {
  const n = excess.length;
  const ratio = sharpe(excess, 1);
  const sums = standardised(excess, 0);
  if (ratio === null || sums === null) return null;
  return { n, ratio, skewness: sums.third / n, kurtosis: sums.fourth / n };
}

/**
 * The probability that the true Sharpe ratio is above a threshold per period (Bailey and Lopez de Prado, "The Sharpe
 * Ratio Efficient Frontier", Journal of Risk 15(2), 2012, equation 11):
 * Phi((SR - SR*) sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2)). Null where that variance is not above zero, as
 * with few and very lopsided returns. Uses an exponential.
 */
export function probabilityAbove(sample: SharpeSample, threshold: number): number | null {
  const { n, ratio, skewness, kurtosis } = sample;
  const variance = 1 - skewness * ratio + ((kurtosis - 1) / 4) * ratio * ratio;
  return variance > 0
    ? normalCdf(((ratio - threshold) * Math.sqrt(n - 1)) / Math.sqrt(variance))
    : null;
}

/** The probability that the true Sharpe ratio is above zero; see probabilityAbove. */
export function probabilisticSharpe(excess: readonly number[]): number | null {
  const sample = sharpeSample(excess);
  return sample === null ? null : probabilityAbove(sample, 0);
}

/**
 * The standard normal distribution function by its Taylor series (Marsaglia, "Evaluating the Normal Distribution",
 * 2004), good to about 1e-15. Uses an exponential.
 */
export function normalCdf(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let sum = x;
  let term = x;
  for (let odd = 3; ; odd += 2) {
    term = (term * x * x) / odd;
    const next = sum + term;
    if (next === sum) break;
    sum = next;
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x) * 0.3989422804014327;
}

/** To so many significant decimals: hides the last bits, in which engines differ on powers and exponentials. */
export const roundSignificant = (value: number, digits: number): number =>
  Number(value.toPrecision(digits));
