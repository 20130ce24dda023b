import { amount, decimals, money, multiple, plural, share } from './format.ts';
import { tradesText } from './headline.ts';
import type { PeriodReport } from './period-report.ts';
import type { DailyReport } from './report.ts';

/** Six lines for the terminal; the first is the day, week or month in a sentence. */
export function summaryLines(report: DailyReport | PeriodReport): string[] {
  return [
    report.sentence,
    `Account    ${accountText(report)}`,
    `Trades     ${closedText(report)}`,
    `Positions  ${positionsText(report)}`,
    `Pipeline   ${report.kind === 'daily' ? pipelineText(report) : totalsText(report)}`,
    `Needs you  ${attentionText(report)}`,
  ];
}

function accountText(report: DailyReport | PeriodReport): string {
  const { bridge } = report;
  const { drawdown } = report.kind === 'daily' ? report.performance : report.returns;
  if (bridge.rows === null) return `no bridge: ${bridge.reason ?? 'unknown'}`;
  const parts = bridge.rows.flatMap(({ id, label, amount: moved }) => {
    const name = ALWAYS_TOLD[id] ?? (moved === 0 ? null : label.toLowerCase());
    return name === null ? [] : [`${name} ${money(moved)}`];
  });
  return [
    `${amount(bridge.startEquity)} -> ${amount(bridge.endEquity)}`,
    ...parts,
    `unexplained ${money(bridge.unexplained)}`,
    `drawdown ${share(drawdown)}`,
  ].join(', ');
}

/** Rows of the bridge that are told whatever they are, by the name that fits into a line; others where they moved. */
const ALWAYS_TOLD: Readonly<Record<string, string>> = {
  realizedGross: 'realised',
  unrealizedChange: 'unrealised',
  commissions: 'commissions',
};

function closedText({ tradeSummary }: Pick<DailyReport, 'tradeSummary'>): string {
  const { netProfit, profitFactor, sumR } = tradeSummary.metrics;
  if (netProfit.value === null) return tradesText(tradeSummary);
  const factor = profitFactor.value === null ? profitFactor.reason : decimals(profitFactor.value);
  const inR = sumR.value === null ? '' : `, ${multiple(sumR.value)} R`;
  return `${tradesText(tradeSummary)}, net ${money(netProfit.value)}${inR}, profit factor ${factor}`;
}

function positionsText({
  positions,
  accountState,
}: Pick<DailyReport, 'positions' | 'accountState'>): string {
  if (positions.length === 0) return 'none';
  const symbols = positions.map(({ symbol }) => symbol).join(' ');
  return accountState === null
    ? symbols
    : `${symbols}, worth ${amount(accountState.grossExposure)}, open risk ${amount(accountState.openRisk)}`;
}

function pipelineText({ runs }: DailyReport): string {
  if (runs.length === 0) return 'no scan ran';
  return runs
    .map(
      ({ slot, counts: c }) =>
        `${slot}: ${c.found} found > ${c.scored} scored > ${c.selected} selected > ${c.approved} approved > ${c.filled} filled`,
    )
    .join('; ');
}

const totalsText = ({ pipeline: { scans, counts: c } }: PeriodReport): string =>
  scans === 0
    ? 'no scan ran'
    : `${plural(scans, 'scan')}: ${c.found} found > ${c.scored} scored > ${c.selected} selected > ${c.approved} approved > ${c.filled} filled`;

function attentionText({ attention }: Pick<DailyReport, 'attention'>): string {
  const [first, ...rest] = attention;
  if (first === undefined) return 'nothing';
  return `${first.text}${rest.length === 0 ? '' : ` (and ${plural(rest.length, 'more thing')})`}`;
}
