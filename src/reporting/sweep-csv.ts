import {
  type RankedTrial,
  type SpanMeasure,
  TRIAL_METRICS,
  type TrialMetric,
} from '../ledger/trials.ts';
import { type CsvColumn, type CsvValue, renderCsv } from './csv.ts';
import type { ReportFile } from './csv-files.ts';
import type { RankedWindow, SweepReport, SweptTrial } from './sweep-report.ts';

interface Row {
  readonly window: number | null;
  readonly ranked: RankedTrial<SweptTrial>;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (sign) => `_${sign.toLowerCase()}`);

/** trials.csv, best first (window by window), and walk-forward.csv where there are windows. */
export function sweepCsv(report: SweepReport): ReportFile[] {
  const { ranking, windows } = report;
  const rows: Row[] =
    windows === null
      ? (ranking?.trials ?? []).map((ranked) => ({ window: null, ranked }))
      : windows.flatMap(({ number, ranking: { trials } }) =>
          trials.map((ranked) => ({ window: number, ranked })),
        );
  const files = [{ name: 'trials.csv', text: renderCsv(trialColumns(report), rows) }];
  if (windows === null) return files;
  return [...files, { name: 'walk-forward.csv', text: renderCsv(windowColumns(report), windows) }];
}

const done = ({ ranked }: Row) =>
  ranked.trial.result.outcome === 'done' ? ranked.trial.result : null;

function trialColumns({ keys, windows, split }: SweepReport): CsvColumn<Row>[] {
  const column = (name: string, value: (row: Row) => CsvValue): CsvColumn<Row> => ({ name, value });
  return [
    ...(windows === null ? [] : [column('window', ({ window }) => window)]),
    column('rank', ({ ranked }) => ranked.rank),
    column('trial', ({ ranked }) => ranked.trial.number),
    ...keys.map(({ key }) => column(key, ({ ranked }) => valueCell(ranked.trial.values[key]))),
    column('outcome', (row) =>
      done(row)?.haltedOn == null ? row.ranked.trial.result.outcome : 'halted',
    ),
    column('halted_on', (row) => done(row)?.haltedOn),
    ...spanColumns('', (row: Row) => done(row)?.inSample ?? null),
    column('deflated_sharpe', ({ ranked }) => ranked.deflatedSharpe),
    ...(split === null ? [] : spanColumns('oos_', (row: Row) => done(row)?.outOfSample ?? null)),
    column('decision_hash', (row) => done(row)?.decisionHash),
    column('reason', ({ ranked: { trial } }) =>
      'reason' in trial.result ? trial.result.reason : null,
    ),
  ];
}

/** Numbers stay numbers, so that a spreadsheet can sort by them. */
const valueCell = (text: string | undefined): CsvValue =>
  text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;

function spanColumns<T>(prefix: string, spanOf: (row: T) => SpanMeasure | null): CsvColumn<T>[] {
  return [
    { name: `${prefix}sessions`, value: (row) => spanOf(row)?.sessions },
    { name: `${prefix}closed_trades`, value: (row) => spanOf(row)?.closed },
    ...TRIAL_METRICS.map((id: TrialMetric) => ({
      name: `${prefix}${snake(id)}`,
      value: (row: T) => spanOf(row)?.metrics[id],
    })),
  ];
}

function windowColumns({ keys, metric }: SweepReport): CsvColumn<RankedWindow>[] {
  const chosenOf = ({ ranking, chosen }: RankedWindow) =>
    ranking.trials.find(({ trial }) => trial.number === chosen);
  const spanOf = (window: RankedWindow): SpanMeasure | null => {
    const result = chosenOf(window)?.trial.result;
    return result?.outcome === 'done' ? result.inSample : null;
  };
  return [
    { name: 'window', value: ({ number }) => number },
    { name: 'train_from', value: ({ train }) => train.from },
    { name: 'train_to', value: ({ train }) => train.to },
    { name: 'test_from', value: ({ test }) => test[0] },
    { name: 'test_to', value: ({ test }) => test.at(-1) },
    { name: 'chosen', value: ({ chosen }) => chosen },
    ...keys.map(({ key }) => ({
      name: key,
      value: (window: RankedWindow) => valueCell(chosenOf(window)?.trial.values[key]),
    })),
    { name: `train_${snake(metric)}`, value: (window) => spanOf(window)?.metrics[metric] },
    { name: 'deflated_sharpe', value: (window) => chosenOf(window)?.deflatedSharpe },
    {
      name: 'halted_on',
      value: ({ judged }) => (judged?.outcome === 'done' ? judged.haltedOn : null),
    },
    ...spanColumns('test_', ({ judged }: RankedWindow) =>
      judged?.outcome === 'done' ? judged.inSample : null,
    ),
  ];
}
