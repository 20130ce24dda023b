import { describe, expect, it } from 'vitest';
import type { TrialResult } from '../../src/ledger/trials.ts';
import { chartFile, chartSvg } from '../../src/reporting/chart-svg.ts';
import { sweepCharts } from '../../src/reporting/sweep-chart.ts';
import { sweepCsv } from '../../src/reporting/sweep-csv.ts';
import {
  hasFailed,
  type SweepInput,
  type SweptTrial,
  sweepReport,
} from '../../src/reporting/sweep-report.ts';
import { done, grid, input, KEYS, NOTHING, span, window } from './sweep-scene.ts';

const withTrials = (trials: readonly SweptTrial[], parts: Partial<SweepInput> = {}) =>
  sweepReport(input({ ...parts, found: { kind: 'range', trials } }));

describe('the warnings of a sweep', () => {
  it('say how probable luck is, and nothing where there is nothing to say', () => {
    const lucky = sweepReport(input());
    expect(lucky.warnings).toEqual([expect.stringMatching(/may be luck/)]);
    const [good, ...rest] = grid();
    const strong = { ...(good as SweptTrial), values: { 'sizing.stop.multiple': '3' } };
    const sure = withTrials([
      { ...strong, result: done(span(6), span(3, { sessions: 76 })) },
      ...rest,
    ]);
    expect(sure.warnings).toEqual([]);
  });

  it('name a sample below its floor, in-sample and out of sample', () => {
    const [first] = grid();
    const trial = (result: TrialResult) => [{ ...(first as SweptTrial), result }];
    expect(withTrials(trial(done(span(1, { closed: 29 })))).warnings.join('\n')).toMatch(
      /closed 29 trades in-sample: under 30/,
    );
    expect(withTrials(trial(done(span(1, { closed: 30 })))).warnings.join('\n')).not.toMatch(
      /in-sample/,
    );
    const short = done(span(1), span(1, { sessions: 59 }));
    expect(withTrials(trial(short)).warnings.join('\n')).toMatch(/59 sessions out of sample/);
  });

  it('say that the best value lies at the end of what was tried', () => {
    const trials = grid().map((trial) => ({
      ...trial,
      result: done(span(Number(trial.values['sizing.stop.multiple']))),
    }));
    expect(withTrials(trials).warnings.join('\n')).toMatch(
      /the best sizing\.stop\.multiple, 4, is the last that was tried/,
    );
    expect(sweepReport(input()).warnings.join('\n')).not.toMatch(/is the last/);
  });

  it('count trials that failed, contradict themselves, or have no result yet', () => {
    const [a, b, ...rest] = grid();
    const trials = [
      { ...(a as SweptTrial), result: { outcome: 'failed' as const, reason: 'it threw' } },
      { ...(b as SweptTrial), result: { outcome: 'refused' as const, reason: 'too fast' } },
      ...rest,
    ];
    const { warnings } = withTrials(trials, { missing: 3 });
    expect(warnings.slice(0, 3)).toEqual([
      'stopped before its end: 3 trials without a result',
      '1 of 6 trials contradict themselves and were not run, the first: too fast',
      '1 of 6 trials failed, the first: it threw',
    ]);
  });

  it('say that nothing can be ranked', () => {
    const [first] = grid();
    const trials = [{ ...(first as SweptTrial), result: done(span(1, { metrics: NOTHING })) }];
    expect(withTrials(trials).warnings).toEqual([
      'no trial has enough sessions or trades to be ranked',
    ]);
  });
});

describe('trials.csv', () => {
  const [file] = sweepCsv(sweepReport(input()));
  const [head = '', ...rows] = (file?.text ?? '').trimEnd().split('\r\n');
  const cell = (row: number, name: string): string =>
    (rows[row] ?? '').split(',')[head.split(',').indexOf(name)] ?? '';

  it('has a row for each trial, best first, with what it was and how it did on both parts', () => {
    expect(file?.name).toBe('trials.csv');
    expect(rows).toHaveLength(6);
    expect(cell(0, 'rank')).toBe('1');
    expect(cell(0, 'trial')).toBe('3');
    expect(cell(0, 'sizing.stop.multiple')).toBe('3');
    expect(cell(0, 'sharpe')).toBe('1.5');
    expect(cell(0, 'oos_sharpe')).toBe('0.25');
    expect(cell(0, 'oos_sessions')).toBe('76');
    expect(cell(0, 'cagr')).toBe('');
    expect(Number(cell(0, 'deflated_sharpe'))).toBeLessThan(0.95);
    expect(cell(5, 'sharpe')).toBe('0.5');
  });

  it('guards the text of a failure as every text of others', () => {
    const [first] = grid();
    const trials = [
      { ...(first as SweptTrial), result: { outcome: 'failed' as const, reason: '=1+1,"x"' } },
    ];
    expect(sweepCsv(withTrials(trials))[0]?.text).toContain(`"'=1+1,""x"""`);
  });
});

describe('walking forward', () => {
  const report = sweepReport(
    input({
      split: null,
      found: {
        kind: 'windows',
        windows: [window(1, 3, [0.01, -0.02]), window(2, null, []), window(3, 3, [0.03])],
      },
    }),
  );

  it('joins what was judged, a session without a trade earning nothing', () => {
    const { measure, closed, efficiency } = report.joined ?? {};
    expect(measure?.sessions).toBe(6);
    expect(measure?.metrics.totalReturn).toBeCloseTo(1.01 * 0.98 * 1.03 - 1, 12);
    expect(closed).toBe(40);
    // Mean of the six sessions over the mean of a session of the chosen trial, 1.5 / 1000.
    expect(efficiency).toBeCloseTo((0.01 - 0.02 + 0.03) / 6 / 0.0015, 9);
  });

  it('says which windows had nothing to choose', () => {
    expect(report.warnings).toEqual([
      '1 window with nothing to choose by: cash there',
      '6 sessions out of sample: under 60 they judge little',
    ]);
  });

  it('says which choices could not be judged, or not to the end', () => {
    const halted = window(3, 3, [0.03]);
    const judged = sweepReport(
      input({
        split: null,
        found: {
          kind: 'windows',
          windows: [
            { ...window(1, 3, []), judged: { outcome: 'failed', reason: 'it threw' } },
            window(2, 3, [0.01, 0.02]),
            { ...halted, judged: { ...halted.judged, haltedOn: halted.test[0] } as TrialResult },
          ],
        },
      }),
    );
    expect(hasFailed(judged)).toBe(true);
    expect(hasFailed(report)).toBe(false);
    const { warnings } = judged;
    expect(warnings).toContain(
      'what window 1 chose, trial 3, failed where it was judged and counts as cash there: it threw',
    );
    expect(warnings).toContain(
      'what window 3 chose, trial 3, was ended by its drawdown limit on 2015-03-05 and counts as cash from then on',
    );
  });

  it('has a table of its windows', () => {
    const text = sweepCsv(report).find(({ name }) => name === 'walk-forward.csv')?.text ?? '';
    const [head = '', first = '', second = ''] = text.split('\r\n');
    const at = (row: string, name: string) => row.split(',')[head.split(',').indexOf(name)];
    expect(at(first, 'chosen')).toBe('3');
    expect(at(first, 'train_sharpe')).toBe('1.5');
    expect(at(first, 'test_sharpe')).toBe('0.1');
    expect(at(first, 'risk.maxPositions')).toBe('5');
    expect(at(second, 'chosen')).toBe('');
  });
});

describe('the map of a sweep', () => {
  it('calls a cell halted whose trials their drawdown limit ended, however well they stood', async () => {
    const [first, ...rest] = grid();
    const halted = { ...(done(span(9)) as object), haltedOn: '2015-06-01' } as TrialResult;
    const [chart] = sweepCharts(
      withTrials([{ ...(first as SweptTrial), result: halted }, ...rest]),
    );
    expect(chart?.alt).toMatch(/: 1\.50 at best, with sizing\.stop\.multiple 3/);
    expect(chart?.table?.rows[0]).toEqual(['2', '5', 'halted']);
    const svg = await chartSvg(chart as NonNullable<typeof chart>);
    expect(svg.match(/>halted</g)).toHaveLength(1);
    expect(svg.match(/fill="rgb/g)).toHaveLength(5);
  });

  it('tells values apart that are maps', async () => {
    const maps = ['{kind: atr, multiple: 2}', '{kind: atr, multiple: 2.5}'];
    const keys = [
      { key: 'exits.trail', values: maps },
      { key: 'sizing.stop', values: maps },
    ];
    const trials = maps.flatMap((trail, i) =>
      maps.map((stop, j) => ({
        number: 2 * i + j + 1,
        values: { 'exits.trail': trail, 'sizing.stop': stop },
        result: done(span(i + j)),
      })),
    );
    const [chart] = sweepCharts(withTrials(trials, { keys }));
    const svg = await chartSvg(chart as NonNullable<typeof chart>);
    for (const map of maps) expect(svg).toContain(`>${map}<`);
    for (const line of ['multiple: 2}', 'multiple: 2.5}']) expect(svg).toContain(`>${line}<`);
  });

  it('colours each pair of values, in-sample and out of sample, and says the best in words', async () => {
    const charts = sweepCharts(sweepReport(input()));
    expect(charts.map(({ id }) => id)).toEqual(['heatmap-in-sample', 'heatmap-out-of-sample']);
    expect(charts[0]?.alt).toBe(
      'Map of Sharpe in-sample over sizing.stop.multiple and risk.maxPositions: 1.50 at best, with sizing.stop.multiple 3 and risk.maxPositions 5.',
    );
    expect(charts[0]?.table?.rows).toHaveLength(6);
    for (const chart of charts) {
      const [once, again] = [await chartSvg(chart), await chartSvg(chart)];
      expect(once).toBe(again);
      expect(chartFile(once)).toMatch(
        />sizing\.stop\.multiple \(in the cells: Sharpe, (in-|out of )sample\)</,
      );
      expect(once.match(/<path [^>]*fill="rgb\(/g)).toHaveLength(6);
    }
  });

  it('shows the median where several trials share a cell', () => {
    const third = { key: 'scan.rows', values: ['10', '20', '30'] };
    const trials = ['10', '20', '30'].flatMap((rows, k) =>
      grid().map((trial) => ({
        ...trial,
        values: { ...trial.values, 'scan.rows': rows },
        result: done(span([1, 2, 30][k] as number)),
      })),
    );
    const [chart] = sweepCharts(withTrials(trials, { keys: [...KEYS, third], split: null }));
    expect(chart?.table?.rows.map((row) => row[2])).toEqual(Array(6).fill('2.00'));
  });

  it('is a line of cells for one key, and nothing where values were drawn', () => {
    const [multiple] = KEYS;
    if (multiple === undefined) throw new Error('there are keys');
    const [line] = sweepCharts(sweepReport(input({ keys: [multiple] })));
    expect(line?.table?.columns).toEqual(['sizing.stop.multiple', 'Sharpe']);
    const drawn = { key: 'costs.slippageBps', values: null };
    expect(sweepCharts(sweepReport(input({ keys: [...KEYS, drawn] })))).toEqual([]);
  });
});
