import { momentText } from '../../app/words.ts';
import { isoUtc } from '../../domain/time.ts';
import type { Break } from '../../ledger/breaks.ts';
import { plural } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';
import { renderTable, type TableColumn } from '../table.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'break' },
  { title: 'book', align: 'right' },
  { title: 'broker', align: 'right' },
  { title: 'found', priority: 2 },
  { title: 'last seen', priority: 1 },
  { title: 'state' },
];

/** `trade-labs breaks`: where book and broker are known to differ. */
export const breaks: CommandSpec = {
  path: 'breaks',
  group: 'Inspect',
  summary: 'List proven differences between book and broker; open ones stop entries',
  examples: [
    { line: 'trade-labs breaks', does: 'what is open, and what was resolved and still differs' },
    { line: "trade-labs breaks resolve 'quantity AAPL' --note '...'", does: 'takes note of one' },
  ],
  run: async (context) => {
    const { breaksOf } = await import('../../app/reconcile-home.ts');
    const found = await breaksOf(context.home);
    const open = found.filter(({ resolved }) => resolved === null);
    const data = { breaks: found.map(breakData), open: open.length };
    if (found.length === 0) return { data, text: 'No breaks: book and broker matched last.' };
    const head =
      open.length === 0
        ? 'No break is open.'
        : `${plural(open.length, 'break is', 'breaks are')} open: nothing is entered meanwhile.`;
    const table = renderTable(COLUMNS, found.map(cells), { columns: context.columns });
    const hint =
      open.length === 0
        ? ''
        : "\n\nCorrect the book:  trade-labs reconcile\nTake note of it:   trade-labs breaks resolve 'KEY' --note 'why'";
    return { data, text: `${head}\n\n${table}${hint}`, exit: open.length === 0 ? 0 : 20 };
  },
};

/** A break as `--json` tells it. */
export const breakData = ({ foundAt, lastSeenAt, resolved, ...found }: Break) => ({
  ...found,
  foundAt: isoUtc(foundAt),
  lastSeenAt: isoUtc(lastSeenAt),
  resolved: resolved === null ? null : { ...resolved, at: isoUtc(resolved.at) },
});

const cells = ({ key, book, statement, foundAt, lastSeenAt, resolved }: Break): string[] => [
  visible(key),
  book === null ? 'none' : String(book),
  statement === null ? 'none' : String(statement),
  momentText(foundAt),
  momentText(lastSeenAt),
  resolved === null ? 'open' : `resolved: ${visible(resolved.note)}`,
];
