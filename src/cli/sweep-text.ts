import type { SweepOutcome } from '../app/sweep.ts';
import { METRICS } from '../ledger/metrics-definitions.ts';
import type { RankedTrial, SpanMeasure } from '../ledger/trials.ts';
import { decimals, plural } from '../reporting/format.ts';
import {
  type RankedWindow,
  type SweepReport,
  type SweptTrial,
  spanText,
} from '../reporting/sweep-report.ts';
import { renderTable, type TableColumn } from './table.ts';

/** What stands beside the ranking metric, where it is not that itself. */
const BESIDE = [
  { id: 'totalReturn', title: 'return' },
  { id: 'maxDrawdown', title: 'drawdown' },
] as const;

/** Trials that are shown; all of them are in the file. */
const SHOWN = 20;

/** A sweep for people: what was tried, the best of it, and what luck would have shown. */
export function sweepText(outcome: SweepOutcome, folder: string, columns: number): string {
  const { report, run, reused } = outcome;
  const again = reused === 0 ? '' : `, ${reused} more were there already`;
  const lines = [
    `Sweep of ${report.dataLabel}, ${report.from} to ${report.to}, ${plural(report.sessions, 'session')}`,
    ...(report.synthetic ? ['SYNTHETIC DATA: invented prices, not a real market'] : []),
    `${plural(run, 'backtest')} run${again}; ranked by ${METRICS[report.metric].label}`,
    '',
    ...(report.windows === null ? rangeLines(report, columns) : windowLines(report, columns)),
    '',
    `Folder  ${folder}`,
    ...(outcome.interrupted
      ? [`Stopped before its end; go on with it: trade-labs sweep --resume ${folder}`]
      : []),
  ];
  return lines.join('\n');
}

function rangeLines(report: SweepReport, columns: number): string[] {
  const { ranking, split, metric } = report;
  if (ranking === null) return [];
  const { trials, tried, expectedBest } = ranking;
  const [best] = trials;
  const hidden = trials.length - SHOWN;
  return [
    split === null
      ? 'Nothing is set aside.'
      : `Ranked on the sessions before ${split}; out of sample is from then on.`,
    '',
    rankedTable(report, trials.slice(0, SHOWN), columns),
    ...(hidden > 0 ? [`and ${hidden} more in trials.csv`] : []),
    '',
    luckText(tried, expectedBest),
    ...(best?.rank == null || metric === 'sharpe' ? [] : [`The best one shows ${sharpeOf(best)}.`]),
    ...(best?.deflatedSharpe == null
      ? []
      : [
          `Trial ${best.trial.number} is truly better than that with a probability of ${decimals(best.deflatedSharpe)} (deflated Sharpe).`,
        ]),
  ];
}

function luckText(tried: number, expectedBest: number | null): string {
  if (tried === 0) return 'No trial was run to its end: there is nothing to choose from.';
  const trials = plural(tried, 'trial');
  return expectedBest === null
    ? `${trials}: too few have ${METRICS.probabilisticSharpe.floor.count} sessions to say what Sharpe the best of so many worthless ones would show.`
    : `${trials}: the best of so many worthless ones is expected to show a Sharpe of ${decimals(expectedBest)}.`;
}

const sharpeOf = (best: RankedTrial<SweptTrial>): string => spanText(inSampleOf(best), 'sharpe');

const inSampleOf = ({ trial: { result } }: RankedTrial<SweptTrial>): SpanMeasure | null =>
  result.outcome === 'done' ? result.inSample : null;

const outOfSampleOf = ({ trial: { result } }: RankedTrial<SweptTrial>): SpanMeasure | null =>
  result.outcome === 'done' ? result.outOfSample : null;

function rankedTable(
  { keys, metric, split }: SweepReport,
  trials: readonly RankedTrial<SweptTrial>[],
  columns: number,
): string {
  const label = METRICS[metric].label;
  const more = BESIDE.filter(({ id }) => id !== metric);
  const titles: TableColumn[] = [
    { title: 'rank', align: 'right' },
    { title: 'trial', align: 'right', priority: 5 },
    ...keys.map(({ key }): TableColumn => ({ title: key, align: 'right' })),
    { title: label, align: 'right' },
    { title: 'deflated', align: 'right', priority: 9 },
    ...(split === null ? [] : [{ title: 'out of sample', align: 'right', priority: 10 } as const]),
    ...more.map(({ title }): TableColumn => ({ title, align: 'right', priority: 6 })),
    { title: 'trades', align: 'right', priority: 8 },
    { title: '', priority: 4 },
  ];
  const rows = trials.map((ranked) => {
    const span = inSampleOf(ranked);
    return [
      ranked.rank === null ? '' : String(ranked.rank),
      String(ranked.trial.number),
      ...keys.map(({ key }) => ranked.trial.values[key] ?? ''),
      spanText(span, metric),
      decimals(ranked.deflatedSharpe),
      ...(split === null ? [] : [spanText(outOfSampleOf(ranked), metric)]),
      ...more.map(({ id }) => spanText(span, id)),
      span === null ? 'n/a' : String(span.closed),
      remark(ranked),
    ];
  });
  return renderTable(titles, rows, { columns });
}

function remark({ trial: { result } }: RankedTrial<SweptTrial>): string {
  if (result.outcome !== 'done') return result.outcome;
  return result.haltedOn === null ? '' : `halted ${result.haltedOn}`;
}

function windowLines(report: SweepReport, columns: number): string[] {
  const { windows, joined, metric } = report;
  if (windows === null || joined === null) return [];
  const { measure, closed, efficiency } = joined;
  return [
    `Each window chooses the trial of the best ${METRICS[metric].label}, and is judged on the sessions after it.`,
    '',
    windowTable(report, windows, columns),
    '',
    `Judged, one after the other: ${plural(measure.sessions, 'session')}, ${plural(closed, 'trade')},` +
      ` return ${spanText(measure, 'totalReturn')}, Sharpe ${spanText(measure, 'sharpe')},` +
      ` drawdown ${spanText(measure, 'maxDrawdown')}.`,
    efficiency === null
      ? 'The chosen trials earned nothing where they were chosen: there is no efficiency.'
      : `Efficiency ${decimals(efficiency)}: mean return of a session when judged over that when chosen.`,
  ];
}

function windowTable(
  { keys, metric }: SweepReport,
  windows: readonly RankedWindow[],
  columns: number,
): string {
  const label = METRICS[metric].label;
  const more = BESIDE.filter(({ id }) => id !== metric);
  const titles: TableColumn[] = [
    { title: 'window', align: 'right' },
    { title: 'chosen on', priority: 2 },
    { title: 'judged on', priority: 3 },
    { title: 'trial', align: 'right', priority: 4 },
    ...keys.map(({ key }): TableColumn => ({ title: key, align: 'right' })),
    { title: `${label} chosen`, align: 'right' },
    { title: 'deflated', align: 'right', priority: 5 },
    { title: `${label} judged`, align: 'right' },
    ...more.map(({ title }): TableColumn => ({ title, align: 'right', priority: 7 })),
    { title: 'trades', align: 'right', priority: 6 },
  ];
  const rows = windows.map((window) => {
    const { train, test, chosen, judged, ranking } = window;
    const ranked = ranking.trials.find(({ trial }) => trial.number === chosen);
    const span = judged?.outcome === 'done' ? judged.inSample : null;
    return [
      String(window.number),
      `${train.from} to ${train.to}`,
      `${test[0]} to ${test.at(-1)}`,
      chosen === null ? 'none' : String(chosen),
      ...keys.map(({ key }) => ranked?.trial.values[key] ?? ''),
      spanText(ranked === undefined ? null : inSampleOf(ranked), metric),
      decimals(ranked?.deflatedSharpe ?? null),
      spanText(span, metric),
      ...more.map(({ id }) => spanText(span, id)),
      span === null ? 'n/a' : String(span.closed),
    ];
  });
  return renderTable(titles, rows, { columns });
}

/** A sweep for programs: everything the table shows, of every trial. */
export function sweepData(outcome: SweepOutcome, dir: string): unknown {
  const { report, question, hashes, run, reused, interrupted, files } = outcome;
  const { ranking, windows, joined } = report;
  return {
    dir,
    files,
    interrupted,
    run,
    reused,
    from: report.from,
    to: report.to,
    sessions: report.sessions,
    split: report.split,
    metric: report.metric,
    walkForward: question.walkForward,
    hashes,
    data: { label: report.dataLabel, synthetic: report.synthetic },
    ...(ranking === null ? {} : rankingData(ranking)),
    ...(windows === null || joined === null
      ? {}
      : {
          windows: windows.map(({ ranking: own, trials: _trials, judged, ...window }) => ({
            ...window,
            ...rankingData(own),
            judged: judged?.outcome === 'done' ? withoutReturns(judged) : judged,
          })),
          joined,
        }),
  };
}

const withoutReturns = ({ returns: _returns, ...result }: { readonly returns?: unknown }) => result;

const rankingData = ({ trials, tried, expectedBest }: NonNullable<SweepReport['ranking']>) => ({
  tried,
  expectedBestSharpe: expectedBest,
  trials: trials.map(({ rank, deflatedSharpe, trial: { number, values, result } }) => ({
    rank,
    trial: number,
    values,
    deflatedSharpe,
    ...result,
  })),
});
