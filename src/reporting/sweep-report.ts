import type { SessionDate } from '../domain/time.ts';
import type { EquityPoint } from '../ledger/metrics-curve.ts';
import { METRICS } from '../ledger/metrics-definitions.ts';
import { compound } from '../ledger/metrics-series.ts';
import {
  measureSpan,
  type Ranking,
  type RankingMetric,
  rankTrials,
  type SpanMeasure,
  type TrialResult,
} from '../ledger/trials.ts';
import { plural } from './format.ts';
import { metricText } from './metric-text.ts';
import { sessionSpan } from './report.ts';

/** A combination of values and what it came to. */
export interface SweptTrial {
  readonly number: number;
  readonly values: Readonly<Record<string, string>>;
  readonly result: TrialResult;
}

/** A key that was varied; its values in order, or null where they were drawn from between two ends. */
export interface SweptKey {
  readonly key: string;
  readonly values: readonly string[] | null;
}

/** A stretch that trials were chosen on, and how the chosen one did after it. */
export interface SweptWindow {
  readonly number: number;
  readonly train: { readonly from: SessionDate; readonly to: SessionDate };
  /** Sessions that the chosen trial was judged on. */
  readonly test: readonly SessionDate[];
  readonly trials: readonly SweptTrial[];
  /** The number of the trial; null where none had anything to be chosen by. */
  readonly chosen: number | null;
  readonly judged: TrialResult | null;
}

/** All that a sweep found. */
export interface SweepInput {
  readonly metric: RankingMetric;
  readonly keys: readonly SweptKey[];
  readonly from: SessionDate;
  readonly to: SessionDate;
  readonly sessions: number;
  readonly split: SessionDate | null;
  /** The session before the first one. */
  readonly before: SessionDate;
  readonly dataLabel: string;
  readonly synthetic: boolean;
  /** One ranking over the range, or one for each window. */
  readonly found:
    | { readonly kind: 'range'; readonly trials: readonly SweptTrial[] }
    | { readonly kind: 'windows'; readonly windows: readonly SweptWindow[] };
  /** Trials without a result, because the sweep was interrupted. */
  readonly missing: number;
  readonly warnings: readonly string[];
}

/** A window with its ranking. */
export interface RankedWindow extends SweptWindow {
  readonly ranking: Ranking<SweptTrial>;
}

/** What choosing like this would have earned: the tests of all windows, one after the other. */
export interface JoinedTests {
  readonly measure: SpanMeasure;
  readonly closed: number;
  /** Mean return of a session when judged over that when chosen; null where the latter is not above zero. */
  readonly efficiency: number | null;
}

export interface SweepReport extends Omit<SweepInput, 'found'> {
  readonly ranking: Ranking<SweptTrial> | null;
  readonly windows: readonly RankedWindow[] | null;
  readonly joined: JoinedTests | null;
}

/** Under so many trades, or sessions, what a trial shows is mostly chance. */
const LEAST_TRADES = METRICS.sqn.floor.count;
const LEAST_SESSIONS = METRICS.probabilisticSharpe.floor.count;

/** Ranks, joins and warns. The same findings give the same report. */
export function sweepReport(input: SweepInput): SweepReport {
  const { found, ...rest } = input;
  if (found.kind === 'range') {
    const ranking = rankTrials(found.trials, input.metric);
    return {
      ...rest,
      ranking,
      windows: null,
      joined: null,
      warnings: [
        ...input.warnings,
        ...troubles(found.trials, input.missing),
        ...doubts(ranking, input),
      ],
    };
  }
  const windows = found.windows.map((window) => ({
    ...window,
    ranking: rankTrials(window.trials, input.metric),
  }));
  const joined = joinTests(windows, input.before);
  return {
    ...rest,
    ranking: null,
    windows,
    joined,
    warnings: [
      ...input.warnings,
      ...troubles(
        windows.flatMap(({ trials }) => trials),
        input.missing,
      ),
      ...doubtsOfWindows(windows, joined),
    ],
  };
}

/** Trials that say nothing. */
function troubles(trials: readonly SweptTrial[], missing: number): string[] {
  const of = (outcome: TrialResult['outcome']) =>
    trials.flatMap(({ result }) => (result.outcome === outcome ? [result] : []));
  const told = (outcome: 'failed' | 'refused', what: string): string[] => {
    const [first, ...others] = of(outcome);
    if (first === undefined || !('reason' in first)) return [];
    const count = others.length + 1;
    return [`${count} of ${plural(trials.length, 'trial')} ${what}, the first: ${first.reason}`];
  };
  return [
    ...(missing > 0
      ? [`stopped before its end: ${plural(missing, 'trial')} without a result`]
      : []),
    ...told('refused', 'contradict themselves and were not run'),
    ...told('failed', 'failed'),
  ];
}

/** Why the best trial may be less than it seems. */
function doubts(ranking: Ranking<SweptTrial>, { keys, split }: SweepInput): string[] {
  const best = ranking.trials[0];
  if (best === undefined || best.rank === null || best.trial.result.outcome !== 'done') {
    return ['no trial has enough sessions or trades to be ranked'];
  }
  const { inSample, outOfSample, haltedOn } = best.trial.result;
  const name = `the best trial, ${best.trial.number},`;
  const warnings: string[] = [];
  if (haltedOn !== null) warnings.push(`${name} was ended by its drawdown limit on ${haltedOn}`);
  if (inSample.closed < LEAST_TRADES) {
    warnings.push(
      `${name} closed ${plural(inSample.closed, 'trade')} in-sample: under ${LEAST_TRADES} its numbers are mostly chance`,
    );
  }
  if (split !== null && (outOfSample?.sessions ?? 0) < LEAST_SESSIONS) {
    warnings.push(
      `${name} has ${plural(outOfSample?.sessions ?? 0, 'session')} out of sample: under ${LEAST_SESSIONS} they judge little`,
    );
  }
  if (best.deflatedSharpe !== null && best.deflatedSharpe < CONVINCING) {
    warnings.push(
      `${name} may be luck: the probability that it is better than the best of ${ranking.tried} worthless trials is ${best.deflatedSharpe.toFixed(2)}`,
    );
  }
  return [...warnings, ...atTheEdge(best.trial, keys)];
}

/** The usual demand on a probability before one believes. */
const CONVINCING = 0.95;

/** Keys whose best value is the first or last one tried: better ones may lie beyond. */
function atTheEdge({ values }: SweptTrial, keys: readonly SweptKey[]): string[] {
  return keys.flatMap(({ key, values: tried }) => {
    const at = tried?.indexOf(values[key] ?? '') ?? -1;
    const isEdge = tried !== null && tried.length > 2 && (at === 0 || at === tried.length - 1);
    const areNumbers = tried?.every((value) => Number.isFinite(Number(value))) ?? false;
    return isEdge && areNumbers
      ? [`the best ${key}, ${values[key]}, is the last that was tried in its direction`]
      : [];
  });
}

function doubtsOfWindows(windows: readonly RankedWindow[], joined: JoinedTests): string[] {
  const without = windows.filter(({ chosen }) => chosen === null).length;
  const warnings: string[] = [];
  if (without > 0) {
    warnings.push(`${plural(without, 'window')} with nothing to choose by: cash there`);
  }
  warnings.push(...windows.flatMap(shortfallOf));
  if (joined.closed < LEAST_TRADES) {
    warnings.push(
      `${plural(joined.closed, 'trade')} out of sample: under ${LEAST_TRADES} the numbers are mostly chance`,
    );
  }
  const { sessions } = joined.measure;
  if (sessions < LEAST_SESSIONS) {
    warnings.push(
      `${plural(sessions, 'session')} out of sample: under ${LEAST_SESSIONS} they judge little`,
    );
  }
  const different = new Set(windows.map(({ chosen }) => chosen));
  if (windows.length > 2 && different.size === windows.length) {
    warnings.push('each window chose another trial: the choice does not last');
  }
  return warnings;
}

/** Why the choice of a window was not judged to the end. */
function shortfallOf({ number, chosen, judged }: RankedWindow): string[] {
  const name = `what window ${number} chose, trial ${chosen},`;
  if (judged === null) return [];
  if (judged.outcome !== 'done') {
    return [`${name} failed where it was judged and counts as cash there: ${judged.reason}`];
  }
  return judged.haltedOn === null
    ? []
    : [
        `${name} was ended by its drawdown limit on ${judged.haltedOn} and counts as cash from then on`,
      ];
}

/** The tests one after the other. A session in which nothing could be traded earned nothing. */
function joinTests(windows: readonly RankedWindow[], before: SessionDate): JoinedTests {
  const first = windows[0]?.train.to ?? before;
  const sessions = windows.flatMap(({ test }) => test);
  const returns = windows.flatMap(({ test, judged }) => {
    const own = judged?.outcome === 'done' ? (judged.returns ?? []) : [];
    return test.map((_, i) => own[i] ?? 0);
  });
  const points = compound(returns).map(
    (equity, i): EquityPoint => ({ session: sessions[i - 1] ?? first, equity, flow: 0 }),
  );
  const closed = windows.reduce(
    (sum, { judged }) => sum + (judged?.outcome === 'done' ? judged.inSample.closed : 0),
    0,
  );
  const measure = measureSpan(points, [], sessionSpan);
  return { measure, closed, efficiency: efficiencyOf(windows, measure) };
}

function efficiencyOf(
  windows: readonly RankedWindow[],
  { meanReturn }: SpanMeasure,
): number | null {
  const chosen = windows.flatMap(({ trials, chosen: number }) => {
    const result = trials.find((trial) => trial.number === number)?.result;
    return result?.outcome === 'done' ? [result.inSample] : [];
  });
  const sessions = chosen.reduce((sum, span) => sum + span.sessions, 0);
  const sum = chosen.reduce((total, span) => total + (span.meanReturn ?? 0) * span.sessions, 0);
  return meanReturn === null || !(sum > 0) ? null : meanReturn / (sum / sessions);
}

/** Whether a trial, or what a window chose, threw where it was run. */
export const hasFailed = ({
  ranking,
  windows,
}: Pick<SweepReport, 'ranking' | 'windows'>): boolean =>
  [
    ...(ranking?.trials ?? []).map(({ trial }) => trial.result),
    ...(windows ?? []).flatMap(({ trials, judged }) => [
      ...trials.map(({ result }) => result),
      ...(judged === null ? [] : [judged]),
    ]),
  ].some(({ outcome }) => outcome === 'failed');

/** A metric of a span for readers; "n/a" where it has none. */
export function spanText(span: SpanMeasure | null, id: keyof SpanMeasure['metrics']): string {
  const value = span?.metrics[id] ?? null;
  return value === null ? 'n/a' : metricText(id, { value, n: span?.sessions ?? 0 });
}
