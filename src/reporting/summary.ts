import { amount, decimals, money, multiple, plural, share } from './format.ts';
import { tradesText } from './headline.ts';
import type { DailyReport } from './report.ts';

/** Six lines for the terminal; the first is the day in a sentence. */
export function summaryLines(report: DailyReport): string[] {
  return [
    report.sentence,
    `Account    ${accountText(report)}`,
    `Trades     ${closedText(report)}`,
    `Positions  ${positionsText(report)}`,
    `Pipeline   ${pipelineText(report)}`,
    `Needs you  ${attentionText(report)}`,
  ];
}

function accountText({ bridge, performance }: DailyReport): string {
  if (bridge.rows === null) return `no bridge: ${bridge.reason ?? 'unknown'}`;
  const row = (id: string) => bridge.rows?.find((candidate) => candidate.id === id)?.amount ?? null;
  return (
    `${amount(bridge.startEquity)} -> ${amount(bridge.endEquity)}` +
    `, realised ${money(row('realizedGross'))}, unrealised ${money(row('unrealizedChange'))}` +
    `, commissions ${money(row('commissions'))}, unexplained ${money(bridge.unexplained)}` +
    `, drawdown ${share(performance.drawdown)}`
  );
}

function closedText({ tradeSummary }: DailyReport): string {
  const { netProfit, profitFactor, sumR } = tradeSummary.metrics;
  if (netProfit.value === null) return tradesText(tradeSummary);
  const factor = profitFactor.value === null ? profitFactor.reason : decimals(profitFactor.value);
  const inR = sumR.value === null ? '' : `, ${multiple(sumR.value)} R`;
  return `${tradesText(tradeSummary)}, net ${money(netProfit.value)}${inR}, profit factor ${factor}`;
}

function positionsText({ positions, accountState }: DailyReport): string {
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

function attentionText({ attention }: DailyReport): string {
  const [first, ...rest] = attention;
  if (first === undefined) return 'nothing';
  return `${first.text}${rest.length === 0 ? '' : ` (and ${plural(rest.length, 'more thing')})`}`;
}
