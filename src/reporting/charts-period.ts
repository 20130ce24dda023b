import type { TradeRecord } from '../domain/trade.ts';
import { settled } from '../ledger/metrics-trades.ts';
import type { TradeGroup } from '../ledger/statistics.ts';
import type { TrendRow } from '../ledger/trend.ts';
import {
  type Chart,
  COLOURS,
  chartSpec,
  gainOrLoss,
  percentAxis,
  sessionAxis,
  usdAxis,
} from './charts.ts';
import { gainBars } from './charts-shared.ts';
import { money, percent, plural, share } from './format.ts';
import type { EquityRow } from './performance.ts';
import type { DayRow } from './period-days.ts';

/** P&L of each session. */
export function dayBars(days: readonly DayRow[]): Chart[] {
  const known = days.flatMap(({ session, pnl }) => (pnl === null ? [] : [{ session, pnl }]));
  if (known.length === 0) return [];
  const best = known.reduce((a, b) => (b.pnl > a.pnl ? b : a));
  const worst = known.reduce((a, b) => (b.pnl < a.pnl ? b : a));
  return [
    {
      id: 'daily-pnl',
      title: 'P&L by session',
      alt: `Bars of ${plural(known.length, 'session')}: best ${best.session} ${money(best.pnl)}, worst ${worst.session} ${money(worst.pnl)}.`,
      spec: chartSpec({
        rows: known,
        mark: { type: 'bar' },
        encoding: {
          x: sessionAxis(known.map(({ session }) => session)),
          y: { field: 'pnl', type: 'quantitative', ...usdAxis('P&L') },
          color: gainOrLoss('pnl'),
        },
      }),
    },
  ];
}

/** Exposure and open risk at the closes, as shares of equity. */
export function exposureChart(equity: readonly EquityRow[]): Chart[] {
  const rows = equity
    .slice(1)
    .filter((row) => row.equity > 0)
    .map((row) => ({ session: row.session, exposure: row.grossExposure / row.equity }));
  if (rows.length < 2 || rows.every(({ exposure }) => exposure === 0)) return [];
  const most = rows.reduce((a, b) => (b.exposure > a.exposure ? b : a));
  return [
    {
      id: 'exposure',
      title: 'Exposure at the close',
      alt: `Bars of the exposure over ${plural(rows.length, 'session')}: at most ${share(most.exposure)} on ${most.session}.`,
      spec: chartSpec({
        rows,
        mark: { type: 'bar', color: COLOURS.line },
        encoding: {
          x: sessionAxis(rows.map(({ session }) => session)),
          y: { field: 'exposure', type: 'quantitative', ...percentAxis('of equity') },
        },
      }),
      table: {
        columns: ['Session', 'Exposure'],
        rows: rows.map(({ session, exposure }) => [session, share(exposure)]),
      },
    },
  ];
}

/** Counts in bins of equal width; what lies outside is in the first or last. */
function binned(
  values: readonly number[],
  { low, high, width }: { readonly low: number; readonly high: number; readonly width: number },
) {
  const bins = Math.round((high - low) / width);
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of values) {
    const at = Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width)));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((n, i) => ({ from: low + i * width, to: low + (i + 1) * width, n }));
}

/** Trades by their result in R. */
export function rHistogram(trades: readonly TradeRecord[]): Chart[] {
  const multiples = settled(trades).flatMap(({ rMultiple }) =>
    rMultiple === null ? [] : [rMultiple],
  );
  if (multiples.length < 3) return [];
  const rows = binned(multiples, { low: -2, high: 4, width: 0.5 }).map(({ from, to, n }) => ({
    bin: from === -2 ? '< -1.5' : to === 4 ? '> 3.5' : from.toFixed(1),
    from,
    n,
  }));
  const lost = multiples.filter((r) => r < 0).length;
  return [
    {
      id: 'r-hist',
      title: 'Results in R, bins of 0.5',
      alt: `Histogram of ${plural(multiples.length, 'trade')} by R: ${lost} below zero.`,
      spec: chartSpec({
        rows,
        mark: { type: 'bar' },
        encoding: {
          x: {
            field: 'bin',
            type: 'ordinal',
            sort: null,
            title: 'R from',
            axis: { labelAngle: 0, labelOverlap: true },
          },
          y: {
            field: 'n',
            type: 'quantitative',
            title: 'trades',
            axis: { tickMinStep: 1, tickCount: 5 },
          },
          color: gainOrLoss('from'),
        },
      }),
      table: {
        columns: ['R from', 'Trades'],
        rows: rows.map(({ bin, n }) => [bin, String(n)]),
      },
    },
  ];
}

/** Dots drawn; of more trades, every so-manieth is shown and the title says so. */
const DOTS = 2_000;

/** How far each trade went against us and for us before it ended. */
export function excursionChart(trades: readonly TradeRecord[]): Chart[] {
  const all = settled(trades).flatMap(({ symbol, maeR, mfeR, netPnl }) =>
    maeR === null || mfeR === null ? [] : [{ symbol, mae: -maeR, mfe: mfeR, net: netPnl }],
  );
  if (all.length < 3) return [];
  const every = Math.ceil(all.length / DOTS);
  const rows = all.filter((_, i) => i % every === 0);
  const sampled = every === 1 ? '' : `, one in ${every} trades`;
  return [
    {
      id: 'mae-mfe',
      title: `Worst against best point of each trade, in R${sampled}`,
      alt: `Dots of ${plural(rows.length, 'trade')}: worst excursion along the bottom, best up the side. The numbers are in trades.csv.`,
      spec: chartSpec({
        rows,
        mark: { type: 'point', filled: true, size: 28, opacity: 1 },
        encoding: {
          x: {
            field: 'mae',
            type: 'quantitative',
            title: 'MAE, R against',
            axis: { tickCount: 5, grid: true },
          },
          y: { field: 'mfe', type: 'quantitative', title: 'MFE, R for', axis: { tickCount: 5 } },
          color: gainOrLoss('net'),
        },
      }),
    },
  ];
}

/** Bars shown of each end. */
const BARS = 8;

/** Net P&L by symbol or exit reason; of many, the best and the worst. */
export function groupBars(by: 'symbol' | 'exit', groups: readonly TradeGroup[]): Chart[] {
  const cut = groups.length > 2 * BARS;
  const shown = cut ? [...groups.slice(0, BARS), ...groups.slice(-BARS)] : groups;
  const what = by === 'symbol' ? 'symbol' : 'exit reason';
  return gainBars(
    `pnl-by-${by}`,
    `Net P&L by ${what}${cut ? `, best and worst ${BARS}` : ''}`,
    shown.map(({ key, summary }) => ({ name: key, value: summary.metrics.netProfit.value ?? 0 })),
  );
}

/** Sessions from which on a histogram of them has finer bins. */
const MANY_SESSIONS = 100;

/** Sessions by their return. Those without a position neither won nor lost: they are counted in the title. */
export function curveHistogram(days: readonly DayRow[]): Chart[] {
  const known = days.flatMap((day) => (day.return === null ? [] : [day.return]));
  const returns = known.filter((value) => value !== 0);
  if (returns.length < 5) return [];
  const flat = known.length - returns.length;
  const widest = returns.reduce((most, value) => Math.max(most, Math.abs(value)), 0.001);
  const high = Math.ceil(widest * 1000) / 1000;
  const width = high / (returns.length < MANY_SESSIONS ? 5 : 12);
  const rows = binned(returns, { low: -high, high, width }).map(({ from, n }) => ({
    bin: percent(from),
    from,
    n,
  }));
  return [
    {
      id: 'daily-returns-dist',
      title: `Sessions by their return${flat === 0 ? '' : `, without ${flat} that had none`}`,
      alt: `Histogram of ${plural(returns.length, 'session')} by return, ${returns.filter((r) => r < 0).length} of them below zero.`,
      spec: chartSpec({
        rows,
        mark: { type: 'bar' },
        encoding: {
          x: {
            field: 'bin',
            type: 'ordinal',
            sort: null,
            title: 'return from',
            axis: { labelAngle: -40, labelOverlap: true },
          },
          y: {
            field: 'n',
            type: 'quantitative',
            title: 'sessions',
            axis: { tickMinStep: 1, tickCount: 5 },
          },
          color: gainOrLoss('from'),
        },
      }),
      table: {
        columns: ['Return from', 'Sessions'],
        rows: rows.map(({ bin, n }) => [bin, String(n)]),
      },
    },
  ];
}

/** Return of each month as a bar, oldest first; the table beside it has a row a year. */
export function monthBars(months: readonly TrendRow[]): Chart[] {
  const rows = months.flatMap(({ key, return: earned }) =>
    earned === null ? [] : [{ month: key, earned }],
  );
  if (rows.length < 2) return [];
  const best = rows.reduce((a, b) => (b.earned > a.earned ? b : a));
  const worst = rows.reduce((a, b) => (b.earned < a.earned ? b : a));
  return [
    {
      id: 'monthly-returns',
      title: 'Return by month',
      alt: `Bars of ${plural(rows.length, 'month')}: best ${best.month} ${percent(best.earned)}, worst ${worst.month} ${percent(worst.earned)}.`,
      spec: chartSpec({
        rows,
        mark: { type: 'bar' },
        encoding: {
          x: {
            field: 'month',
            type: 'ordinal',
            title: null,
            sort: null,
            axis: { labelAngle: -40, labelOverlap: true },
          },
          y: { field: 'earned', type: 'quantitative', ...percentAxis('return') },
          color: gainOrLoss('earned'),
        },
      }),
    },
  ];
}
