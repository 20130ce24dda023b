import { resolve } from 'node:path';
import { firstStep } from '../../app/home-without-history.ts';
import type { CurveStatistics, Statistics } from '../../app/statistics.ts';
import { Failure } from '../../domain/failure.ts';
import type { MetricValue } from '../../ledger/metrics.ts';
import { METRICS, type MetricId } from '../../ledger/metrics-definitions.ts';
import { GROUPINGS, TRENDS, type TradeGroup } from '../../ledger/statistics.ts';
import type { TrendRow } from '../../ledger/trend.ts';
import { money, percent, plural, share } from '../../reporting/format.ts';
import { metricText } from '../../reporting/metric-text.ts';
import type { CommandContext, CommandOutcome, CommandSpec } from '../command.ts';
import { choiceOption, dateOption, textOption } from '../options.ts';
import { renderTable, type TableColumn } from '../table.ts';

/** `trade-labs stats`: what the history, or any equity curve, earned and at what risk. */
export const stats: CommandSpec = {
  path: 'stats',
  group: 'Inspect',
  summary: 'Measure the history or any equity curve: returns, risk, trades',
  examples: [
    { line: 'trade-labs stats', does: 'every metric of this home' },
    { line: 'trade-labs stats --by exit --since 2026-01-01', does: 'this year by exit reason' },
    { line: 'trade-labs stats --trend month', does: 'month by month, from the first to the last' },
    { line: 'trade-labs stats --equity-csv curve.csv', does: 'a curve from elsewhere' },
  ],
  configure: (command) => {
    command
      .option('--by <group>', GROUPINGS.join(', '))
      .option('--trend <span>', `one row a ${TRENDS.join(' or ')}`)
      .option('--since <date>', 'trades that ended then or later: YYYY-MM-DD, today, -30d')
      .option('--equity-csv <file>', 'metrics of this curve: date,equity or date,return')
      .option('--benchmark-csv <file>', 'compare that curve with this one, session by session')
      .option('--definitions', 'print what each metric means, as Markdown')
      .option('--risk-free <rate>', 'annual risk-free rate as a fraction', '0')
      .addHelpText('after', '\nWhat each metric means and the sample it needs: docs/METRICS.md');
  },
  run: async (context, _args, options) => {
    if (options.definitions === true) return definitions();
    const by = choiceOption('--by', options.by, GROUPINGS);
    const trend = choiceOption('--trend', options.trend, TRENDS);
    const since = dateOption(context, '--since', options.since);
    const riskFreeRate = rateOption(options.riskFree);
    const file = textOption(options.equityCsv);
    if (file !== undefined) {
      if (by !== undefined || since !== undefined || trend !== undefined) {
        throw new Failure(
          'USAGE',
          '--equity-csv has no trades: it takes neither --by nor --trend nor --since',
          { hint: 'leave them away' },
        );
      }
      return fileOutcome(context, file, textOption(options.benchmarkCsv), riskFreeRate);
    }
    if (options.benchmarkCsv !== undefined) {
      throw new Failure('USAGE', '--benchmark-csv is for --equity-csv', {
        hint: 'trade-labs stats --equity-csv curve.csv --benchmark-csv index.csv',
      });
    }
    const { homeReader, homeStatistics } = await import('../../app/statistics.ts');
    const statistics = await homeStatistics({
      reader: homeReader(context.home),
      since: since ?? null,
      by: by ?? null,
      trend: trend ?? null,
      riskFreeRate,
    });
    return homeOutcome(context, statistics, riskFreeRate);
  },
};

function rateOption(value: unknown): number {
  const rate = Number(value);
  if (typeof value === 'string' && value.trim() !== '' && rate > -1 && rate <= 1) return rate;
  throw new Failure('USAGE', `--risk-free is not a fraction: ${JSON.stringify(value)}`, {
    hint: 'write --risk-free 0.04 for four percent a year',
  });
}

async function definitions(): Promise<CommandOutcome> {
  const { definitionsPage } = await import('../../reporting/definitions-page.ts');
  return { data: METRICS, text: definitionsPage() };
}

async function fileOutcome(
  context: CommandContext,
  file: string,
  benchmark: string | undefined,
  riskFreeRate: number,
): Promise<CommandOutcome> {
  const { readEquityCurve } = await import('../../app/read-equity-curve.ts');
  const { besideBenchmark, curveStatistics } = await import('../../app/statistics.ts');
  const read = (name: string) => readEquityCurve(resolve(context.cwd, name), name);
  const { points, isIndex, warnings } = read(file);
  const other = benchmark === undefined ? null : read(benchmark);
  const curve = curveStatistics(points, { riskFreeRate });
  const hidden: readonly string[] = isIndex ? [...WITHOUT_TRADES, 'netChange'] : WITHOUT_TRADES;
  const beside = other === null ? {} : besideBenchmark(points, other.points, riskFreeRate);
  const metrics = Object.entries<MetricValue>({ ...curve.metrics, ...beside }).filter(
    ([id]) => !hidden.includes(id),
  );
  const against = benchmark === undefined ? '' : `, beside ${benchmark}`;
  return {
    data: {
      file,
      benchmark: benchmark ?? null,
      riskFreeRate,
      ...curve,
      metrics: Object.fromEntries(metrics),
    },
    text: [
      `${file}: ${spanText(curve)}${against}, risk-free rate ${riskFreeRate}`,
      '',
      metricTable(context, metrics),
    ].join('\n'),
    warnings: [...warnings, ...(other?.warnings ?? [])],
  };
}

/** What a bare curve cannot say. */
const WITHOUT_TRADES: readonly MetricId[] = [
  'timeInMarket',
  'averageExposure',
  'maxExposure',
  'turnover',
];

const spanText = ({ from, to, sessions }: CurveStatistics): string =>
  from === null ? 'no curve' : `${from} to ${to}, ${plural(sessions, 'session')}`;

const METRIC_COLUMNS: readonly TableColumn[] = [
  { title: 'metric' },
  { title: 'value', align: 'right' },
  { title: 'n', align: 'right', priority: 1 },
];

function metricTable(
  context: CommandContext,
  metrics: readonly (readonly [string, MetricValue])[],
): string {
  const rows = metrics.map(([id, metric]) => [
    METRICS[id as MetricId].label,
    metricText(id as MetricId, metric),
    String(metric.n),
  ]);
  return renderTable(METRIC_COLUMNS, rows, { columns: context.columns });
}

function homeOutcome(
  context: CommandContext,
  { curve, trades, groups, trend }: Statistics,
  riskFreeRate: number,
): CommandOutcome {
  const data = {
    riskFreeRate,
    curve,
    trades,
    ...(groups === null ? {} : { groups }),
    ...(trend === null ? {} : { trend }),
  };
  if (trades.closed + trades.provisional === 0 && curve.sessions === 0) {
    return { data, text: `Nothing to measure yet. First: ${firstStep(context.home)}` };
  }
  const counted = `${plural(trades.closed, 'closed trade')}: ${trades.wins} won, ${trades.draws} drawn, ${trades.losses} lost`;
  const waiting =
    trades.provisional === 0
      ? ''
      : `; ${trades.provisional} more without a commission yet, in no metric`;
  const tables = [
    ...(groups === null ? [] : [groupTable(context, groups)]),
    ...(trend === null ? [] : [trendTable(context, trend)]),
  ];
  const parts =
    tables.length > 0
      ? [`${counted}${waiting}`, ...tables]
      : [
          `Account, ${spanText(curve)}, risk-free rate ${riskFreeRate}`,
          metricTable(context, Object.entries(curve.metrics)),
          `Trades, ${counted}${waiting}`,
          metricTable(context, Object.entries(trades.metrics)),
        ];
  return { data, text: parts.join('\n\n') };
}

const GROUP_METRICS = ['netProfit', 'winRate', 'profitFactor', 'expectancy', 'sumR'] as const;

function groupTable(context: CommandContext, groups: readonly TradeGroup[]): string {
  const columns: TableColumn[] = [
    { title: 'group' },
    { title: 'trades', align: 'right' },
    { title: 'W/D/L', align: 'right', priority: 2 },
    { title: 'net P&L', align: 'right' },
    { title: 'win rate', align: 'right', priority: 3 },
    { title: 'profit factor', align: 'right', priority: 1 },
    { title: 'expectancy', align: 'right', priority: 0 },
    { title: 'sum R', align: 'right', priority: 4 },
  ];
  const rows = groups.map(({ key, summary }) => [
    key,
    String(summary.closed),
    `${summary.wins}/${summary.draws}/${summary.losses}`,
    ...GROUP_METRICS.map((id) => metricText(id, summary.metrics[id])),
  ]);
  return renderTable(columns, rows, { columns: context.columns });
}

function trendTable(context: CommandContext, trend: readonly TrendRow[]): string {
  const columns: TableColumn[] = [
    { title: 'span' },
    { title: 'sessions', align: 'right', priority: 0 },
    { title: 'P&L', align: 'right' },
    { title: 'return', align: 'right' },
    { title: 'drawdown', align: 'right', priority: 3 },
    { title: 'trades', align: 'right' },
    { title: 'W/D/L', align: 'right', priority: 2 },
    { title: 'win rate', align: 'right', priority: 1 },
    { title: 'sum R', align: 'right', priority: 4 },
  ];
  const rows = trend.map((row) => [
    row.key,
    String(row.sessions),
    money(row.pnl),
    percent(row.return),
    share(row.drawdown),
    String(row.trades.closed),
    `${row.trades.wins}/${row.trades.draws}/${row.trades.losses}`,
    metricText('winRate', row.trades.metrics.winRate),
    metricText('sumR', row.trades.metrics.sumR),
  ]);
  return renderTable(columns, rows, { columns: context.columns });
}
