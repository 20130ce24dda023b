import { renderCsv } from './csv.ts';
import {
  EQUITY_COLUMNS,
  EXECUTION_COLUMNS,
  FACT_COLUMNS,
  type Fact,
  metricFacts,
  named,
  ORDER_COLUMNS,
  openingFacts,
  type ReportFile,
  scalars,
  slippageFacts,
  TRADE_COLUMNS,
} from './csv-files.ts';
import type { DayRow } from './period-days.ts';
import type { PeriodReport } from './period-report.ts';

const DAY_COLUMNS = [
  ...named<DayRow>([
    'session',
    'pnl',
    'return',
    'equity',
    'flow',
    'drawdown',
    'trades',
    'wins',
    'losses',
    'netProfit',
    'sumR',
    'ordersPlaced',
    'commissions',
  ]),
  {
    name: 'entry_slippage_bps',
    value: ({ entrySlippage }: DayRow) => entrySlippage.meanBps,
  },
  ...named<DayRow>(['openRisk', 'positions']),
];

/** The tables of a weekly or monthly report. Closed trades first, by exit; open ones after, by symbol. */
export function periodCsvFiles(report: PeriodReport): ReportFile[] {
  const trades = [...report.closedTrades, ...report.openTrades];
  return [
    { name: 'report.csv', text: renderCsv(FACT_COLUMNS, facts(report)) },
    { name: 'days.csv', text: renderCsv(DAY_COLUMNS, report.days) },
    { name: 'trades.csv', text: renderCsv(TRADE_COLUMNS, trades) },
    { name: 'orders.csv', text: renderCsv(ORDER_COLUMNS, report.orders) },
    { name: 'equity.csv', text: renderCsv(EQUITY_COLUMNS, report.equity) },
    { name: 'executions.csv', text: renderCsv(EXECUTION_COLUMNS, report.filledOrders) },
  ];
}

/** The single numbers and texts of the report, in its order. */
function facts(report: PeriodReport): Fact[] {
  const { tradeSummary, metrics, groups } = report;
  return [
    ...openingFacts(report),
    ...scalars('returns', report.returns),
    ...scalars('account', report.accountState ?? {}),
    ...scalars('trades', tradeSummary),
    ...metricFacts('trades', tradeSummary.metrics),
    ...metricFacts('span', metrics.span),
    ...metricFacts('since_start', metrics.sinceStart),
    ...scalars('benchmark', report.benchmark ?? {}),
    ...metricFacts('benchmark', report.benchmark?.metrics ?? {}),
    ...report.entries.map(({ weekday, hour, netProfit }) => ({
      section: 'net_profit_by_entry',
      metric: `${weekday} ${hour}`,
      value: netProfit,
    })),
    ...Object.entries(groups).flatMap(([by, rows]) =>
      rows.map(({ key, summary }) => ({
        section: `net_profit_by_${by}`,
        metric: key,
        value: summary.metrics.netProfit.value,
      })),
    ),
    ...scalars('execution', report.execution),
    ...slippageFacts(report),
    ...scalars('pipeline', report.pipeline.counts),
    ...scalars('operations', report.operations),
    ...scalars('reconciliation', report.reconciliation),
  ];
}
