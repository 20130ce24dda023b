/** What a bars folder says of itself: `meta.json` and `actions.csv`. Both are strict; all problems are told at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseDecimal } from '../../bars/decimal.ts';
import { printable } from '../../bars/rules.ts';
import { Failure } from '../../domain/failure.ts';
import { type CorporateAction, parseSymbol } from '../../domain/market.ts';
import { parseSessionDate } from '../../domain/time.ts';

export const META_FILE = 'meta.json';
export const ACTIONS_FILE = 'actions.csv';
export const ACTIONS_HEADER = 'symbol,exDate,kind,value';

const metaSchema = z.strictObject({
  adjustment: z.enum(['none', 'split', 'total']),
  source: z.string(),
  membership: z.string().optional(),
});

/** How the prices of a folder were changed, where they come from, and which membership the choice of symbols shows. */
export type BarsMeta = z.infer<typeof metaSchema>;

/** The folder's meta.json, or null when there is none. Throws DATA_REFUSED with every problem in it. */
export function readMeta(dir: string): BarsMeta | null {
  const path = join(dir, META_FILE);
  const text = readIfPresent(path);
  if (text === null) return null;
  const refused = (details: string[]) =>
    new Failure('DATA_REFUSED', `${path} is not valid`, {
      details,
      hint: 'write, for example: { "adjustment": "split", "source": "where the bars come from" }',
    });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refused([error instanceof Error ? printable(error.message) : 'not JSON']);
  }
  const parsed = metaSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refused(
    parsed.error.issues.map(({ path: keys, message }) =>
      printable(keys.length === 0 ? message : `${keys.join('.')}: ${message}`),
    ),
  );
}

/** The folder's actions, by symbol and exDate; none without the file. Throws DATA_REFUSED with every bad line. */
export function readActions(dir: string): CorporateAction[] {
  const path = join(dir, ACTIONS_FILE);
  const text = readIfPresent(path);
  if (text === null) return [];
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/[\r\n]+$/, '')
    .split(/\r?\n/);
  const problems: string[] = [];
  const actions: CorporateAction[] = [];
  const seen = new Set<string>();
  if (lines[0] !== ACTIONS_HEADER) {
    problems.push(
      `line 1: the header must be "${ACTIONS_HEADER}", was "${printable(lines[0] ?? '')}"`,
    );
  }
  lines.slice(1).forEach((line, index) => {
    const action = parseAction(line);
    const key = typeof action === 'string' ? '' : line.split(',').slice(0, 3).join();
    const problem = typeof action === 'string' ? action : seen.has(key) ? 'said twice' : null;
    seen.add(key);
    if (problem !== null) problems.push(`line ${index + 2}: ${problem}: ${printable(line)}`);
    else if (typeof action !== 'string') actions.push(action);
  });
  if (problems.length > 0) {
    throw new Failure('DATA_REFUSED', `${path} is not valid`, {
      details: problems,
      hint: 'a row is, for example: AAPL,2014-06-09,split,7',
    });
  }
  return actions.sort((a, b) => order(a.symbol, b.symbol) || order(a.exDate, b.exDate));
}

/** Text order without regard to language. */
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function parseAction(line: string): CorporateAction | string {
  const [symbolText = '', dateText = '', kind = '', valueText = '', ...more] = line.split(',');
  const symbol = parseSymbol(symbolText);
  const exDate = parseSessionDate(dateText);
  const value = parseDecimal(valueText);
  if (more.length > 0 || valueText === '') return 'a row has four fields';
  if (symbol === null) return 'not a symbol';
  if (exDate === null) return 'exDate is not a date YYYY-MM-DD';
  if (kind !== 'split' && kind !== 'dividend' && kind !== 'spinoff') {
    return 'kind is not split, dividend or spinoff';
  }
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return 'value is not a number above 0';
  return { symbol, exDate, kind, value };
}

/** Refuses actions that the prices already contain: they would be counted twice. */
export function refuseDoubleCounting(
  dir: string,
  meta: BarsMeta,
  actions: readonly CorporateAction[],
): void {
  const contained = (kind: CorporateAction['kind']) =>
    (kind === 'split' && meta.adjustment !== 'none') ||
    (kind === 'dividend' && meta.adjustment === 'total');
  const twice = actions.filter(({ kind }) => contained(kind));
  if (twice.length === 0) return;
  throw new Failure('DATA_REFUSED', `${dir} would count ${twice.length} actions twice`, {
    details: [
      `${META_FILE} says adjustment "${meta.adjustment}": the prices contain these actions already`,
      ...twice.slice(0, 10).map((a) => `${a.symbol} ${a.exDate} ${a.kind} ${a.value}`),
      ...(twice.length > 10 ? [`and ${twice.length - 10} more`] : []),
    ],
    hint: `take these rows out of ${ACTIONS_FILE}, or correct the adjustment in ${META_FILE}`,
  });
}

function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ENOENT') return null;
    throw new Failure('INPUT_INVALID', `cannot read ${path}`, { cause: error });
  }
}
