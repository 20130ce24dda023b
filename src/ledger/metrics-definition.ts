/**
 * What a metric's number is: dollars, a fraction (0.01 = 1 %), a bare ratio, multiples of the initial risk, or a count.
 */
export type MetricUnit = 'usd' | 'fraction' | 'ratio' | 'r' | 'sessions' | 'days' | 'trades';

/** How a metric is defined, in words a reader can check; the page of definitions is printed from these rows. */
export interface MetricDefinition {
  readonly group: 'Return' | 'Risk' | 'Benchmark' | 'Exposure' | 'Trades';
  readonly label: string;
  readonly formula: string;
  /** Which of several usual conventions this is, and where others differ. Empty where there is only one. */
  readonly convention: string;
  /** Below this sample the metric is not printed. */
  readonly floor: { readonly count: number; readonly of: string };
  readonly unit: MetricUnit;
}
