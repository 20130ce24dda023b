import type { BacktestReport } from './backtest-report.ts';
import type { PeriodReport } from './period-report.ts';
import type { DailyReport } from './report.ts';

/** What report.json of a week or month holds. */
export type PeriodJson = Omit<PeriodReport, 'orders' | 'filledOrders'>;

/**
 * The report as JSON with named keys: money as dollars, ratios as fractions, times ISO UTC, absent values null. Of
 * weeks and months the orders are in orders.csv and executions.csv alone, where there may be thousands.
 */
export function renderJson(report: DailyReport | PeriodReport): string {
  const shown =
    report.kind === 'daily' ? report : { ...report, orders: undefined, filledOrders: undefined };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

/** A tear sheet in the same way; its orders and decisions are tables of their own. */
export const renderBacktestJson = (report: BacktestReport): string =>
  `${JSON.stringify(report, null, 2)}\n`;
