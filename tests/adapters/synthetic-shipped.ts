import { readFileSync } from 'node:fs';
import {
  readUniverse,
  takeUniverse,
  type UniverseRow,
} from '../../src/adapters/sim/synthetic-universe.ts';

/** The text of the universe that ships with the program. */
export const shippedUniverseText = (): string =>
  readFileSync(new URL('../../config/universe.csv', import.meta.url), 'utf8');

/** Its first `count` companies. */
export function shippedUniverse(count: number): UniverseRow[] {
  const read = readUniverse(shippedUniverseText());
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return takeUniverse(read.value, count);
}

export const mean = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? Number.NaN;
  return total / values.length;
};

/** Pearson's correlation of the values the two have in common from the start. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const n = Math.min(a.length, b.length);
  const x = a.slice(0, n);
  const y = b.slice(0, n);
  const meanX = mean(x);
  const meanY = mean(y);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  x.forEach((value, i) => {
    const dx = value - meanX;
    const dy = (y[i] ?? Number.NaN) - meanY;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xy / Math.sqrt(xx * yy);
}

/** Correlation of a series with itself one step earlier. */
export const lagOne = (values: readonly number[]): number =>
  correlation(values.slice(1), values.slice(0, -1));

/** How many standard errors the mean of independent observations is away from 0. */
export function tStatistic(observations: readonly number[]): number {
  const centre = mean(observations);
  const squares = observations.map((value) => (value - centre) ** 2);
  const variance = squares.reduce((a, b) => a + b, 0) / (observations.length - 1);
  return centre / Math.sqrt(variance / observations.length);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
