import type { Tile } from './document.ts';
import { toneOf } from './document.ts';
import { amount, money, multiple, percent, plural, share } from './format.ts';
import { matchText, tradesText } from './headline.ts';
import type { DailyReport } from './report.ts';

/** The day in eight numbers. */
export function dailyTiles(report: DailyReport): Tile[] {
  const { bridge, performance, tradeSummary, positions, accountState, attention } = report;
  const { netProfit, sumR } = tradeSummary.metrics;
  const critical = attention.filter(({ level }) => level === 'critical').length;
  return [
    {
      label: 'P&L of the day',
      value: money(bridge.pnl),
      detail: percent(performance.day),
      ...toneOf(bridge.pnl),
    },
    {
      label: 'Equity',
      value: amount(bridge.endEquity),
      detail: `since start ${percent(performance.sinceStart)}`,
    },
    {
      label: 'Closed trades',
      value: money(netProfit.value ?? (tradeSummary.provisional > 0 ? null : 0)),
      detail: `${tradesText(tradeSummary)}${sumR.value === null ? '' : `, ${multiple(sumR.value)} R`}`,
      ...toneOf(netProfit.value),
    },
    {
      label: 'Positions',
      value: String(positions.length),
      detail: accountState === null ? 'not marked' : `worth ${amount(accountState.grossExposure)}`,
    },
    {
      label: 'Open risk',
      value: amount(accountState?.openRisk ?? null),
      detail: 'if every stop fills at its price',
    },
    {
      label: 'Drawdown',
      value: share(performance.drawdown),
      detail: `${plural(performance.sessionsUnderWater ?? 0, 'session')} under water`,
    },
    {
      label: 'Book and broker',
      value: matchText(report.reconciliation),
      ...(report.reconciliation.status === 'differs' ? { tone: 'bad' as const } : {}),
    },
    {
      label: 'Needs you',
      value: attention.length === 0 ? 'nothing' : plural(attention.length, 'thing'),
      ...(critical > 0 ? { detail: `${critical} critical`, tone: 'bad' as const } : {}),
    },
  ];
}
