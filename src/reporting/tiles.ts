import type { Tile } from './document.ts';
import { toneOf } from './document.ts';
import { amount, money, multiple, percent, plural, share } from './format.ts';
import { matchText, tradesText } from './headline.ts';
import type { DailyReport } from './report.ts';

/** The day in eight numbers. */
export function dailyTiles(report: DailyReport): Tile[] {
  const { bridge, performance, tradeSummary, positions, accountState } = report;
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
    closedTradesTile(tradeSummary),
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
    ...endTiles(report),
  ];
}

/** What trades that were closed came to. */
export function closedTradesTile(trades: DailyReport['tradeSummary']): Tile {
  const { netProfit, sumR } = trades.metrics;
  return {
    label: 'Closed trades',
    value: money(netProfit.value ?? (trades.provisional > 0 ? null : 0)),
    detail: `${tradesText(trades)}${sumR.value === null ? '' : `, ${multiple(sumR.value)} R`}`,
    ...toneOf(netProfit.value),
  };
}

/** Whether the books agree, and whether somebody has to do something. */
export function endTiles({
  reconciliation,
  attention,
}: Pick<DailyReport, 'reconciliation' | 'attention'>): Tile[] {
  const critical = attention.filter(({ level }) => level === 'critical').length;
  return [
    {
      label: 'Book and broker',
      value: matchText(reconciliation),
      ...(reconciliation.status === 'differs' ? { tone: 'bad' as const } : {}),
    },
    {
      label: 'Needs you',
      value: attention.length === 0 ? 'nothing' : plural(attention.length, 'thing'),
      ...(critical > 0 ? { detail: `${critical} critical`, tone: 'bad' as const } : {}),
    },
  ];
}
