import type { BacktestReport, BacktestTables } from './backtest-report.ts';
import { renderCsv } from './csv.ts';
import {
  bridgeFacts,
  EQUITY_COLUMNS,
  FACT_COLUMNS,
  type Fact,
  metricFacts,
  named,
  ORDER_COLUMNS,
  type ReportFile,
  scalars,
  snakeCase,
  TRADE_COLUMNS,
} from './csv-files.ts';

/** A stop that was moved. Dollars. */
export interface StopRow {
  readonly session: string;
  readonly symbol: string;
  readonly old: number;
  readonly new: number;
}

const STOP_COLUMNS = named<StopRow>(['session', 'symbol', 'old', 'new']);

/** The tables of a backtest but its decisions, which are written as they are made. */
export function backtestCsvFiles(
  report: BacktestReport,
  { orders }: BacktestTables,
  stops: readonly StopRow[],
): ReportFile[] {
  return [
    { name: 'report.csv', text: renderCsv(FACT_COLUMNS, facts(report)) },
    {
      name: 'trades.csv',
      text: renderCsv(TRADE_COLUMNS, [...report.closedTrades, ...report.openTrades]),
    },
    { name: 'equity.csv', text: renderCsv(EQUITY_COLUMNS, report.equity) },
    { name: 'orders.csv', text: renderCsv(ORDER_COLUMNS, orders) },
    { name: 'stops.csv', text: renderCsv(STOP_COLUMNS, stops) },
  ];
}

/** The single numbers and texts of the report, in its order. */
function facts(report: BacktestReport): Fact[] {
  const { bridge, metrics, tradeSummary, againstEqualWeight, comparisons, parts } = report;
  return [
    { section: 'report', metric: 'sentence', value: report.sentence },
    ...scalars('report', report.header),
    ...bridgeFacts(bridge),
    ...metricFacts('metrics', metrics),
    ...scalars('trades', tradeSummary),
    ...metricFacts('trades', tradeSummary.metrics),
    ...metricFacts('against_equal_weight', againstEqualWeight),
    ...comparisons.flatMap((row) => metricFacts(snakeCase(row.id), row.metrics)),
    ...(parts === null
      ? []
      : [
          ...metricFacts('in_sample', parts.inSample.metrics),
          ...metricFacts('out_of_sample', parts.outOfSample.metrics),
        ]),
    ...scalars('random_picks', report.randomPicks ?? {}),
    ...scalars('intensity', report.intensity),
    ...scalars('execution', report.execution),
    ...scalars('pipeline', report.pipeline.counts),
    { section: 'pipeline', metric: 'skipped', value: report.pipeline.skipped },
    ...scalars('monte_carlo', report.monteCarlo ?? {}),
    ...report.assumptions.map(({ about, text }) => ({
      section: 'assumptions',
      metric: about,
      value: text,
    })),
  ];
}
