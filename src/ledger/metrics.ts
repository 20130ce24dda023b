import { METRICS, type MetricId } from './metrics-definitions.ts';

/**
 * A metric as it is printed: the value, or null and why. `n` is how many sessions or trades it rests on; below the
 * metric's floor there is no value, because it would mean nothing.
 */
export interface MetricValue {
  readonly value: number | null;
  readonly n: number;
  /** "n/a (12 of 20 sessions)"; only where the value is null. */
  readonly reason?: string;
}

export const notAvailable = (n: number, why: string): MetricValue => ({
  value: null,
  n,
  reason: `n/a (${why})`,
});

/** A value that needs no floor but may not exist, for a reason. */
export function valueOr(n: number, value: number | null, why: string): MetricValue {
  if (value === null || !Number.isFinite(value)) return notAvailable(n, why);
  return { value: value === 0 ? 0 : value, n };
}

/**
 * The metric from its sample: null below the floor of its definition, or where `compute` gives null because of `why`.
 */
export function measure(
  id: MetricId,
  n: number,
  compute: () => number | null,
  why: string,
): MetricValue {
  const { floor } = METRICS[id];
  if (n < floor.count) return notAvailable(n, `${n} of ${floor.count} ${floor.of}`);
  return valueOr(n, compute(), why);
}
