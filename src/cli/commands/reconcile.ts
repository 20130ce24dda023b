import type { ReconcileOutcome } from '../../app/reconcile-home.ts';
import { Failure } from '../../domain/failure.ts';
import type { Symbol } from '../../domain/market.ts';
import { toUsd } from '../../domain/money.ts';
import { isoUtc } from '../../domain/time.ts';
import type { EventDraft } from '../../events/event.ts';
import type { ReconcileRow } from '../../ledger/reconcile-rows.ts';
import { money, plural, price } from '../../reporting/format.ts';
import type { CommandContext, CommandOutcome, CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';
import { choiceOption, symbolOption, textOption } from '../options.ts';
import { packageVersion } from '../package-version.ts';
import { confirm } from '../prompt.ts';
import { renderTable, type TableColumn } from '../table.ts';
import { breakData } from './breaks.ts';

const CASH_KINDS = ['deposit', 'withdrawal', 'dividend', 'interest', 'fee'] as const;

/** `trade-labs reconcile`: book against statement, and the deliberate acts that make the book follow. */
export const reconcile: CommandSpec = {
  path: 'reconcile',
  group: 'Inspect',
  summary: "Compare the book with the broker's statement; corrects nothing by itself",
  examples: [
    { line: 'trade-labs reconcile', does: 'what differs, and what may be done about it' },
    { line: 'trade-labs reconcile --book-fill', does: "books the broker's missing executions" },
    { line: 'trade-labs reconcile --adopt AAPL -n', does: 'what taking over AAPL would write' },
    {
      line: 'trade-labs reconcile --statement march.xml',
      does: "ties a month to the broker's statement",
    },
    {
      line: 'trade-labs reconcile --statement march.xml --correct-inferred',
      does: 'books what the statement says of fills that were only inferred',
    },
  ],
  configure: (command) => {
    command
      .option('--adopt <symbols>', 'make the book follow the broker in these symbols, or CASH')
      .option('--as <kind>', `with --adopt CASH: ${CASH_KINDS.join(', ')}`)
      .option('--book-fill [execId]', 'book missing executions: all, or this one')
      .option('--statement <file>', "tie the journal to IBKR's statement: activity CSV or Flex XML")
      .option(
        '--correct-inferred',
        'with --statement: put its trades in the place of inferred fills',
      )
      .option('--all', 'show rows that match, too')
      .option('-n, --dry-run', 'show what would be written; write nothing')
      .option('-y, --yes', 'do not ask')
      .addHelpText('after', '\nEnds with exit code 20 where something differs.');
  },
  run: async (context, _args, options) => {
    const statement = textOption(options.statement);
    if (statement !== undefined) {
      const { correctInferred, tieStatement } = await import('../tie-statement.ts');
      if (options.correctInferred !== true) return tieStatement(context, statement);
      const [dryRun, yes] = [options.dryRun === true, options.yes === true];
      return correctInferred(context, statement, { dryRun, yes });
    }
    if (options.correctInferred === true) {
      throw new Failure('USAGE', '--correct-inferred goes with --statement FILE', {
        hint: 'name the statement that tells of the trades',
      });
    }
    const adopt = adoptOption(options.adopt);
    const cash = cashOption(adopt.cash, options.as);
    const dryRun = options.dryRun === true;
    const loaded = await context.config();
    const { askToReconcile } = await import('../../app/ask-to-reconcile.ts');
    const outcome = await askToReconcile({
      home: context.home,
      loaded,
      version: packageVersion(),
      now: context.now(),
      corrections: { symbols: adopt.symbols, cash, fills: fillsOption(options.bookFill) },
      dryRun,
      confirm: async (drafts) => {
        if (options.yes === true) return true;
        context.stderr(`${drafts.map(draftText).join('\n')}\n`);
        return confirm(context, 'Write this into the journal?');
      },
    });
    return outcomeOf(context, outcome, { all: options.all === true, dryRun });
  },
};

function adoptOption(value: unknown): { symbols: Symbol[]; cash: boolean } {
  const names = (textOption(value) ?? '').split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  return {
    symbols: given.filter((name) => name !== 'CASH').flatMap((name) => symbolOption(name) ?? []),
    cash: given.includes('CASH'),
  };
}

function cashOption(isAdopted: boolean, value: unknown) {
  const kind = choiceOption('--as', value, CASH_KINDS) ?? null;
  if (isAdopted === (kind !== null)) return kind;
  throw new Failure(
    'USAGE',
    isAdopted ? '--adopt CASH does not say what the money was' : '--as goes with --adopt CASH',
    { hint: 'write --adopt CASH --as dividend' },
  );
}

const fillsOption = (value: unknown): string | null =>
  value === true ? 'all' : (textOption(value) ?? null);

/** What an event of a correction says to the person who is asked. */
function draftText(draft: EventDraft): string {
  switch (draft.type) {
    case 'fill.recorded':
      return `  fill ${draft.side} ${draft.quantity} ${draft.symbol} at ${price(toUsd(draft.price))} (${draft.source}, ${visible(draft.execId)})`;
    case 'fill.corrected':
      return `  ${draft.old.quantity} ${draft.symbol} at ${price(toUsd(draft.old.price))} become ${draft.by.map((fill) => `${fill.quantity} at ${price(toUsd(fill.price))} (${visible(fill.execId)})`).join(' and ') || 'none'}`;
    case 'cash.recorded':
      return `  ${draft.kind} of ${money(toUsd(draft.amount))}`;
    case 'order.modified':
    case 'order.cancelled':
    case 'order.found':
      return `  ${draft.type} ${visible(draft.orderRef)}`;
    case 'trade.opened':
      return `  ${draft.symbol} becomes a position without a stop: a daemon that may send SELLS IT at the market`;
    default:
      return `  ${draft.type}`;
  }
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'what' },
  { title: 'symbol' },
  { title: 'class' },
  { title: 'state', priority: 4 },
  { title: 'book', align: 'right' },
  { title: 'broker', align: 'right' },
  { title: 'difference', align: 'right', priority: 3 },
  { title: 'tolerance', align: 'right', priority: 0 },
  { title: 'order', priority: 2 },
  { title: 'what to do', priority: 1 },
];

function outcomeOf(
  context: CommandContext,
  { result, corrected, breaks, path }: ReconcileOutcome,
  { all, dryRun }: { readonly all: boolean; readonly dryRun: boolean },
): CommandOutcome {
  const { rows, positions, complete, unsaid, compared, discrepancies } = result;
  const shown = rows.filter(({ class: kind }) => all || kind !== 'match');
  const pending = discrepancies.filter(({ state }) => state === 'pending').length;
  const different = discrepancies.length - pending;
  const verdict = !complete
    ? `incomplete: the broker did not say ${unsaid.join(', ')}; nothing is proven`
    : different + pending === 0
      ? 'all matched'
      : `${plural(different, 'difference')}${pending > 0 ? `, ${pending} pending` : ''}`;
  const parts = [
    `${dryRun ? 'DRY RUN. ' : ''}${plural(compared, 'item')} compared: ${verdict}.`,
    ...(corrected.length === 0
      ? []
      : [[dryRun ? 'Would be written:' : 'Written:', ...corrected.map(draftText)].join('\n')]),
    ...(shown.length === 0
      ? []
      : [renderTable(COLUMNS, shown.map(cells), { columns: context.columns })]),
    ...(positions.length === 0 ? [] : [positionsTable(context, result)]),
    ...(breaks.length === 0
      ? []
      : [`${plural(breaks.length, 'break')} open, no entries: trade-labs breaks`]),
    ...(path === null || context.quiet ? [] : [path]),
  ];
  const data = {
    ...result,
    at: isoUtc(result.at),
    corrected: corrected.map(({ type }) => type),
    breaks: breaks.map(breakData),
    path,
  };
  const clean = complete && discrepancies.length === 0;
  return { data, text: parts.join('\n\n'), exit: clean ? 0 : 20 };
}

const number = (value: number | null): string => (value === null ? 'none' : String(value));

const cells = (row: ReconcileRow): string[] => [
  row.subject,
  row.symbol ?? '',
  row.class,
  row.state,
  number(row.book),
  number(row.statement),
  number(row.difference),
  String(row.tolerance),
  visible(row.orderRef ?? ''),
  row.action ?? '',
];

function positionsTable(context: CommandContext, { positions }: ReconcileOutcome['result']) {
  const columns: TableColumn[] = [
    { title: 'position' },
    { title: 'book', align: 'right' },
    { title: 'broker', align: 'right' },
    { title: 'average', align: 'right' },
    { title: 'mark', align: 'right' },
    { title: 'unrealised', align: 'right' },
  ];
  const rows = positions.map((held) => [
    held.symbol,
    String(held.book),
    number(held.statement),
    price(held.averagePrice),
    price(held.mark),
    money(held.unrealized),
  ]);
  return renderTable(columns, rows, { columns: context.columns });
}
