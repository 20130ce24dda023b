import { percentile } from './metrics-series.ts';

/**
 * What chance alone could have made of the same trades. Dollars and fractions, at the 5th, 50th and 95th percentile.
 */
export interface MonteCarlo {
  readonly draws: number;
  readonly trades: number;
  readonly seed: number;
  readonly endEquity: Spread;
  /** <= 0: the 5th percentile is the deep end. */
  readonly maxDrawdown: Spread;
  /** Share of the draws that ended below their start. */
  readonly lossProbability: number;
  /** Deepest fall of every draw, ascending, for a picture. */
  readonly drawdowns: readonly number[];
}

export interface Spread {
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
}

/** A uniform number in [0, 1) for a draw and a place in it. */
export type Uniform = (draw: number, place: number) => number;

/** Fewer trades say nothing when they are drawn again and again. */
export const MONTE_CARLO_FLOOR = 20;

/**
 * Draws as many trades as there were, with replacement, so often, and compounds them: each earns its own return on the
 * equity that it was opened with. With replacement, since another order of the same trades would always end at the same
 * equity. Null below the floor of trades.
 */
export function monteCarlo(
  returns: readonly number[],
  startEquity: number,
  { draws, seed, uniform }: { readonly draws: number; readonly seed: number; uniform: Uniform },
): MonteCarlo | null {
  const n = returns.length;
  if (n < MONTE_CARLO_FLOOR) return null;
  const ends: number[] = [];
  const falls: number[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    let index = 1;
    let peak = 1;
    let deepest = 0;
    for (let place = 0; place < n; place += 1) {
      const earned = returns[Math.floor(uniform(draw, place) * n)] as number;
      index = Math.max(0, index * (1 + earned));
      peak = Math.max(peak, index);
      deepest = Math.min(deepest, index / peak - 1);
    }
    ends.push(index * startEquity);
    falls.push(deepest);
  }
  return {
    draws,
    trades: n,
    seed,
    endEquity: spreadOf(ends),
    maxDrawdown: spreadOf(falls),
    lossProbability: ends.filter((end) => end < startEquity).length / draws,
    drawdowns: falls.sort((a, b) => a - b),
  };
}

const spreadOf = (values: readonly number[]): Spread => {
  const at = (share: number): number => percentile(values, share) ?? Number.NaN;
  return { p5: at(0.05), p50: at(0.5), p95: at(0.95) };
};
