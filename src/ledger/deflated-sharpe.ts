import { deviation } from './metrics-series.ts';

/** The Euler-Mascheroni constant. */
const GAMMA = 0.5772156649015329;

/**
 * The highest Sharpe ratio that is to be expected of so many trials of no worth at all, per period (Bailey and Lopez
 * de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014, equation 1; the approximation of
 * the expected maximum of N independent normal variables):
 * SR0 = sqrt(V) ((1 - gamma) Z(1 - 1/N) + gamma Z(1 - 1/(N e))), V the sample variance of the trials' ratios, Z the
 * normal quantile. 0 for a single trial, which nobody picked; null for several of which fewer than two ratios are
 * known. Uses a logarithm.
 */
export function expectedBestSharpe(trials: number, ratios: readonly number[]): number | null {
  if (trials < 2) return 0;
  const spread = deviation(ratios, 1);
  if (spread === null) return null;
  return (
    spread *
    ((1 - GAMMA) * normalQuantile(1 - 1 / trials) +
      GAMMA * normalQuantile(1 - 1 / (trials * Math.E)))
  );
}

/**
 * The standard normal quantile: the x below which a share of a normal distribution lies, good to about 1e-16 (Wichura,
 * "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37, 1988, PPND16).
 * Infinite at 0 and 1. Uses a logarithm.
 */
export function normalQuantile(share: number): number {
  const q = share - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE, r)) / polynomial(CENTRE_BELOW, r);
  }
  const tail = q < 0 ? share : 1 - share;
  if (tail <= 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const root = Math.sqrt(-Math.log(tail));
  const [over, below, r] =
    root <= 5 ? [MIDDLE, MIDDLE_BELOW, root - 1.6] : [FAR, FAR_BELOW, root - 5];
  const x = polynomial(over, r) / polynomial(below, r);
  return q < 0 ? -x : x;
}

/** Coefficients from the constant term on. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

const CENTRE = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const CENTRE_BELOW = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852546,
];
const MIDDLE = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const MIDDLE_BELOW = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
  0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
];
const FAR = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
  0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
];
const FAR_BELOW = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
];
