import { resolve } from 'node:path';
import type { TieRow } from '../ledger/statement-import.ts';
import { amount, plural } from '../reporting/format.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { visible } from './errors.ts';
import { renderTable, type TableColumn } from './table.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'what' },
  { title: 'class' },
  { title: 'book', align: 'right' },
  { title: 'broker', align: 'right' },
  { title: 'difference', align: 'right', priority: 2 },
  { title: 'tolerance', align: 'right', priority: 1 },
];

/** `reconcile --statement FILE`: what of a broker's month does not tie to the journal. */
export async function tieStatement(context: CommandContext, file: string): Promise<CommandOutcome> {
  const { tieStatementFile } = await import('../app/tie-statement.ts');
  const path = resolve(context.cwd, file);
  const { statement, rows } = await tieStatementFile(context.home, path, file);
  const apart = rows.filter(({ class: kind }) => kind !== 'match');
  const { account, from, to, trades, warnings } = statement;
  const head =
    `${visible(account ?? 'an account')}, ${from} to ${to}: ${plural(trades.length, 'trade')}, ` +
    `${plural(rows.length, 'figure')} compared, ${apart.length === 0 ? 'all tie' : plural(apart.length, 'difference')}.`;
  const sums = rows.filter(({ unit, what }) => unit === 'usd' && !what.includes(', '));
  const shown = [...apart, ...sums.filter((row) => !apart.includes(row))];
  return {
    data: { account, from, to, trades: trades.length, rows },
    text: `${head}\n\n${renderTable(COLUMNS, shown.map(cells), { columns: context.columns })}`,
    warnings,
    exit: apart.length === 0 ? 0 : 20,
  };
}

const cells = (row: TieRow): string[] => {
  const text = (value: number | null) =>
    value === null ? 'none' : row.unit === 'shares' ? String(value) : amount(value);
  return [
    visible(row.what),
    row.class,
    text(row.book),
    text(row.statement),
    text(row.difference),
    text(row.tolerance),
  ];
};
