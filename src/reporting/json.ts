import type { PeriodReport } from './period-report.ts';
import type { DailyReport } from './report.ts';

/** The report as JSON with named keys: money as dollars, ratios as fractions, times ISO UTC, absent values null. */
export const renderJson = (report: DailyReport | PeriodReport): string =>
  `${JSON.stringify(report, null, 2)}\n`;
