import { MAX_MICROS, MICROS_PER_USD } from '../domain/money.ts';
import type { FeatureSpec, NoSignal } from './strategy.ts';

/** The words a strategy has for giving no signal. */
const NO_SIGNALS: readonly NoSignal[] = [
  'history_short',
  'volatility_band',
  'no_signal',
  'undefined_feature',
];

/** A reason is a word of the journal and of reports. */
const REASON = /^[a-z][a-z0-9_]{0,47}$/;

const MOST_DOLLARS = MAX_MICROS / MICROS_PER_USD;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What is wrong with the features that a strategy declares; nothing when they can be scored. */
export function featureProblems(features: unknown): string[] {
  if (!Array.isArray(features) || features.length === 0) {
    return ['features: must be a list of at least one feature'];
  }
  const problems = features.flatMap((feature: unknown, i) =>
    oneFeature(feature).map((problem) => `features[${i}]: ${problem}`),
  );
  if (problems.length > 0) return problems;
  const specs = features as readonly FeatureSpec[];
  if (new Set(specs.map(({ name }) => name)).size < specs.length) {
    return ['features: each has a name of its own'];
  }
  const total = specs.reduce((sum, { weight }) => sum + weight, 0);
  return total > 0 ? [] : ['features: at least one weight must be above 0'];
}

function oneFeature(feature: unknown): string[] {
  if (!isObject(feature)) return ['must be { name, weight, lo, hi, inverted }'];
  const { name, weight, lo, hi, inverted } = feature;
  const problems: string[] = [];
  if (typeof name !== 'string' || !REASON.test(name)) problems.push('name must be a word');
  if (!(isFinite(weight) && weight >= 0)) problems.push('weight must be a number, at least 0');
  if (!(isFinite(lo) && isFinite(hi) && hi > lo)) problems.push('hi must be a number above lo');
  if (typeof inverted !== 'boolean') problems.push('inverted must be true or false');
  return problems;
}

const isFinite = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** What is wrong with what a strategy said of a symbol, or null: its code is a user's and may return anything. */
export function opinionProblem(opinion: unknown, features: number): string | null {
  if (!isObject(opinion)) return `evaluate must return an opinion, was ${shown(opinion)}`;
  const { direction, reason, exit } = opinion;
  if (exit !== undefined && typeof exit !== 'boolean') {
    return `exit must be true or false, was ${shown(exit)}`;
  }
  if (direction === 'none') {
    return (NO_SIGNALS as readonly unknown[]).includes(reason)
      ? null
      : `reason must be one of ${NO_SIGNALS.join(', ')}, was ${shown(reason)}`;
  }
  if (direction !== 'long') return `direction must be long or none, was ${shown(direction)}`;
  if (typeof reason !== 'string' || !REASON.test(reason)) {
    return `reason must be a lower-case word, was ${shown(reason)}`;
  }
  return longProblem(opinion, features);
}

/** Undefined features and prices are NaN: they leave a candidate out and are no fault. */
function longProblem(
  { features, strength, stopPrice, targetPrice }: Readonly<Record<string, unknown>>,
  wanted: number,
): string | null {
  if (!Array.isArray(features) || features.length !== wanted) {
    return `features must be ${wanted} numbers in the declared order, was ${shown(features)}`;
  }
  const odd: unknown = features.find((value) => typeof value !== 'number');
  if (odd !== undefined) return `a feature must be a number, was ${shown(odd)}`;
  if (strength !== undefined && !(isFinite(strength) && strength >= 0 && strength <= 1)) {
    return `strength must be 0 to 1, was ${shown(strength)}`;
  }
  for (const [name, price] of Object.entries({ stopPrice, targetPrice })) {
    if (price === undefined) continue;
    const inRange = typeof price === 'number' && !(Math.abs(price) > MOST_DOLLARS);
    if (!inRange) return `${name} must be dollars a share, was ${shown(price)}`;
  }
  return null;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return isObject(value) || typeof value === 'function' ? `a ${typeof value}` : String(value);
}

/** What of a value is not plain data (numbers, text, booleans, null, lists and objects of these), by its path. */
export function plainDataProblems(value: unknown, path = 'params'): string[] {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return [];
  if (value === undefined || isFinite(value)) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => plainDataProblems(item, `${path}.${i}`));
  }
  const plain = isObject(value) && Object.getPrototypeOf(value) === Object.prototype;
  if (!plain) return [`${path}: must be plain data, was ${shown(value)}`];
  return Object.entries(value).flatMap(([key, item]) => plainDataProblems(item, `${path}.${key}`));
}

/** The same plain data, so that nobody can change it any more. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) frozen(item);
  }
  return value;
}
