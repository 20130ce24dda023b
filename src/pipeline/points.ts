import { roundHalfEven } from '../domain/money.ts';
import type { FeatureSpec } from '../strategy/strategy.ts';

/** A raw feature as 0..1: clamp((value - lo) / (hi - lo)), one minus that where inverted. NaN stays NaN. */
export function ramp(value: number, { lo, hi, inverted }: FeatureSpec): number {
  const raw = (value - lo) / (hi - lo);
  // A zero has one sign only, since the table's hash is taken over bytes.
  const clamped = raw <= 0 ? 0 : raw > 1 ? 1 : raw;
  return inverted ? 1 - clamped : clamped;
}

/**
 * round(100 x (100 x sum(w f) / sum(w)), half even) / 100, features in the declared order; their components begin at
 * an offset.
 */
export function weightedScore(
  components: ArrayLike<number>,
  features: readonly FeatureSpec[],
  from = 0,
): number {
  let weighted = 0;
  let weights = 0;
  for (let i = 0; i < features.length; i++) {
    const { weight } = features[i] as FeatureSpec;
    weighted += weight * (components[from + i] ?? Number.NaN);
    weights += weight;
  }
  const points = (100 * weighted) / weights;
  return roundHalfEven(100 * points) / 100;
}
