import type { TopLevelSpec } from 'vega-lite';

/** A chart: what it shows, in words for those who do not see it, and how it is drawn. */
export interface Chart {
  /** Stable name; the file is charts/ID.svg. */
  readonly id: string;
  readonly title: string;
  /** The picture in a sentence, with the numbers that matter. */
  readonly alt: string;
  readonly spec: TopLevelSpec;
  /** Its numbers, where no table of the section has them. */
  readonly table?: ChartTable;
}

export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The few colours of all charts. Each has a partner for dark backgrounds in chart-style.ts. */
export const COLOURS = {
  ink: '#24292f',
  grid: '#d8dee4',
  line: '#0b5cad',
  gain: '#1a7f37',
  loss: '#b42318',
  quiet: '#8c959f',
} as const;

type Rows = readonly Readonly<Record<string, string | number | null>>[];
type Encoding = Readonly<Record<string, unknown>>;

interface ChartParts {
  readonly rows: Rows;
  readonly mark: Readonly<Record<string, unknown>>;
  readonly encoding: Encoding;
  readonly height?: number;
  /** Further marks on the same rows, drawn first. */
  readonly below?: readonly {
    readonly mark: object;
    readonly encoding: Encoding;
    readonly transform?: readonly object[];
  }[];
  /** Of the marks on top alone. */
  readonly transform?: readonly object[];
}

/** Wide enough for a column of the page, and small enough that its letters stay readable on a phone. */
const WIDTH = 360;

/** The specification of a chart in the house's style. */
export function chartSpec({
  rows,
  mark,
  encoding,
  height = 170,
  below = [],
  transform,
}: ChartParts) {
  const top = transform === undefined ? { mark, encoding } : { mark, encoding, transform };
  const layers = [...below, top];
  const spec = {
    width: WIDTH,
    height,
    padding: 4,
    background: '#ffffff',
    data: { values: rows },
    ...(below.length === 0 ? { mark, encoding } : { layer: layers }),
    config: {
      aria: false,
      font: 'system-ui, sans-serif',
      view: { stroke: null },
      axis: {
        domainColor: COLOURS.quiet,
        tickColor: COLOURS.quiet,
        gridColor: COLOURS.grid,
        labelColor: COLOURS.ink,
        titleColor: COLOURS.ink,
        labelFontSize: 11,
        titleFontSize: 11,
        titleFontWeight: 'normal',
        labelLimit: 130,
      },
      axisX: { grid: false },
    },
  };
  return spec as unknown as TopLevelSpec;
}

/** Green above zero, red below. */
export const gainOrLoss = (field: string): Encoding => ({
  condition: { test: `datum[${JSON.stringify(field)}] < 0`, value: COLOURS.loss },
  value: COLOURS.gain,
});

/** A line at zero, below the marks. */
export const ZERO_LINE = {
  mark: { type: 'rule', color: COLOURS.quiet },
  encoding: { y: { datum: 0, type: 'quantitative' } },
} as const;

/** The same day a year later, as text. */
const nextYear = (date: string): string => `${Number(date.slice(0, 4)) + 1}${date.slice(4)}`;

/** Sessions along the x axis: only as many labels as fit. */
export function sessionAxis(sessions: readonly string[], title: string | null = null): Encoding {
  const every = Math.max(1, Math.ceil(sessions.length / 6));
  const labelled = sessions.filter((_, i) => (sessions.length - 1 - i) % every === 0);
  const [first = '', last = ''] = [sessions[0], sessions.at(-1)];
  // Beyond a year a label needs the year more than the day.
  const part = last > nextYear(first) ? '0, 7' : '5';
  return {
    field: 'session',
    type: 'ordinal',
    title,
    sort: null,
    axis: {
      values: labelled,
      labelAngle: 0,
      labelExpr: `slice(datum.label, ${part})`,
      ticks: true,
    },
  };
}

/** Amounts along an axis: "$1,200". */
export const usdAxis = (title: string): Encoding => ({
  title,
  axis: { format: '$,~r', tickCount: 5 },
});

/** Shares along an axis: "1.5%". */
export const percentAxis = (title: string): Encoding => ({
  title,
  axis: { format: '.2~%', tickCount: 5 },
});
