import type { MetricValue } from '../ledger/metrics.ts';
import type { MetricDefinition } from '../ledger/metrics-definition.ts';
import { METRICS, type MetricId } from '../ledger/metrics-definitions.ts';
import { decimals, money, multiple, percent } from './format.ts';

const UNIT_TEXT: Readonly<Record<MetricDefinition['unit'], (value: number) => string>> = {
  usd: money,
  fraction: percent,
  ratio: (value) => decimals(value),
  r: multiple,
  sessions: (value) => wholeOr(value),
  days: (value) => wholeOr(value),
  trades: (value) => String(value),
};

const wholeOr = (value: number): string =>
  Number.isInteger(value) ? String(value) : decimals(value, 1);

/** Shares, probabilities and costs: a plus in front of them would say that they changed. */
const UNSIGNED: ReadonlySet<MetricId> = new Set([
  'winRate',
  'commissions',
  'winningSessions',
  'volatility',
  'ulcer',
  'probabilisticSharpe',
  'timeInMarket',
  'averageExposure',
  'maxExposure',
]);

/** A metric for readers: its value in its unit, or why there is none. */
export function metricText(id: MetricId, { value, reason }: MetricValue): string {
  if (value === null) return reason ?? 'n/a';
  const text = UNIT_TEXT[METRICS[id].unit](value);
  return UNSIGNED.has(id) ? text.replace(/^\+/, '') : text;
}
