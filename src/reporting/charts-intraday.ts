import { type Chart, COLOURS, chartSpec, usdAxis, ZERO_LINE } from './charts.ts';
import { amount, money, plural, wallTime } from './format.ts';
import type { Intraday, IntradayFill, IntradayRow } from './intraday.ts';

/** Fills that are drawn and listed on the account's line; a day of more says how many it leaves out. */
const FILLS_SHOWN = 40;

const WHEN = { before: 'close before', run: 'scan', close: 'close' } as const;

type Valued = IntradayRow & { readonly change: number };

/** What the account was worth through the day, with the fills on it; from its third valuation on. */
export function intradayChart({ rows, fills }: Intraday): Chart[] {
  const valued = rows.flatMap((row): Valued[] =>
    row.change === null ? [] : [{ ...row, change: row.change }],
  );
  const last = valued.at(-1);
  if (valued.length < 3 || last === undefined) return [];
  const shown = fills.slice(0, FILLS_SHOWN);
  const bought = shown.filter(({ side }) => side === 'buy').length;
  return [
    {
      id: 'intraday',
      title: 'The account through the day, fills as dots',
      alt: `Line of ${plural(valued.length, 'valuation')} to ${money(last.change)} at ${wallTime(last.at)}, with ${bought} buys and ${shown.length - bought} sales on it.`,
      spec: drawing(valued, shown),
      table: {
        columns: ['Time', 'Equity', 'Change', 'What'],
        rows: numbers(valued, shown, fills.length - shown.length),
      },
    },
  ];
}

/** Where a fill stands on the line: between the valuations before and after it, at its end when nothing came after. */
function placeOf(valued: readonly Valued[], at: string): { place: number; change: number } {
  const next = valued.findIndex((row) => row.at >= at);
  const after = next < 0 ? valued.length - 1 : Math.max(1, next);
  const [from, to] = [valued[after - 1] as Valued, valued[after] as Valued];
  const length = Date.parse(to.at) - Date.parse(from.at);
  const part = length <= 0 ? 1 : (Date.parse(at) - Date.parse(from.at)) / length;
  const within = Math.min(1, Math.max(0, part));
  return { place: after - 1 + within, change: from.change + (to.change - from.change) * within };
}

function drawing(valued: readonly Valued[], fills: readonly IntradayFill[]): Chart['spec'] {
  const names = valued.map(({ cause, at }) =>
    cause === 'run' ? wallTime(at).slice(0, 5) : WHEN[cause],
  );
  const x = {
    field: 'place',
    type: 'quantitative',
    title: null,
    scale: { domain: [0, valued.length - 1], nice: false },
    axis: {
      values: valued.map((_, i) => i),
      labelExpr: `${JSON.stringify(names)}[datum.value]`,
      grid: false,
      labelOverlap: 'greedy',
      labelFlush: true,
    },
  };
  const y = { field: 'change', type: 'quantitative', ...usdAxis('change of equity') };
  const line = {
    mark: { type: 'line', color: COLOURS.line, strokeWidth: 2 },
    encoding: { x, y },
    transform: [{ filter: 'datum.side === null' }],
  };
  const color = {
    condition: { test: "datum.side === 'sell'", value: COLOURS.loss },
    value: COLOURS.gain,
  };
  return chartSpec({
    rows: [
      ...valued.map(({ change }, i) => ({ place: i, change, side: null })),
      ...fills.map(({ at, side }) => ({ ...placeOf(valued, at), side })),
    ],
    below: [ZERO_LINE, line],
    mark: { type: 'point', filled: true, size: 45, opacity: 1 },
    encoding: { x, y, color },
    transform: [{ filter: 'datum.side !== null' }],
  });
}

const numbers = (
  valued: readonly Valued[],
  fills: readonly IntradayFill[],
  more: number,
): string[][] => [
  ...valued.map(({ at, equity, change, cause }) => [
    cause === 'before' ? '' : wallTime(at),
    amount(equity),
    money(change),
    WHEN[cause],
  ]),
  ...fills.map(({ at, side, quantity, symbol }) => [
    wallTime(at),
    '',
    '',
    `${side === 'buy' ? 'bought' : 'sold'} ${quantity} ${symbol}`,
  ]),
  ...(more > 0 ? [['', '', '', plural(more, 'more fill')]] : []),
];
