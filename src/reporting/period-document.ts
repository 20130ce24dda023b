import { entryGridChart, monthGridChart } from './charts-grid.ts';
import { annualBars, rollingCharts } from './charts-lines.ts';
import {
  curveHistogram,
  dayBars,
  excursionChart,
  exposureChart,
  groupBars,
  monthBars,
  rHistogram,
} from './charts-period.ts';
import { growthChart, underwaterChart } from './charts-shared.ts';
import { type ReportDocument, type Tile, toneOf } from './document.ts';
import { amount, money, percent, share } from './format.ts';
import { attentionSection, notesSection } from './markdown.ts';
import { reconcileSection } from './markdown-operations.ts';
import { positionsSection } from './markdown-trades.ts';
import { drawdownsSection, metricsSection, monthsSection, rollingSection } from './period-curve.ts';
import { groupsSection } from './period-groups.ts';
import {
  daysSection,
  operationsSection,
  periodAccount,
  periodExecution,
  periodLead,
  periodPipeline,
  periodTrades,
  spanWord,
  trendSection,
} from './period-markdown.ts';
import type { PeriodReport } from './period-report.ts';
import { closedTradesTile, endTiles } from './tiles.ts';

/** A weekly or monthly report laid out; a month has the tear sheet besides. */
export function periodDocument(report: PeriodReport): ReportDocument {
  const monthly = report.kind === 'monthly';
  const { curve, days, closedTrades, groups } = report;
  return {
    sentence: report.sentence,
    title: `${monthly ? 'Monthly' : 'Weekly'} report, ${report.header.name}`,
    lead: periodLead(report),
    tiles: periodTiles(report),
    sections: [
      { id: 'attention', text: attentionSection(report.attention) },
      {
        id: 'account',
        text: periodAccount(report),
        charts: [...growthChart(curve), ...underwaterChart(curve)],
      },
      {
        id: 'days',
        text: daysSection(report),
        charts: [...dayBars(days), ...exposureChart(report.equity)],
      },
      { id: 'trend', text: trendSection(report) },
      {
        id: 'trades',
        text: periodTrades(report),
        charts: [...rHistogram(closedTrades), ...excursionChart(closedTrades)],
      },
      {
        id: 'groups',
        text: groupsSection(report),
        charts: [
          ...groupBars('symbol', groups.symbol),
          ...groupBars('exit', groups.exit),
          ...entryGridChart(report.entries),
        ],
      },
      {
        id: 'metrics',
        text: metricsSection(report),
        charts: monthly ? curveHistogram(days) : [],
      },
      ...(monthly
        ? [
            {
              id: 'months',
              text: monthsSection(report),
              charts: [
                ...monthGridChart(report.months),
                ...monthBars(report.months),
                ...annualBars(report.months),
              ],
            },
            {
              id: 'rolling',
              text: rollingSection(report),
              charts: rollingCharts(report.rolling, 'the benchmark'),
            },
            { id: 'drawdowns', text: drawdownsSection(report) },
          ]
        : []),
      { id: 'positions', text: positionsSection(report) },
      { id: 'orders', text: periodExecution(report) },
      { id: 'pipeline', text: periodPipeline(report) },
      { id: 'reconciliation', text: reconcileSection(report) },
      { id: 'operations', text: operationsSection(report) },
      { id: 'notes', text: notesSection(report.notes) },
    ],
  };
}

function periodTiles(report: PeriodReport): Tile[] {
  const { bridge, returns, tradeSummary, accountState, positions } = report;
  return [
    {
      label: `P&L of the ${spanWord(report)}`,
      value: money(bridge.pnl),
      detail: percent(returns.span),
      ...toneOf(bridge.pnl),
    },
    {
      label: 'Equity',
      value: amount(bridge.endEquity),
      detail: `since start ${percent(returns.sinceStart)}`,
    },
    closedTradesTile(tradeSummary),
    {
      label: 'Year',
      value: percent(returns.yearToDate),
      detail: `1 year ${percent(returns.oneYear)}`,
      ...toneOf(returns.yearToDate),
    },
    {
      label: 'Drawdown',
      value: share(returns.drawdown),
      detail: `deepest ${share(returns.deepest)}`,
    },
    {
      label: 'Positions',
      value: String(positions.length),
      detail: accountState === null ? 'not marked' : `open risk ${amount(accountState.openRisk)}`,
    },
    ...endTiles(report),
  ];
}
