import { naturalLog } from '../indicators/natural-log.ts';
import type { SeriesEra } from './series.ts';

/** Sessions that a correlation looks back on. */
export const CORRELATION_SESSIONS = 60;
/** Fewer sessions in which both have a return say nothing. */
export const LEAST_COMMON_SESSIONS = 40;

/**
 * Pearson's correlation of two symbols' daily log returns over the 60 sessions up to the one of an ordinal, -1..1. A
 * return is from one session's close to the next one's: a session counts where both symbols have a bar in it and in the
 * session before. What cannot be computed, for fewer than 40 such sessions or a price that never moved, is 1: the worst
 * there is to a limit.
 */
export function returnCorrelation(a: SeriesEra, b: SeriesEra, ordinal: number): number {
  const [x, y] = commonReturns(a, b, ordinal);
  const n = x.length;
  if (n < LEAST_COMMON_SESSIONS) return 1;
  const [meanX, meanY] = [mean(x), mean(y)];
  let [covariance, varianceX, varianceY] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const dx = (x[i] as number) - meanX;
    const dy = (y[i] as number) - meanY;
    covariance += dx * dy;
    varianceX += dx * dx;
    varianceY += dy * dy;
  }
  const value = covariance / Math.sqrt(varianceX * varianceY);
  return Number.isNaN(value) ? 1 : Math.max(-1, Math.min(1, value));
}

function mean(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total / values.length;
}

/** The returns of both in the sessions in which both have one, latest first. */
function commonReturns(a: SeriesEra, b: SeriesEra, ordinal: number): [number[], number[]] {
  const x: number[] = [];
  const y: number[] = [];
  let [i, j] = [a.visibleThrough(ordinal) - 1, b.visibleThrough(ordinal) - 1];
  for (let at = ordinal; at > ordinal - CORRELATION_SESSIONS; at--) {
    while (i > 0 && (a.ordinals[i] as number) > at) i--;
    while (j > 0 && (b.ordinals[j] as number) > at) j--;
    if (hasReturnAt(a, i, at) && hasReturnAt(b, j, at)) {
      x.push(returnAt(a, i));
      y.push(returnAt(b, j));
    }
  }
  return [x, y];
}

const hasReturnAt = ({ ordinals }: SeriesEra, i: number, at: number): boolean =>
  i > 0 && ordinals[i] === at && ordinals[i - 1] === at - 1;

const returnAt = ({ columns: { close } }: SeriesEra, i: number): number =>
  naturalLog((close[i] as number) / (close[i - 1] as number));
