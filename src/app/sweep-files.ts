import type { ReportFile } from '../reporting/csv-files.ts';
import { sweepCharts } from '../reporting/sweep-chart.ts';
import { sweepCsv } from '../reporting/sweep-csv.ts';
import type { SweepReport } from '../reporting/sweep-report.ts';

/** The files of a sweep: its tables as CSV, its maps as SVG. What draws is loaded when there is something to draw. */
export async function sweepFiles(report: SweepReport): Promise<ReportFile[]> {
  const charts = sweepCharts(report);
  const tables = sweepCsv(report);
  if (charts.length === 0) return tables;
  const { chartFile, chartSvg } = await import('../reporting/chart-svg.ts');
  const drawn: ReportFile[] = [];
  for (const chart of charts) {
    drawn.push({ name: `charts/${chart.id}.svg`, text: chartFile(await chartSvg(chart)) });
  }
  return [...tables, ...drawn];
}
