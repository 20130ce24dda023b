import type { EntryCell, Grouping, TradeGroup } from '../ledger/statistics.ts';
import { money, multiple } from './format.ts';
import { left, markdownTable, right, escapeMarkdown as text } from './markdown-text.ts';
import { metricText } from './metric-text.ts';
import type { PeriodReport } from './period-report.ts';

const GROUP_TITLES: Readonly<Record<Grouping, string>> = {
  symbol: 'By symbol',
  strategy: 'By strategy',
  exit: 'By exit reason',
  weekday: 'By weekday of the entry',
  hour: 'By hour of the entry',
  holding: 'By holding time',
};

/** Of the symbols, the best and the worst so many. */
const SYMBOLS_SHOWN = 10;

export function groupsSection({
  groups,
  closedTrades,
  entries = [],
}: Pick<PeriodReport, 'groups' | 'closedTrades'> & Partial<Pick<PeriodReport, 'entries'>>): string {
  const title = '## What made the difference';
  if (closedTrades.length === 0) return `${title}\n\nNo trade ended.`;
  const parts = (Object.keys(GROUP_TITLES) as Grouping[]).map((by) => {
    const rows = groups[by];
    const cut = rows.length > 2 * SYMBOLS_SHOWN;
    const shown = cut ? [...rows.slice(0, SYMBOLS_SHOWN), ...rows.slice(-SYMBOLS_SHOWN)] : rows;
    const more = cut
      ? `\n\nThe best and worst ${SYMBOLS_SHOWN} of ${rows.length}; the others are in report.json.`
      : '';
    return `### ${GROUP_TITLES[by]}\n\n${groupTable(shown)}${more}`;
  });
  return [title, ...parts, ...entriesPart(entries)].join('\n\n');
}

/** The hours of the week that trades were entered in, as a table beside their picture. */
function entriesPart(entries: readonly EntryCell[]): string[] {
  if (entries.length < 2) return [];
  const columns = [
    left('Entered'),
    right('Trades'),
    right('Won'),
    right('Net P&L'),
    right('Sum R'),
  ];
  const rows = entries.map((cell) => [
    `${cell.weekday} ${cell.hour}`,
    String(cell.trades),
    String(cell.wins),
    money(cell.netProfit),
    multiple(cell.sumR),
  ]);
  return [`### By hour and weekday of the entry\n\n${markdownTable(columns, rows)}`];
}

function groupTable(rows: readonly TradeGroup[]): string {
  const columns = [
    left('Group'),
    right('Trades'),
    right('W/D/L'),
    right('Net P&L'),
    right('Win rate'),
    right('Profit factor'),
    right('Sum R'),
  ];
  return markdownTable(
    columns,
    rows.map(({ key, summary: s }) => [
      text(key),
      String(s.closed),
      `${s.wins}/${s.draws}/${s.losses}`,
      metricText('netProfit', s.metrics.netProfit),
      metricText('winRate', s.metrics.winRate),
      metricText('profitFactor', s.metrics.profitFactor),
      metricText('sumR', s.metrics.sumR),
    ]),
  );
}
