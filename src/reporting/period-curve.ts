import type { MetricValue } from '../ledger/metrics.ts';
import { METRICS, type MetricId } from '../ledger/metrics-definitions.ts';
import { decimals, percent, share } from './format.ts';
import { left, markdownTable, right, escapeMarkdown as text } from './markdown-text.ts';
import { metricText } from './metric-text.ts';
import { spanWord } from './period-markdown.ts';
import type { PeriodReport } from './period-report.ts';
import { ROLLING_SESSIONS } from './rolling.ts';

/** What a week shows of the curve; a month shows every metric. */
const WEEKLY_METRICS: readonly MetricId[] = [
  'totalReturn',
  'maxDrawdown',
  'currentDrawdown',
  'volatility',
  'sharpe',
  'timeInMarket',
  'averageExposure',
  'maxExposure',
  'turnover',
];

export function metricsSection(report: PeriodReport): string {
  const { metrics, kind } = report;
  const ids = (Object.keys(metrics.span) as (keyof typeof metrics.span)[]).filter(
    (id) => kind === 'monthly' || WEEKLY_METRICS.includes(id),
  );
  const columns = [
    left('Metric'),
    right(`This ${spanWord(report)}`),
    right('Since start'),
    right('n'),
  ];
  const cell = (id: MetricId, value: MetricValue) => metricText(id, value);
  const rows = ids.map((id) => [
    METRICS[id].label,
    cell(id, metrics.span[id]),
    cell(id, metrics.sinceStart[id]),
    `${metrics.span[id].n} / ${metrics.sinceStart[id].n}`,
  ]);
  return `## Returns and risk\n\n${markdownTable(columns, [...rows, ...benchmarkRows(report)])}`;
}

/** Alpha, beta and the like, since the start; a week is too short for them. */
function benchmarkRows({ benchmark, kind }: PeriodReport): string[][] {
  if (benchmark === null || kind !== 'monthly') return [];
  return (Object.keys(benchmark.metrics) as (keyof typeof benchmark.metrics)[]).map((id) => [
    `${METRICS[id].label}, to ${text(benchmark.symbol)}`,
    '',
    metricText(id, benchmark.metrics[id]),
    String(benchmark.metrics[id].n),
  ]);
}

export function drawdownsSection({ drawdowns }: Pick<PeriodReport, 'drawdowns'>): string {
  const title = '## Worst drawdowns since the start';
  if (drawdowns.length === 0) return `${title}\n\nNone: the index never fell.`;
  const columns = [
    right('Depth'),
    left('Peak'),
    left('Valley'),
    left('Recovered'),
    right('Sessions down'),
    right('To recover'),
    right('In all'),
  ];
  const rows = drawdowns.map((fall) => [
    share(fall.depth),
    fall.peak,
    fall.valley,
    fall.recovered ?? 'ongoing',
    String(fall.sessionsDown),
    fall.sessionsToRecover === null ? 'n/a' : String(fall.sessionsToRecover),
    String(fall.sessions),
  ]);
  return `${title}\n\n${markdownTable(columns, rows)}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Return of every month there is, a row a year. */
export function monthsSection({ months }: Pick<PeriodReport, 'months'>): string {
  const title = '## Month by month';
  const years = [...new Set(months.map(({ key }) => key.slice(0, 4)))];
  if (years.length === 0) return `${title}\n\nNo month has a return.`;
  const byKey = new Map(months.map((row) => [row.key, row.return]));
  const columns = [left('Year'), ...MONTHS.map(right), right('Year total')];
  const rows = years.map((year) => {
    const own = MONTHS.map(
      (_, i) => byKey.get(`${year}-${String(i + 1).padStart(2, '0')}`) ?? null,
    );
    const known = own.filter((value) => value !== null);
    const total = known.reduce((growth, value) => growth * (1 + value), 1) - 1;
    const cells = own.map((value) => (value === null ? '' : percent(value)));
    return [year, ...cells, known.length === 0 ? '' : percent(total)];
  });
  return `${title}\n\n${markdownTable(columns, rows)}`;
}

/** Half years shown in the text: the last, and those that ended a month of sessions earlier each. */
const ROLLING_STEP = 21;
const ROLLING_SHOWN = 6;

/** The half years that end at the last session and a month of sessions earlier each; all are in the chart. */
export function rollingSection({ rolling, metrics }: PeriodReport): string {
  const title = `## Rolling ${ROLLING_SESSIONS} sessions`;
  if (rolling.length === 0) {
    const { n } = metrics.sinceStart.totalReturn;
    return `${title}\n\nn/a (${n} of ${ROLLING_SESSIONS} sessions).`;
  }
  const shown = rolling
    .filter((_, i) => (rolling.length - 1 - i) % ROLLING_STEP === 0)
    .slice(-ROLLING_SHOWN);
  const columns = [left('Up to'), right('Sharpe'), right('Volatility (annual)'), right('Beta')];
  const rows = shown.map((row) => [
    row.session,
    decimals(row.sharpe),
    share(row.volatility),
    decimals(row.beta),
  ]);
  return `${title}\n\n${markdownTable(columns, rows)}`;
}
