import type { MetricDefinition } from '../ledger/metrics-definition.ts';
import { METRICS } from '../ledger/metrics-definitions.ts';
import { markdownTable } from './markdown-text.ts';

const INTRODUCTION = `# Metrics

Printed from the definitions in the code; a test keeps the two equal. What the signs mean:

- t counts sessions of the exchange. E_t is equity at the close, F_t what was deposited less what was withdrawn, counted
  at the start of its day.
- r_t = E_t / (E_(t-1) + F_t) - 1. The index I_t = product of (1 + r) starts at I_0 = 1 with the row before the first
  session.
- e_t = r_t - ((1 + rf)^(1/252) - 1), where rf is the annual risk-free rate, 0 unless it is printed.
- A year has 252 sessions wherever a statistic is annualised; only CAGR and the money-weighted return use calendar days.
- Below the sample in the last column there is no number: \`n/a (12 of 20 sessions)\` says why.
- A trade runs from flat to flat in one symbol; partial exits are one trade; results are net of commissions. A trade whose
  commission is not known yet is in no metric and is counted as provisional.
- Every metric is float64 in a fixed order of operations. Those that need a power or an exponential are rounded as
  stated, so that the same curve prints the same bytes on every engine.`;

const UNITS: Readonly<Record<MetricDefinition['unit'], string>> = {
  usd: 'USD',
  fraction: 'fraction',
  ratio: 'ratio',
  r: 'R',
  sessions: 'sessions',
  days: 'days',
  trades: 'trades',
};

/** docs/METRICS.md. */
export function definitionsPage(): string {
  const rows = Object.entries<MetricDefinition>(METRICS);
  const groups = [...new Set(rows.map(([, { group }]) => group))];
  const sections = groups.map((group) => {
    const table = markdownTable(
      ['Metric', 'JSON', 'Formula', 'Convention', 'Unit', 'From'].map((title) => ({ title })),
      rows
        .filter(([, row]) => row.group === group)
        .map(([id, { label, formula, convention, unit, floor }]) => [
          label,
          id,
          `\`${formula.replaceAll('|', '\\|')}\``,
          convention.replaceAll('|', '\\|'),
          UNITS[unit],
          `${floor.count} ${floor.of}`,
        ]),
    );
    return `## ${group}\n\n${table}`;
  });
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}
