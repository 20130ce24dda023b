import { sessionDate } from '../../src/domain/time.ts';
import {
  type SpanMeasure,
  TRIAL_METRICS,
  type TrialMetric,
  type TrialResult,
} from '../../src/ledger/trials.ts';
import type { SweepInput, SweptTrial, SweptWindow } from '../../src/reporting/sweep-report.ts';

export const NOTHING = Object.fromEntries(TRIAL_METRICS.map((id) => [id, null])) as Record<
  TrialMetric,
  number | null
>;

export const span = (sharpe: number, more: Partial<SpanMeasure> = {}): SpanMeasure => ({
  sessions: 176,
  closed: 40,
  metrics: { ...NOTHING, sharpe, totalReturn: sharpe / 10, maxDrawdown: -0.05 },
  meanReturn: sharpe / 1000,
  sample: { n: 176, ratio: sharpe / Math.sqrt(252), skewness: 0, kurtosis: 3 },
  ...more,
});

export const done = (
  inSample: SpanMeasure,
  outOfSample: SpanMeasure | null = null,
): TrialResult => ({
  outcome: 'done',
  haltedOn: null,
  inSample,
  outOfSample,
  decisionHash: 'abc',
});

export const KEYS = [
  { key: 'sizing.stop.multiple', values: ['2', '3', '4'] },
  { key: 'risk.maxPositions', values: ['5', '10'] },
];

/** One trial for each pair of values, the Sharpe ratio highest in the middle of the first key. */
export const grid = (): SweptTrial[] =>
  ['2', '3', '4'].flatMap((multiple, i) =>
    ['5', '10'].map((positions, j) => ({
      number: i * 2 + j + 1,
      values: { 'sizing.stop.multiple': multiple, 'risk.maxPositions': positions },
      result: done(span([0.5, 1.5, 0.75][i] as number), span(0.25 * (j + 1), { sessions: 76 })),
    })),
  );

export const input = (parts: Partial<SweepInput> = {}): SweepInput => ({
  metric: 'sharpe',
  keys: KEYS,
  from: sessionDate('2015-01-02'),
  to: sessionDate('2015-12-31'),
  sessions: 252,
  split: sessionDate('2015-09-15'),
  before: sessionDate('2014-12-31'),
  dataLabel: 'bars of a test',
  synthetic: false,
  found: { kind: 'range', trials: grid() },
  missing: 0,
  warnings: [],
  ...parts,
});

export const window = (
  number: number,
  chosen: number | null,
  returns: readonly number[],
): SweptWindow => ({
  number,
  train: { from: sessionDate('2015-01-02'), to: sessionDate('2015-03-02') },
  test: [sessionDate(`2015-03-0${2 + number}`), sessionDate(`2015-03-0${3 + number}`)],
  trials: grid(),
  chosen,
  judged:
    chosen === null
      ? null
      : {
          ...(done(span(0.1, { closed: 20 })) as Extract<TrialResult, { outcome: 'done' }>),
          returns,
        },
});
