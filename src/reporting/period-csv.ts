import { renderCsv } from './csv.ts';
import {
  EQUITY_COLUMNS,
  EXECUTION_COLUMNS,
  FACT_COLUMNS,
  type Fact,
  metricFact,
  named,
  ORDER_COLUMNS,
  type ReportFile,
  scalars,
  slippageFacts,
  snakeCase,
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
  const { bridge, tradeSummary, metrics, groups } = report;
  return [
    { section: 'report', metric: 'sentence', value: report.sentence },
    { section: 'report', metric: 'preliminary', value: report.preliminary },
    ...scalars('report', report.header),
    ...report.attention.map(({ code, text }) => ({
      section: 'attention',
      metric: code,
      value: text,
    })),
    { section: 'bridge', metric: 'start_equity', value: bridge.startEquity },
    ...(bridge.rows ?? []).map(({ id, amount }) => ({
      section: 'bridge',
      metric: snakeCase(id),
      value: amount,
    })),
    { section: 'bridge', metric: 'unexplained', value: bridge.unexplained },
    { section: 'bridge', metric: 'end_equity', value: bridge.endEquity },
    { section: 'bridge', metric: 'pnl', value: bridge.pnl },
    ...scalars('returns', report.returns),
    ...scalars('account', report.accountState ?? {}),
    ...scalars('trades', tradeSummary),
    ...Object.entries(tradeSummary.metrics).map(([id, metric]) => metricFact('trades', id, metric)),
    ...Object.entries(metrics.span).map(([id, metric]) => metricFact('span', id, metric)),
    ...Object.entries(metrics.sinceStart).map(([id, metric]) =>
      metricFact('since_start', id, metric),
    ),
    ...scalars('benchmark', report.benchmark ?? {}),
    ...Object.entries(report.benchmark?.metrics ?? {}).map(([id, metric]) =>
      metricFact('benchmark', id, metric),
    ),
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
