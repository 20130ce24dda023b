import {
  assumptionsSection,
  backtestAccount,
  backtestLead,
  backtestMetrics,
  comparisonSection,
  lookAheadSection,
  monteCarloSection,
  parametersSection,
  sensitivitySection,
  splitSection,
  tradeMetricsSection,
} from './backtest-markdown.ts';
import type { BacktestReport, BacktestTables } from './backtest-report.ts';
import { comparedGrowth, drawdownCloud, randomEnds, thinned } from './charts-backtest.ts';
import { entryGridChart, monthGridChart } from './charts-grid.ts';
import { annualBars, rollingCharts } from './charts-lines.ts';
import {
  curveHistogram,
  excursionChart,
  exposureChart,
  groupBars,
  rHistogram,
} from './charts-period.ts';
import { underwaterChart } from './charts-shared.ts';
import { type ReportDocument, type Tile, toneOf } from './document.ts';
import { amount, decimals, money, percent, plural, share } from './format.ts';
import { tradesText } from './headline.ts';
import { notesSection } from './markdown.ts';
import { positionsSection } from './markdown-trades.ts';
import { metricText } from './metric-text.ts';
import { drawdownsSection, monthsSection } from './period-curve.ts';
import { groupsSection } from './period-groups.ts';
import { periodExecution, periodPipeline, periodTrades } from './period-markdown.ts';

/** The tear sheet of a backtest laid out. */
export function backtestDocument(report: BacktestReport, tables: BacktestTables): ReportDocument {
  const { curve, closedTrades, groups, equity, months } = report;
  return {
    sentence: report.sentence,
    title: `Backtest, ${report.header.from} to ${report.header.to}`,
    lead: backtestLead(report),
    tiles: tilesOf(report),
    sections: [
      {
        id: 'comparison',
        text: comparisonSection(report),
        charts: [...comparedGrowth(report), ...underwaterChart(curve), ...randomEnds(report)],
      },
      { id: 'account', text: backtestAccount(report) },
      {
        id: 'metrics',
        text: backtestMetrics(report),
        charts: [
          ...curveHistogram(tables.days),
          ...rollingCharts(thinned(tables.rolling), 'equal weight'),
        ],
      },
      { id: 'split', text: splitSection(report) },
      {
        id: 'months',
        text: monthsSection(report),
        charts: [...monthGridChart(months), ...annualBars(months)],
      },
      { id: 'drawdowns', text: drawdownsSection(report) },
      {
        id: 'trades',
        text: periodTrades(report),
        charts: [...rHistogram(closedTrades), ...excursionChart(closedTrades)],
      },
      { id: 'trade-metrics', text: tradeMetricsSection(report) },
      {
        id: 'groups',
        text: groupsSection(report),
        charts: [
          ...groupBars('symbol', groups.symbol),
          ...groupBars('exit', groups.exit),
          ...entryGridChart(tables.entries),
        ],
      },
      { id: 'positions', text: positionsSection(report), charts: exposureChart(equity) },
      { id: 'orders', text: executionText(report) },
      { id: 'pipeline', text: pipelineText(report) },
      { id: 'monte-carlo', text: monteCarloSection(report), charts: drawdownCloud(report) },
      { id: 'sensitivity', text: sensitivitySection(report) },
      { id: 'look-ahead', text: lookAheadSection(report) },
      { id: 'assumptions', text: assumptionsSection(report) },
      { id: 'parameters', text: parametersSection(report) },
      { id: 'notes', text: notesSection(report.notes) },
    ],
  };
}

/** Of bars the price before a fill is often that of another session, so that the numbers want a word. */
const executionText = (report: BacktestReport): string =>
  `${periodExecution(report)}\n\nMeasured against the price an entry was decided on, the last mark before an exit and` +
  ` a stop's own price: what the price moved until the fill is part of it, gaps too. What a fill itself is charged` +
  ` stands under Assumptions.`;

function pipelineText(report: BacktestReport): string {
  const { skipped } = report.pipeline;
  const without =
    skipped === 0
      ? ''
      : `\n\n${plural(skipped, 'slot')} had no price at their instant and decided nothing.`;
  return `${periodPipeline(report)}${without}`;
}

function tilesOf({ metrics, tradeSummary, comparisons, header, bridge }: BacktestReport): Tile[] {
  const equal = comparisons.find(({ id }) => id === 'equalWeight')?.metrics.totalReturn.value;
  return [
    {
      label: 'P&L',
      value: money(metrics.netChange.value),
      detail: percent(metrics.totalReturn.value),
      ...toneOf(metrics.netChange.value),
    },
    {
      label: 'Equity',
      value: amount(bridge.endEquity),
      detail: `from ${amount(bridge.startEquity)}`,
    },
    { label: 'A year', value: metricText('cagr', metrics.cagr) },
    { label: 'Sharpe', value: metricText('sharpe', metrics.sharpe) },
    { label: 'Drawdown', value: share(metrics.maxDrawdown.value) },
    {
      label: 'Closed trades',
      value: tradesText(tradeSummary),
      detail: `expectancy ${decimals(tradeSummary.metrics.expectancyR.value)} R`,
    },
    { label: 'Exposure', value: share(metrics.averageExposure.value), detail: 'on average' },
    {
      label: 'Equal weight',
      value: percent(equal ?? null),
      detail: plural(header.symbols, 'symbol'),
    },
  ];
}
