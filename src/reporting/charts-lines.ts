import type { TrendRow } from '../ledger/trend.ts';
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
import { amount, decimals, money, percent, plural, share, wallTime } from './format.ts';
import type { Intraday } from './intraday.ts';
import { ROLLING_SESSIONS, type RollingRow } from './rolling.ts';

/** Fills that are drawn and listed on the account's line; a day of more says how many it leaves out. */
const FILLS_SHOWN = 40;

const WHEN = { before: 'close before', run: 'scan', close: 'close' } as const;

/** What the account was worth through the day, with the fills on it; from its third valuation on. */
export function intradayChart({ rows, fills }: Intraday): Chart[] {
  const valued = rows.flatMap((row) =>
    row.change === null ? [] : [{ ...row, change: row.change }],
  );
  const last = valued.at(-1);
  if (valued.length < 3 || last === undefined) return [];
  const places = valued.map(({ cause, at }, i) => ({
    place: i,
    at,
    name: cause === 'run' ? wallTime(at).slice(0, 5) : WHEN[cause],
  }));
  /** Between the valuations before and after it, a fill stands on the line. */
  const placeOf = (at: string): { place: number; change: number } => {
    const after = Math.max(
      1,
      valued.findIndex((row) => row.at >= at),
    );
    const [from, to] = [valued[after - 1], valued[after]];
    const length = Date.parse(to?.at ?? at) - Date.parse(from?.at ?? at);
    const part = length <= 0 ? 0 : (Date.parse(at) - Date.parse(from?.at ?? at)) / length;
    const within = Math.min(1, Math.max(0, part));
    const [low, high] = [from?.change ?? 0, to?.change ?? from?.change ?? 0];
    return { place: after - 1 + within, change: low + (high - low) * within };
  };
  const shown = fills.slice(0, FILLS_SHOWN);
  const dots = shown.map(({ at, side, symbol }) => ({ ...placeOf(at), side, symbol }));
  const points = valued.map(({ change }, i) => ({ place: i, change, side: null, symbol: null }));
  const names = places.map(({ name }) => name);
  const x = {
    field: 'place',
    type: 'quantitative',
    title: null,
    scale: { domain: [0, valued.length - 1], nice: false },
    axis: {
      values: places.map(({ place }) => place),
      labelExpr: `${JSON.stringify(names)}[datum.value]`,
      grid: false,
      labelOverlap: 'greedy',
      labelFlush: true,
    },
  };
  const y = { field: 'change', type: 'quantitative', ...usdAxis('change of equity') };
  const bought = shown.filter(({ side }) => side === 'buy').length;
  return [
    {
      id: 'intraday',
      title: 'The account through the day, fills as dots',
      alt: `Line of ${plural(valued.length, 'valuation')} to ${money(last.change)} at ${wallTime(last.at)}, with ${bought} buys and ${shown.length - bought} sales on it.`,
      spec: chartSpec({
        rows: [...points, ...dots],
        below: [
          ZERO_LINE,
          {
            mark: { type: 'line', color: COLOURS.line, strokeWidth: 2 },
            encoding: { x, y },
            transform: [{ filter: 'datum.side === null' }],
          },
        ],
        mark: { type: 'point', filled: true, size: 45, opacity: 1 },
        encoding: {
          x,
          y,
          color: {
            condition: { test: "datum.side === 'sell'", value: COLOURS.loss },
            value: COLOURS.gain,
          },
        },
        transform: [{ filter: 'datum.side !== null' }],
      }),
      table: {
        columns: ['Time', 'Equity', 'Change', 'What'],
        rows: [
          ...valued.map(({ at, equity, change, cause }) => [
            cause === 'before' ? '' : wallTime(at),
            amount(equity),
            money(change),
            WHEN[cause],
          ]),
          ...shown.map(({ at, side, quantity, symbol }) => [
            wallTime(at),
            '',
            '',
            `${side === 'buy' ? 'bought' : 'sold'} ${quantity} ${symbol}`,
          ]),
          ...(fills.length > shown.length
            ? [['', '', '', `${fills.length - shown.length} more fills`]]
            : []),
        ],
      },
    },
  ];
}

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
    what: 'Beta to the benchmark',
    text: decimals,
    axis: { title: 'beta' },
  },
] as const;

/** Sharpe ratio, volatility and beta of the half years before each session; from the second on. */
export function rollingCharts(rolling: readonly RollingRow[]): Chart[] {
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
        title: `${what}, rolling ${ROLLING_SESSIONS} sessions`,
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
