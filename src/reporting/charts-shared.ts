import type { TradeRecord } from '../domain/trade.ts';
import { sumUsd } from '../ledger/metrics-trades.ts';
import {
  type Chart,
  COLOURS,
  chartSpec,
  gainOrLoss,
  percentAxis,
  sessionAxis,
  usdAxis,
  ZERO_LINE,
} from './charts.ts';
import { money, percent, plural, share } from './format.ts';
import type { CurveRow } from './performance.ts';

/** A curve says something from its second point on. */
const CURVE_FLOOR = 2;

/** Time-weighted growth since the first row. */
export function growthChart(curve: readonly CurveRow[]): Chart[] {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined || curve.length < CURVE_FLOOR) return [];
  const rows = curve.map((row) => ({
    session: row.session,
    growth: row.index / first.index - 1,
    benchmark: growthBeside(first, row),
  }));
  const growth = last.index / first.index - 1;
  const other = growthBeside(first, last);
  const beside =
    other === null
      ? []
      : [
          {
            mark: { type: 'line', color: COLOURS.quiet, strokeWidth: 1.5, strokeDash: [4, 3] },
            encoding: {
              x: sessionAxis(rows.map(({ session }) => session)),
              y: { field: 'benchmark', type: 'quantitative', ...percentAxis('growth') },
            },
          },
        ];
  return [
    {
      id: 'growth',
      title: `Growth, time-weighted${other === null ? '' : '; benchmark dashed'}`,
      alt: `Line of the growth from ${first.session} to ${last.session}: ${percent(growth)} at the end${other === null ? '' : `, the benchmark ${percent(other)}`}.`,
      spec: chartSpec({
        rows,
        below: [ZERO_LINE, ...beside],
        mark: { type: 'line', color: COLOURS.line, strokeWidth: 2 },
        encoding: {
          x: sessionAxis(rows.map(({ session }) => session)),
          y: { field: 'growth', type: 'quantitative', ...percentAxis('growth') },
        },
      }),
      table: {
        columns: ['Session', 'Growth', 'Drawdown', ...(other === null ? [] : ['Benchmark'])],
        rows: curve.map((row) => [
          row.session,
          percent(row.index / first.index - 1),
          share(row.drawdown),
          ...(other === null ? [] : [percent(growthBeside(first, row))]),
        ]),
      },
    },
  ];
}

/** The benchmark's growth since the first row; null where one of the two has none. */
const growthBeside = (first: CurveRow, row: CurveRow): number | null =>
  first.benchmark === null || row.benchmark === null ? null : row.benchmark / first.benchmark - 1;

/** How far below its highest so far the index stood; nothing to draw where it never was. */
export function underwaterChart(curve: readonly CurveRow[]): Chart[] {
  const deepest = curve.reduce((low, { drawdown }) => Math.min(low, drawdown), 0);
  if (curve.length < CURVE_FLOOR || deepest === 0) return [];
  return [
    {
      id: 'underwater',
      title: 'Drawdown from the peak',
      alt: `Area of the drawdown over ${plural(curve.length, 'session')}: ${share(deepest)} at its deepest.`,
      spec: chartSpec({
        rows: curve.map(({ session, drawdown }) => ({ session, drawdown })),
        mark: { type: 'area', color: COLOURS.loss, opacity: 0.75, line: false },
        encoding: {
          x: sessionAxis(curve.map(({ session }) => session)),
          y: { field: 'drawdown', type: 'quantitative', ...percentAxis('below the peak') },
        },
      }),
    },
  ];
}

/** Bars of what each of a list made, in the order given. */
export function gainBars(
  id: string,
  title: string,
  bars: readonly { readonly name: string; readonly value: number }[],
): Chart[] {
  if (bars.length === 0) return [];
  const total = sumUsd(bars.map(({ value }) => value));
  const names = bars.map(({ name }) => name);
  return [
    {
      id,
      title,
      alt: `Bars of ${plural(bars.length, 'amount')}, ${money(total)} in all: ${bars
        .slice(0, 6)
        .map(({ name, value }) => `${name} ${money(value)}`)
        .join(', ')}${bars.length > 6 ? ', and more' : ''}.`,
      spec: chartSpec({
        rows: bars.map(({ name, value }, i) => ({ place: i, name, value })),
        height: Math.max(48, bars.length * 18),
        mark: { type: 'bar', height: { band: 0.72 } },
        encoding: {
          y: {
            field: 'place',
            type: 'ordinal',
            title: null,
            // Two bars may have one name, as two trades in a symbol do.
            axis: { labelExpr: `${JSON.stringify(names)}[datum.value]`, ticks: false },
          },
          x: { field: 'value', type: 'quantitative', ...usdAxis('net P&L'), axis: X_USD },
          color: gainOrLoss('value'),
        },
      }),
      table: {
        columns: ['', 'Net P&L'],
        rows: bars.map(({ name, value }) => [name, money(value)]),
      },
    },
  ];
}

const X_USD = { format: '$,~r', tickCount: 5, grid: true };

/** Net P&L of each settled trade, in the order they ended. */
export const tradeBars = (trades: readonly TradeRecord[]): Chart[] =>
  gainBars(
    'pnl-by-trade',
    'Net P&L by trade',
    trades.flatMap(({ symbol, netPnl }) =>
      netPnl === null ? [] : [{ name: symbol, value: netPnl }],
    ),
  );
