import type { PeriodReport } from './period-report.ts';
import type { DailyReport } from './report.ts';

/**
 * The report as JSON with named keys: money as dollars, ratios as fractions, times ISO UTC, absent values null. Of weeks
 * and months the orders are in orders.csv and executions.csv alone, where there may be thousands.
 */
export function renderJson(report: DailyReport | PeriodReport): string {
  const shown =
    report.kind === 'daily' ? report : { ...report, orders: undefined, filledOrders: undefined };
  return `${JSON.stringify(shown, null, 2)}\n`;
}
