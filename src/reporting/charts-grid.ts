import type { EntryCell } from '../ledger/statistics.ts';
import type { TrendRow } from '../ledger/trend.ts';
import { type Chart, COLOURS, chartSpec } from './charts.ts';
import { money, percent, plural } from './format.ts';

interface Cell {
  readonly column: string;
  readonly row: string;
  readonly value: number;
  /** What stands in the cell. */
  readonly label: string;
}

interface Grid {
  readonly id: string;
  readonly title: string;
  readonly alt: string;
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly cells: readonly Cell[];
}

/** The strongest cell is this opaque: ink on it stays readable, in light and dark. */
const STRONGEST = 0.5;
const FAINTEST = 0.08;

/** Cells in green and red, stronger with their amount, each with its number in it. */
function gridChart({ id, title, alt, columns, rows, cells }: Grid): Chart {
  const most = cells.reduce((high, { value }) => Math.max(high, Math.abs(value)), 0);
  const values = cells.map((cell) => ({
    ...cell,
    strength: most === 0 ? 0 : FAINTEST + (STRONGEST - FAINTEST) * (Math.abs(cell.value) / most),
  }));
  const place = {
    x: {
      field: 'column',
      type: 'ordinal',
      sort: columns,
      scale: { domain: columns },
      title: null,
      axis: { labelAngle: 0, orient: 'top', ticks: false, domain: false },
    },
    y: {
      field: 'row',
      type: 'ordinal',
      sort: rows,
      scale: { domain: rows },
      title: null,
      axis: { ticks: false, domain: false },
    },
  };
  return {
    id,
    title,
    alt,
    spec: chartSpec({
      rows: values,
      height: Math.max(60, rows.length * 28),
      below: [
        {
          mark: { type: 'rect' },
          encoding: {
            ...place,
            color: {
              condition: { test: 'datum.value < 0', value: COLOURS.loss },
              value: COLOURS.gain,
            },
            opacity: { field: 'strength', type: 'quantitative', scale: null, legend: null },
          },
        },
      ],
      mark: { type: 'text', color: COLOURS.ink, fontSize: 10 },
      encoding: { ...place, text: { field: 'label', type: 'nominal' } },
    }),
  };
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'] as const;

/** Dollars without cents, short enough for a cell: "+$12", "-$4,322", "+$12k". */
function short(dollars: number): string {
  const size = Math.abs(dollars);
  if (size < 9_999.5) return money(Math.round(dollars)).replace(/\.00$/, '');
  const sign = dollars < 0 ? '-' : '+';
  if (size < 999_500) return `${sign}$${(size / 1e3).toFixed(0)}k`;
  return `${sign}$${(size / 1e6).toFixed(1)}M`;
}

/** Net P&L by the hour and weekday of the entry; nothing to see below two cells. */
export function entryGridChart(entries: readonly EntryCell[]): Chart[] {
  if (entries.length < 2) return [];
  const best = entries.reduce((a, b) => (b.netProfit > a.netProfit ? b : a));
  const worst = entries.reduce((a, b) => (b.netProfit < a.netProfit ? b : a));
  return [
    gridChart({
      id: 'hour-weekday',
      title: 'Net P&L by hour and weekday of the entry',
      alt: `Grid of ${plural(entries.length, 'hour')} with trades: best ${best.weekday} ${best.hour} ${money(best.netProfit)}, worst ${worst.weekday} ${worst.hour} ${money(worst.netProfit)}.`,
      columns: WEEKDAYS,
      rows: [...new Set(entries.map(({ hour }) => hour))].sort(),
      cells: entries.map(({ weekday, hour, netProfit }) => ({
        column: weekday,
        row: hour,
        value: netProfit,
        label: short(netProfit),
      })),
    }),
  ];
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Return of each month, a row a year; below two months there is nothing to compare. */
export function monthGridChart(months: readonly TrendRow[]): Chart[] {
  const known = months.flatMap(({ key, return: earned }) =>
    earned === null ? [] : [{ key, earned }],
  );
  if (known.length < 2) return [];
  const best = known.reduce((a, b) => (b.earned > a.earned ? b : a));
  const worst = known.reduce((a, b) => (b.earned < a.earned ? b : a));
  return [
    gridChart({
      id: 'monthly-heatmap',
      title: 'Return by month, in percent',
      alt: `Grid of ${plural(known.length, 'month')}: best ${best.key} ${percent(best.earned)}, worst ${worst.key} ${percent(worst.earned)}.`,
      columns: MONTHS,
      rows: [...new Set(known.map(({ key }) => key.slice(0, 4)))],
      cells: known.map(({ key, earned }) => ({
        column: MONTHS[Number(key.slice(5)) - 1] ?? '',
        row: key.slice(0, 4),
        value: earned,
        label: (earned * 100).toFixed(1).replace(/^-0\.0$/, '0.0'),
      })),
    }),
  ];
}
