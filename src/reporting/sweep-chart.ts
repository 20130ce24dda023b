import { METRICS } from '../ledger/metrics-definitions.ts';
import { percentile } from '../ledger/metrics-series.ts';
import { hasLasted, type SpanMeasure, type TrialResult } from '../ledger/trials.ts';
import { type Chart, chartSpec } from './charts.ts';
import { metricText } from './metric-text.ts';
import type { SweepReport, SweptKey, SweptTrial } from './sweep-report.ts';

/** A key whose values are known beforehand. */
interface LevelKey {
  readonly key: string;
  readonly values: readonly string[];
}

const hasLevels = (key: SweptKey): key is LevelKey => key.values !== null && key.values.length > 1;

/**
 * The ranking metric over the first two keys that have more than one value: the colour of a cell is the median of the
 * trials in it that lasted; one in which all were ended by their drawdown limit has none, and says so. No picture where
 * values were drawn from between two ends: hardly two trials share one.
 */
export function sweepCharts(report: SweepReport): Chart[] {
  const [across, along] = report.keys.filter(hasLevels);
  if (across === undefined || report.keys.some(({ values }) => values === null)) return [];
  const heat = (id: string, part: string, spansOf: Heat['spansOf']) =>
    heatmap(report, { id, part, across, along: along ?? null, spansOf });
  if (report.windows !== null) {
    const spans = (trial: SweptTrial) =>
      (report.windows ?? []).flatMap(({ trials }) =>
        trials.flatMap(({ number, result }) => (number === trial.number ? rankedPart(result) : [])),
      );
    return heat('heatmap-train', 'all trains', spans);
  }
  const inSample = heat('heatmap-in-sample', 'in-sample', ({ result }) => rankedPart(result));
  if (report.split === null) return inSample;
  const outOfSample = heat('heatmap-out-of-sample', 'out of sample', ({ result }) =>
    result.outcome === 'done' && result.outOfSample !== null ? [result.outOfSample] : [],
  );
  return [...inSample, ...outOfSample];
}

/** What a trial is ranked by; one that its drawdown limit ended is behind all others, whatever it shows. */
function rankedPart(result: TrialResult): readonly (SpanMeasure | 'halted')[] {
  if (result.outcome !== 'done') return [];
  return [hasLasted(result) ? result.inSample : 'halted'];
}

interface Heat {
  readonly id: string;
  readonly part: string;
  readonly across: LevelKey;
  readonly along: LevelKey | null;
  readonly spansOf: (trial: SweptTrial) => readonly (SpanMeasure | 'halted')[];
}

interface Cell {
  readonly x: string;
  readonly y: string;
  /** Null where every trial was halted. */
  readonly value: number | null;
}

function heatmap(report: SweepReport, { id, part, across, along, spansOf }: Heat): Chart[] {
  const { metric } = report;
  const trials = report.ranking?.trials ?? report.windows?.[0]?.ranking.trials ?? [];
  const cells = across.values.flatMap((x) =>
    (along?.values ?? ['']).flatMap((y): Cell[] => {
      const spans = trials
        .filter(({ trial }) => trial.values[across.key] === x)
        .filter(({ trial }) => along === null || trial.values[along.key] === y)
        .flatMap(({ trial }) => spansOf(trial));
      const values = spans.flatMap((span) =>
        span === 'halted' ? [] : (span.metrics[metric] ?? []),
      );
      const value = percentile(values, 0.5);
      return value === null && !spans.includes('halted') ? [] : [{ x, y, value }];
    }),
  );
  const worth = ({ value }: Cell): number => value ?? Number.NEGATIVE_INFINITY;
  const best = cells.toSorted((a, b) => worth(b) - worth(a))[0];
  if (best?.value == null) return [];
  const { label } = METRICS[metric];
  const text = (value: number | null) =>
    value === null ? 'halted' : metricText(metric, { value, n: 0 });
  const other = along === null ? '' : ` and ${along.key} ${best.y}`;
  const over = along === null ? across.key : `${across.key} and ${along.key}`;
  const place = {
    x: levels('x', across, ACROSS, ` (in the cells: ${label}, ${part})`),
    y:
      along === null
        ? { field: 'y', type: 'ordinal', title: null, axis: null }
        : levels('y', along, ALONG),
  };
  const colour = {
    field: 'value',
    type: 'quantitative',
    legend: null,
    scale: { range: [BAD, NEUTRAL, GOOD], ...middleOf(metric) },
  };
  return [
    {
      id,
      title: `${label}, ${part}`,
      alt: `Map of ${label} ${part} over ${over}: ${text(best.value)} at best, with ${across.key} ${best.x}${other}.`,
      spec: chartSpec({
        rows: cells.map((cell) => ({ ...cell, text: text(cell.value) })),
        height: Math.max(40, (along?.values.length ?? 1) * 28),
        below: [
          {
            mark: { type: 'rect' },
            encoding: { ...place, color: colour },
            transform: [{ filter: 'datum.value !== null' }],
          },
        ],
        mark: { type: 'text', color: INK, fontSize: fontSizeOf(across.values.length) },
        encoding: { ...place, text: { field: 'text', type: 'nominal' } },
      }),
      table: {
        columns: [across.key, ...(along === null ? [] : [along.key]), label],
        rows: cells.map(({ x, y, value }) => [x, ...(along === null ? [] : [y]), text(value)]),
      },
    },
  ];
}

/** Light enough for dark letters, on light and dark backgrounds alike: none of these changes with the background. */
const BAD = '#f2b3aa';
const NEUTRAL = '#f4eddc';
const GOOD = '#a6d8af';
const INK = '#1b1f24';

/** Small enough that a number fits into its cell. */
const fontSizeOf = (columns: number): number => Math.max(4, Math.min(11, 70 / columns));

/** What is neither good nor bad. Drawdowns are all below it, and get the whole scale. */
function middleOf(metric: SweepReport['metric']): { readonly domainMid?: number } {
  if (metric === 'maxDrawdown') return {};
  return { domainMid: metric === 'profitFactor' ? 1 : 0 };
}

/** A value may be a map: cut off after the words that all of them begin with, values look the same. */
const ACROSS = { labelAngle: 0, labelExpr: "split(datum.label, ', ')" };
const ALONG = { labelLimit: 320 };

const levels = (field: string, { key, values }: LevelKey, axis: object, note = '') => ({
  field,
  type: 'ordinal',
  title: `${key}${note}`,
  sort: values,
  axis: { ticks: true, ...axis },
});
