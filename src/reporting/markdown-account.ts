import type { LimitRow } from './day-checks.ts';
import { amount, count, decimals, money, percent, plural, share } from './format.ts';
import { benchmarkText, nextText } from './markdown-machine.ts';
import { markdownTable, escapeMarkdown as text } from './markdown-text.ts';
import type { DailyReport } from './report.ts';

/** From equity to equity, and the returns of the day beside it. */
export const accountSection = (report: DailyReport): string => {
  const { performance, benchmark } = report;
  const beside = benchmarkText(benchmark, [
    ['day', benchmark?.span ?? null],
    ['month', benchmark?.monthToDate ?? null],
    ['year', benchmark?.yearToDate ?? null],
    ['since start', benchmark?.sinceStart ?? null],
  ]);
  return bridgeSection(
    report,
    `Return: day ${percent(performance.day)}, month ${percent(performance.monthToDate)},` +
      ` year ${percent(performance.yearToDate)}, since start ${percent(performance.sinceStart)};` +
      ` drawdown ${share(performance.drawdown)}, ${plural(performance.sessionsUnderWater ?? 0, 'session')} under water.${beside === '' ? '' : `\n${beside}`}`,
  );
};

/** From equity to equity, row by row; `returns` says in a sentence what that was in percent. */
export function bridgeSection(
  { bridge, accountState }: Pick<DailyReport, 'bridge' | 'accountState'>,
  returns: string,
): string {
  const title = '## Account';
  if (bridge.rows === null) {
    return `${title}\n\nNo bridge: ${text(bridge.reason ?? 'unknown')}.`;
  }
  const rows = [
    [`Equity, ${text(bridge.from ?? '')}`, amount(bridge.startEquity)],
    ...bridge.rows.map(({ label, amount: value }) => [label, money(value)]),
    ['Unexplained', money(bridge.unexplained)],
    [`**Equity, ${text(bridge.to ?? '')}**`, `**${amount(bridge.endEquity)}**`],
  ];
  const table = markdownTable(
    [{ title: 'From equity to equity' }, { title: 'USD', align: 'right' }],
    rows,
  );
  const state =
    accountState === null
      ? []
      : [
          `Cash ${amount(accountState.cash)}, exposure ${amount(accountState.grossExposure)},` +
            ` unrealised ${money(accountState.unrealized)}, entry commissions of open lots` +
            ` ${amount(accountState.openEntryCommissions)}, open risk ${amount(accountState.openRisk)},` +
            ` intensity ${decimals(accountState.intensity)}.`,
        ];
  const incomplete = bridge.reason === null ? [] : [`Incomplete: ${text(bridge.reason)}.`];
  return [title, '', table, '', returns, ...state, ...tieLines(bridge.tie), ...incomplete].join(
    '\n',
  );
}

/** Only where the closed trades are not the whole realised row. */
function tieLines(tie: DailyReport['bridge']['tie']): string[] {
  if (tie === null || tie.closedTrades === tie.realizedGross) return [];
  return [
    `Realised ${money(tie.realizedGross)} = closed trades ${money(tie.closedTrades)}` +
      ` + trades outside the table ${money(tie.otherTrades)}` +
      ` - realised on earlier days ${money(-tie.lessEarlier)}` +
      ` + partial sales of open trades ${money(tie.stillOpen)}.`,
  ];
}

const BAR = 10;

/** How much of each limit is used. */
export function limitsSection({ limits }: DailyReport): string {
  const value = (row: LimitRow, which: number | null) =>
    row.unit === 'count' ? count(which) : share(which);
  const rows = limits.map((row) => [
    row.label,
    value(row, row.used),
    value(row, row.limit),
    row.share === null ? 'n/a' : `${decimals(row.share * 100, 0)} %`,
    bar(row.share),
  ]);
  const columns = [
    { title: 'Limit' },
    { title: 'Used', align: 'right' as const },
    { title: 'Allowed', align: 'right' as const },
    { title: 'Share', align: 'right' as const },
    { title: '' },
  ];
  return ['## Limits', '', markdownTable(columns, rows)].join('\n');
}

function bar(used: number | null): string {
  if (used === null) return '';
  const full = Math.min(BAR, Math.max(0, Math.round(used * BAR)));
  return `${'='.repeat(full)}${'.'.repeat(BAR - full)}${used >= 1 ? ' reached' : ''}`;
}

/** When the market opens again. */
export function nextSection({ next, positions }: Pick<DailyReport, 'next' | 'positions'>): string {
  const title = '## Next session';
  return `${title}\n\n${next === null ? 'Beyond the calendar.' : nextText(next, positions.length)}`;
}
