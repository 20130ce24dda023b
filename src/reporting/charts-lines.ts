import type { TrendRow } from '../ledger/trend.ts';
import { type Chart, COLOURS, chartSpec, gainOrLoss, percentAxis, sessionAxis } from './charts.ts';
import { decimals, percent, plural, share } from './format.ts';
import { ROLLING_SESSIONS, type RollingRow } from './rolling.ts';

const ROLLING_CHARTS = [
  {
    id: 'rolling-sharpe',
    field: 'sharpe',
    what: 'Sharpe',
    text: decimals,
    axis: { title: 'Sharpe' },
  },
  {
    id: 'rolling-vol',
    field: 'volatility',
    what: 'Volatility, annual',
    text: share,
    axis: percentAxis('volatility'),
  },
  {
    id: 'rolling-beta',
    field: 'beta',
    what: 'Beta',
    text: decimals,
    axis: { title: 'beta' },
  },
] as const;

/** Sharpe ratio, volatility and beta of the half years before each session; from the second on. Beta is to `beside`. */
export function rollingCharts(rolling: readonly RollingRow[], beside: string): Chart[] {
  return ROLLING_CHARTS.flatMap(({ id, field, what, text, axis }) => {
    const rows = rolling.flatMap((row) => {
      const value = row[field];
      return value === null ? [] : [{ session: row.session, value }];
    });
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined || rows.length < 2) return [];
    return [
      {
        id,
        title: `${what}${id === 'rolling-beta' ? ` to ${beside}` : ''}, rolling ${ROLLING_SESSIONS} sessions`,
        alt: `Line from ${first.session}, ${text(first.value)}, to ${last.session}, ${text(last.value)}.`,
        spec: chartSpec({
          rows,
          mark: { type: 'line', color: COLOURS.line, strokeWidth: 2 },
          encoding: {
            x: sessionAxis(rows.map(({ session }) => session)),
            y: { field: 'value', type: 'quantitative', scale: { zero: false }, ...axis },
          },
        }),
        table: {
          columns: ['Session', what],
          rows: rows.map(({ session, value }) => [session, text(value)]),
        },
      },
    ];
  });
}

/** Return of each year that has one; from the second on. */
export function annualBars(months: readonly TrendRow[]): Chart[] {
  const growth = new Map<string, number>();
  for (const { key, return: earned } of months) {
    if (earned === null) continue;
    const year = key.slice(0, 4);
    growth.set(year, (growth.get(year) ?? 1) * (1 + earned));
  }
  const rows = [...growth].map(([year, grown]) => ({ year, earned: grown - 1 }));
  if (rows.length < 2) return [];
  return [
    {
      id: 'annual-bars',
      title: 'Return by year',
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
