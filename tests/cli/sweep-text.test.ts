import { describe, expect, it } from 'vitest';
import type { SweepOutcome } from '../../src/app/sweep.ts';
import { sweepData, sweepText } from '../../src/cli/sweep-text.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { type SweepInput, sweepReport } from '../../src/reporting/sweep-report.ts';
import { grid, input, window } from '../reporting/sweep-scene.ts';

const outcome = (
  parts: Partial<SweepInput> = {},
  more: Partial<SweepOutcome> = {},
): SweepOutcome => {
  const report = sweepReport(input(parts));
  return {
    report,
    question: {
      dataDir: null,
      symbols: null,
      from: report.from,
      to: report.to,
      set: {},
      grid: ['sizing.stop.multiple=2,3,4', 'risk.maxPositions=5,10'],
      random: null,
      seed: 1,
      walkForward: null,
      split: 'auto',
      metric: 'sharpe',
    },
    hashes: { config: 'c', data: 'd', code: 'p' },
    interrupted: false,
    run: 6,
    reused: 0,
    files: ['trials.csv'],
    ...more,
  };
};

describe('a sweep in words', () => {
  it('shows the ranks beside what luck would have shown', () => {
    expect(sweepText(outcome(), 'out', Number.POSITIVE_INFINITY)).toBe(
      `Sweep of bars of a test, 2015-01-02 to 2015-12-31, 252 sessions
6 backtests run; ranked by Sharpe

Ranked on the sessions before 2015-09-15; out of sample is from then on.

RANK  TRIAL  SIZING.STOP.MULTIPLE  RISK.MAXPOSITIONS  SHARPE  DEFLATED  OUT OF SAMPLE    RETURN  DRAWDOWN  TRADES
   1      3                     3                  5    1.50      0.77           0.25  +15.00 %   -5.00 %      40
   2      4                     3                 10    1.50      0.77           0.50  +15.00 %   -5.00 %      40
   3      5                     4                  5    0.75      0.55           0.25   +7.50 %   -5.00 %      40
   4      6                     4                 10    0.75      0.55           0.50   +7.50 %   -5.00 %      40
   5      1                     2                  5    0.50      0.47           0.25   +5.00 %   -5.00 %      40
   6      2                     2                 10    0.50      0.47           0.50   +5.00 %   -5.00 %      40

6 trials: the best of so many worthless ones is expected to show a Sharpe of 0.61.
Trial 3 is truly better than that with a probability of 0.77 (deflated Sharpe).

Folder  out`,
    );
  });

  it('expects nothing of the best of no trial', () => {
    const trials = grid().map((trial) => ({
      ...trial,
      result: { outcome: 'failed' as const, reason: 'it threw' },
    }));
    const text = sweepText(outcome({ found: { kind: 'range', trials } }), 'out', 200);
    expect(text).toContain('No trial was run to its end');
    expect(text).not.toContain('0 trials');
  });

  it('fits a terminal, keeping rank, values and metric', () => {
    const lines = sweepText(outcome(), 'out', 80).split('\n');
    const table = lines.filter((line) => /^(RANK| {3}\d)/.test(line));
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(table[0]).toMatch(/^RANK .*SIZING\.STOP\.MULTIPLE {2}RISK\.MAXPOSITIONS {2}SHARPE/);
    expect(lines.join('\n')).toMatch(/use --wide/);
  });

  it('names synthetic data, earlier results and how to go on', () => {
    const stopped = outcome(
      { synthetic: true, missing: 2 },
      { interrupted: true, run: 1, reused: 3 },
    );
    const text = sweepText(stopped, 'out', 200);
    expect(text).toMatch(/SYNTHETIC DATA/);
    expect(text).toMatch(/1 backtest run, 3 more were there already/);
    expect(text).toMatch(/go on with it: trade-labs sweep --resume out$/);
  });

  const walked = () =>
    outcome({
      split: null,
      found: { kind: 'windows', windows: [window(1, 3, [0.01, -0.02]), window(2, null, [])] },
    });

  it('shows each window with what it chose and how that did after it', () => {
    const text = sweepText(walked(), 'out', Number.POSITIVE_INFINITY);
    expect(text).toMatch(/^ +1 {2}2015-01-02 to 2015-03-02 .* 1\.50 .* 0\.10 /m);
    expect(text).toMatch(/^ +2 .* none /m);
    expect(text).toMatch(/Judged, one after the other: 4 sessions, 20 trades, return -1\.02 %/);
    expect(text).toMatch(/Efficiency -1\.67:/);
  });

  it('says the same to programs, without the returns of each session', () => {
    const data = JSON.parse(JSON.stringify(sweepData(outcome(), '/home/out'))) as {
      trials: readonly { rank: number; trial: number; values: object; inSample: object }[];
    };
    expect(data).toMatchObject({
      dir: '/home/out',
      metric: 'sharpe',
      tried: 6,
      split: '2015-09-15',
    });
    expect(data.trials[0]).toMatchObject({ rank: 1, trial: 3, inSample: { closed: 40 } });
    expect(data.trials).toHaveLength(grid().length);
    const windows = JSON.stringify(sweepData(walked(), '/home/out'));
    expect(windows).toContain('"joined"');
    expect(windows).not.toContain('"returns"');
    expect(windows).toContain(`"test":["${sessionDate('2015-03-03')}"`);
  });
});
