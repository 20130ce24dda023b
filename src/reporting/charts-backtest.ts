import { newYorkMinutes } from '../calendar/nyse.ts';
import { parseInstant, type SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import { benchmarkMetrics } from '../ledger/metrics-benchmark.ts';
import { deviation, SESSIONS_PER_YEAR, sharpe } from '../ledger/metrics-series.ts';
import { settled, sumUsd } from '../ledger/metrics-trades.ts';
import type { TrendRow } from '../ledger/trend.ts';
import type { BacktestReport } from './backtest-report.ts';
import {
  type Chart,
  COLOURS,
  chartSpec,
  gainOrLoss,
  percentAxis,
  sessionAxis,
  ZERO_LINE,
} from './charts.ts';
import { decimals, money, percent, plural, share, weekday } from './format.ts';

/** Points of a line that are drawn: more than the picture is wide show nothing more. */
const POINTS = 300;

/** Every so-manieth row and the last one. */
function thinned<T>(rows: readonly T[]): T[] {
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

const WINDOW = 126;

/** Sharpe, volatility and beta over the last 126 sessions, session by session. */
export function rollingCharts({ curve, comparisons }: BacktestReport): Chart[] {
  if (curve.length < WINDOW + 3) return [];
  const returns = returnsOf(curve.map(({ index }) => index));
  const market = returnsOf(comparisons.find(({ id }) => id === 'equalWeight')?.index ?? []);
  const rows = curve.slice(WINDOW).map(({ session }, i) => {
    const own = returns.slice(i, i + WINDOW);
    const spread = deviation(own, 1);
    return {
      session,
      sharpe: sharpe(own),
      volatility: spread === null ? null : spread * Math.sqrt(SESSIONS_PER_YEAR),
      beta: betaOf(own, market.slice(i, i + WINDOW)),
    };
  });
  return [
    rolling(rows, 'sharpe', 'Sharpe', decimals),
    rolling(rows, 'volatility', 'Volatility, a year', share),
    rolling(rows, 'beta', 'Beta to equal weight', decimals),
  ].flat();
}

const returnsOf = (index: readonly number[]): number[] =>
  index.slice(1).map((value, i) => value / (index[i] as number) - 1);

function betaOf(own: readonly number[], market: readonly number[]): number | null {
  if (market.length < own.length) return null;
  const named = (values: readonly number[]) =>
    values.map((value, i) => ({ session: String(i) as SessionDate, value }));
  return benchmarkMetrics(named(own), named(market)).beta.value;
}

interface RollingRow {
  readonly session: SessionDate;
  readonly sharpe: number | null;
  readonly volatility: number | null;
  readonly beta: number | null;
}

function rolling(
  all: readonly RollingRow[],
  field: 'sharpe' | 'volatility' | 'beta',
  name: string,
  say: (value: number | null) => string,
): Chart[] {
  const known = all.filter((row) => row[field] !== null);
  const last = known.at(-1);
  if (last === undefined || known.length < 2) return [];
  const rows = thinned(known).map((row) => ({ session: row.session, value: row[field] }));
  const axis = field === 'volatility' ? percentAxis(name) : { title: name, axis: { tickCount: 5 } };
  return [
    {
      id: field === 'volatility' ? 'rolling-vol' : `rolling-${field}`,
      title: `${name}, last ${WINDOW} sessions`,
      alt: `Line over ${plural(known.length, 'session')}: ${say(last[field])} at the end.`,
      spec: chartSpec({
        rows,
        below: [ZERO_LINE],
        mark: { type: 'line', color: COLOURS.line, strokeWidth: 1.5 },
        encoding: {
          x: sessionAxis(rows.map(({ session }) => session)),
          y: { field: 'value', type: 'quantitative', ...axis },
        },
      }),
      table: {
        columns: ['End of month', name],
        rows: monthEnds(known).map((row) => [row.session, say(row[field])]),
      },
    },
  ];
}

/** A field of numbers in two directions: colour says gain or loss, its strength how much. */
function heatmap(
  chart: Pick<Chart, 'id' | 'title' | 'alt'>,
  rows: readonly { readonly x: string; readonly y: string; readonly value: number }[],
  xs: readonly string[],
  ys: readonly string[],
): Chart {
  const most = rows.reduce((high, { value }) => Math.max(high, Math.abs(value)), 0);
  return {
    ...chart,
    spec: chartSpec({
      rows: rows.map((row) => ({ ...row, size: most === 0 ? 0 : Math.abs(row.value) / most })),
      height: Math.max(60, ys.length * 24),
      mark: { type: 'rect' },
      encoding: {
        x: { field: 'x', type: 'ordinal', sort: xs, title: null, axis: { labelAngle: 0 } },
        y: { field: 'y', type: 'ordinal', sort: ys, title: null },
        color: gainOrLoss('value'),
        opacity: { field: 'size', type: 'quantitative', scale: { range: [0.15, 1] }, legend: null },
      },
    }),
  };
}

const MONTHS = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'];

/** Month by month, a row a year; the numbers are in the table beside it. */
export function monthHeatmap(months: readonly TrendRow[]): Chart[] {
  const rows = months.flatMap(({ key, return: value }) =>
    value === null ? [] : [{ x: key.slice(5), y: key.slice(0, 4), value }],
  );
  if (rows.length < 2) return [];
  const years = [...new Set(rows.map(({ y }) => y))];
  const won = rows.filter(({ value }) => value > 0).length;
  return [
    heatmap(
      {
        id: 'monthly-heatmap',
        title: 'Return by month: green gained, red lost, stronger is more',
        alt: `Field of ${plural(rows.length, 'month')}: ${won} gained.`,
      },
      rows,
      MONTHS,
      years,
    ),
  ];
}

/** Return of each calendar year, compounded from its months. */
export function annualBars(months: readonly TrendRow[]): Chart[] {
  const growth = new Map<string, number>();
  for (const { key, return: earned } of months) {
    const year = key.slice(0, 4);
    if (earned !== null) growth.set(year, (growth.get(year) ?? 1) * (1 + earned));
  }
  const rows = [...growth].map(([year, value]) => ({ year, earned: value - 1 }));
  if (rows.length < 2) return [];
  return [
    {
      id: 'annual-bars',
      title: 'Return by calendar year',
      alt: `Bars of ${plural(rows.length, 'year')}: ${rows.map(({ year, earned }) => `${year} ${percent(earned)}`).join(', ')}.`,
      spec: chartSpec({
        rows,
        mark: { type: 'bar' },
        encoding: {
          x: { field: 'year', type: 'ordinal', title: null, axis: { labelAngle: 0 } },
          y: { field: 'earned', type: 'quantitative', ...percentAxis('return') },
          color: gainOrLoss('earned'),
        },
      }),
    },
  ];
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'];

/** Net P&L by weekday and hour of the entry; nothing to see where all entries are of one hour. */
export function hourWeekday(trades: readonly TradeRecord[]): Chart[] {
  const cells = new Map<string, number[]>();
  for (const { entryAt, entrySession, netPnl } of settled(trades)) {
    const at = parseInstant(entryAt);
    if (at === null) continue;
    const hour = String(Math.floor(newYorkMinutes(at) / 60)).padStart(2, '0');
    const key = `${hour}:00 ${weekday(entrySession as SessionDate)}`;
    cells.set(key, [...(cells.get(key) ?? []), netPnl]);
  }
  const rows = [...cells].map(([key, nets]) => ({
    x: key.slice(0, 5),
    y: key.slice(6),
    value: sumUsd(nets),
  }));
  const hours = [...new Set(rows.map(({ x }) => x))].sort();
  if (hours.length < 2) return [];
  const chart = heatmap(
    {
      id: 'hour-weekday',
      title: 'Net P&L by hour and weekday of the entry',
      alt: `Field of ${plural(rows.length, 'cell')}, ${money(sumUsd(rows.map(({ value }) => value)))} in all.`,
    },
    rows,
    hours,
    WEEKDAYS,
  );
  const numbers = rows
    .sort((a, b) => (`${a.x}${a.y}` < `${b.x}${b.y}` ? -1 : 1))
    .map(({ x, y, value }) => [`${x} ${y}`, money(value)]);
  return [{ ...chart, table: { columns: ['Entry', 'Net P&L'], rows: numbers } }];
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
