import { resolve } from 'node:path';
import type { TiedStatement } from '../app/tie-statement.ts';
import { toUsd, ZERO } from '../domain/money.ts';
import { isoUtc } from '../domain/time.ts';
import type { InferredMatch } from '../ledger/inferred-matches.ts';
import type { TieRow } from '../ledger/statement-import.ts';
import { amount, plural, price } from '../reporting/format.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { visible } from './errors.ts';
import { packageVersion } from './package-version.ts';
import { confirm } from './prompt.ts';
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
  return tieOutcome(
    context,
    await tieStatementFile(context.home, resolve(context.cwd, file), file),
  );
}

/** `reconcile --statement FILE --correct-inferred`: the same, and books what it says of inferred fills. */
export async function correctInferred(
  context: CommandContext,
  file: string,
  { dryRun, yes }: { readonly dryRun: boolean; readonly yes: boolean },
): Promise<CommandOutcome> {
  const loaded = await context.config();
  const { askToCorrectInferred } = await import('../app/correct-inferred.ts');
  const { tied, corrected } = await askToCorrectInferred({
    home: context.home,
    loaded,
    version: packageVersion(),
    now: context.now(),
    path: resolve(context.cwd, file),
    name: file,
    dryRun,
    confirm: async (found) => {
      if (yes) return true;
      context.stderr(`${found.map(correctionText).join('\n')}\n`);
      return confirm(context, 'Write this into the journal?');
    },
  });
  const said = dryRun ? 'DRY RUN. Would be written:' : 'Written:';
  const outcome = tieOutcome(context, tied);
  const done =
    corrected.length === 0
      ? `${dryRun ? 'DRY RUN. ' : ''}Nothing was corrected.`
      : [said, ...corrected.map(correctionText)].join('\n');
  const names = corrected.map(({ fill }) => fill.execId);
  return {
    ...outcome,
    data: { ...(outcome.data as object), corrected: names },
    text: `${done}\n\n${outcome.text}`,
  };
}

function tieOutcome(
  context: CommandContext,
  { statement, rows, inferred }: TiedStatement,
): CommandOutcome {
  const apart = rows.filter(({ class: kind }) => kind !== 'match');
  const { account, from, to, trades, warnings } = statement;
  const open = apart.length + inferred.length;
  const head =
    `${visible(account ?? 'an account')}, ${from} to ${to}: ${plural(trades.length, 'trade')}, ` +
    `${plural(rows.length, 'figure')} compared, ${open === 0 ? 'all tie' : plural(open, 'difference')}.`;
  const sums = rows.filter(({ unit, what }) => unit === 'usd' && !what.includes(', '));
  const shown = [...apart, ...sums.filter((row) => !apart.includes(row))];
  const parts = [
    head,
    ...(inferred.length === 0 ? [] : [['Inferred:', ...inferred.map(inferredText)].join('\n')]),
    renderTable(COLUMNS, shown.map(cells), { columns: context.columns }),
  ];
  return {
    data: { account, from, to, trades: trades.length, rows, inferred: inferred.map(inferredData) },
    text: parts.join('\n\n'),
    warnings,
    exit: open === 0 ? 0 : 20,
  };
}

/** What an inferred fill becomes, to the person who is asked. */
function correctionText({ fill, by }: InferredMatch): string {
  const old = `${fill.side} ${fill.quantity} ${fill.symbol} at ${price(toUsd(fill.price))}`;
  const parts = by.map(
    (part) =>
      `${part.quantity} at ${price(toUsd(part.price))}, commission ${amount(toUsd(part.commission ?? ZERO))} (${visible(part.execId)})`,
  );
  return `  ${old} (${visible(fill.execId)}) becomes ${parts.join(' and ')}`;
}

function inferredText(match: InferredMatch): string {
  const { fill, state, why } = match;
  if (state === 'found') return `${correctionText(match)}, ${why}: --correct-inferred`;
  const what = `${fill.side} ${fill.quantity} ${fill.symbol} in ${fill.session}`;
  return `  ${what} (${visible(fill.execId)}) is ${state}, and stays: ${why}`;
}

const inferredData = ({ fill, by, state, why }: InferredMatch) => ({
  execId: fill.execId,
  orderRef: fill.orderRef,
  symbol: fill.symbol,
  side: fill.side,
  quantity: fill.quantity,
  price: toUsd(fill.price),
  session: fill.session,
  state,
  why,
  action: state === 'found' ? 'reconcile --statement FILE --correct-inferred' : null,
  by: by.map((part) => ({
    execId: part.execId,
    quantity: part.quantity,
    price: toUsd(part.price),
    commission: toUsd(part.commission ?? ZERO),
    filledAt: isoUtc(part.filledAt),
  })),
});

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
