import type { BacktestReport } from './backtest-report.ts';
import { type Chart, COLOURS, chartSpec, percentAxis, sessionAxis, ZERO_LINE } from './charts.ts';
import { amount, percent, share } from './format.ts';

/** Points of a line that are drawn: more than the picture is wide show nothing more. */
const POINTS = 300;

/** Every so-manieth row and the last one. */
export function thinned<T>(rows: readonly T[]): T[] {
  const every = Math.ceil(rows.length / POINTS);
  return rows.filter((_, i) => (rows.length - 1 - i) % every === 0);
}

/** The last row of each month, for the table beside a long line. */
const monthEnds = <T extends { readonly session: string }>(rows: readonly T[]): T[] =>
  rows.filter(({ session }, i) => rows[i + 1]?.session.slice(0, 7) !== session.slice(0, 7));

/** Growth of the strategy, of equal weight and of that scaled to the strategy's exposure. */
export function comparedGrowth({ curve, comparisons }: BacktestReport): Chart[] {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined || curve.length < 3) return [];
  const rows = curve.map(({ session, index }, i) => {
    const beside = comparisons.filter(({ id }) => id !== 'strategy');
    const growths = beside.map(({ index: own }) => (own[i] ?? Number.NaN) - 1);
    return {
      session,
      growth: index / first.index - 1,
      equal: growths[0] ?? null,
      scaled: growths[1] ?? null,
    };
  });
  const drawn = thinned(rows);
  const x = sessionAxis(drawn.map(({ session }) => session));
  const line = (field: string, color: string, dash?: readonly number[]) => ({
    mark: {
      type: 'line',
      color,
      strokeWidth: 1.5,
      ...(dash === undefined ? {} : { strokeDash: dash }),
    },
    encoding: { x, y: { field, type: 'quantitative', ...percentAxis('growth') } },
  });
  const end = rows.at(-1) as (typeof rows)[number];
  return [
    {
      id: 'growth',
      title:
        'Growth: strategy (solid), equal weight (grey), equal weight at the same exposure (dashed)',
      alt:
        `Lines from ${first.session} to ${last.session}: strategy ${percent(end.growth)}, equal weight` +
        ` ${percent(end.equal)}, scaled to exposure ${percent(end.scaled)} at the end.`,
      spec: chartSpec({
        rows: drawn,
        below: [ZERO_LINE, line('equal', COLOURS.quiet), line('scaled', COLOURS.quiet, [4, 3])],
        mark: { type: 'line', color: COLOURS.line, strokeWidth: 2 },
        encoding: { x, y: { field: 'growth', type: 'quantitative', ...percentAxis('growth') } },
      }),
      table: {
        columns: ['End of month', 'Strategy', 'Equal weight', 'Scaled'],
        rows: monthEnds(rows).map((row) => [
          row.session,
          percent(row.growth),
          percent(row.equal),
          percent(row.scaled),
        ]),
      },
    },
  ];
}

const DEPTH_BINS = 12;

/** Deepest falls of the draws of a Monte-Carlo. */
export function drawdownCloud({ monteCarlo }: BacktestReport): Chart[] {
  const deepest = monteCarlo?.drawdowns[0] ?? 0;
  if (monteCarlo === null || deepest === 0) return [];
  const width = -deepest / DEPTH_BINS;
  const counts = Array.from({ length: DEPTH_BINS }, () => 0);
  for (const fall of monteCarlo.drawdowns) {
    const bin = Math.min(DEPTH_BINS - 1, Math.floor((fall - deepest) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const rows = counts.map((n, i) => ({ bin: share(deepest + i * width), n }));
  return [
    {
      id: 'drawdown-mc',
      title: 'Deepest drawdown of each draw',
      alt: `Histogram of ${monteCarlo.draws} draws: median ${share(monteCarlo.maxDrawdown.p50)}, 5th percentile ${share(monteCarlo.maxDrawdown.p5)}.`,
      spec: chartSpec({
        rows,
        mark: { type: 'bar', color: COLOURS.loss },
        encoding: {
          x: {
            field: 'bin',
            type: 'ordinal',
            sort: null,
            title: 'from',
            axis: { labelAngle: -40 },
          },
          y: { field: 'n', type: 'quantitative', title: 'draws', axis: { tickMinStep: 1 } },
        },
      }),
      table: { columns: ['From', 'Draws'], rows: rows.map(({ bin, n }) => [bin, String(n)]) },
    },
  ];
}

const END_BINS = 20;

/** Where the runs with picks at random ended, and where the strategy did. */
export function randomEnds({
  randomPicks,
  bridge,
}: Pick<BacktestReport, 'randomPicks' | 'bridge'>): Chart[] {
  const [low, high] = [randomPicks?.ends[0] ?? 0, randomPicks?.ends.at(-1) ?? 0];
  if (randomPicks === null || high <= low) return [];
  const width = (high - low) / END_BINS;
  const counts = Array.from({ length: END_BINS }, () => 0);
  for (const end of randomPicks.ends) {
    const bin = Math.min(END_BINS - 1, Math.floor((end - low) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const rows = counts.map((n, i) => ({ from: low + i * width, to: low + (i + 1) * width, n }));
  const axis = { format: '$,~s', tickCount: 5, grid: false };
  return [
    {
      id: 'random-ends',
      title: 'Equity at the end: random picks (bars), the strategy (line)',
      alt:
        `Histogram of ${randomPicks.seeds} runs from ${amount(low)} to ${amount(high)}; the strategy ended with` +
        ` ${amount(bridge.endEquity)}, above ${share(randomPicks.percentile)} of them.`,
      spec: chartSpec({
        rows,
        below: [
          {
            mark: { type: 'bar', color: COLOURS.quiet },
            encoding: {
              x: { field: 'from', type: 'quantitative', bin: { binned: true }, title: null, axis },
              x2: { field: 'to' },
              y: { field: 'n', type: 'quantitative', title: 'runs', axis: { tickMinStep: 1 } },
            },
          },
        ],
        mark: { type: 'rule', color: COLOURS.line, strokeWidth: 2 },
        encoding: { x: { datum: bridge.endEquity, type: 'quantitative' } },
      }),
      table: {
        columns: ['From', 'To', 'Runs'],
        rows: rows.map(({ from, to, n }) => [amount(from), amount(to), String(n)]),
      },
    },
  ];
}
