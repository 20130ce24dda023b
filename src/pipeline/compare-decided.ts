import type { Decided, DecidedRow } from '../domain/decided.ts';
import type { Symbol } from '../domain/market.ts';
import { canonicalJson } from '../events/fingerprint.ts';

/** Where in the sentence two decisions part: at the scan, the score, the size, or what the guards say. */
export const STAGES = ['scan', 'score', 'size', 'guard'] as const;
export type Stage = (typeof STAGES)[number];

/** One thing that two decisions say differently of a symbol; null where one says nothing of it. */
export interface FieldDifference {
  readonly field: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** A symbol that two decisions judged differently. */
export interface RowDifference {
  readonly symbol: Symbol;
  /** The first stage at which they part. */
  readonly stage: Stage;
  readonly a: DecidedRow | null;
  readonly b: DecidedRow | null;
  readonly fields: readonly FieldDifference[];
}

/** What belongs to which stage, in the order it is decided. */
const FIELDS: readonly { readonly stage: Stage; readonly field: keyof DecidedRow }[] = [
  { stage: 'scan', field: 'scanRank' },
  { stage: 'scan', field: 'activity' },
  { stage: 'score', field: 'ineligible' },
  { stage: 'score', field: 'score' },
  { stage: 'score', field: 'components' },
  { stage: 'score', field: 'signalReason' },
  { stage: 'score', field: 'strength' },
  { stage: 'score', field: 'rank' },
  { stage: 'size', field: 'referencePrice' },
  { stage: 'size', field: 'atr' },
  { stage: 'size', field: 'proposal' },
  { stage: 'guard', field: 'approved' },
  { stage: 'guard', field: 'reasons' },
  { stage: 'guard', field: 'fate' },
];

/** Rows that differ, the earliest stage first, then in the order of the first decision's scan. */
export function compareDecided(
  a: Pick<Decided, 'rows' | 'exits'>,
  b: Pick<Decided, 'rows' | 'exits'>,
): RowDifference[] {
  const [rowsA, rowsB] = [bySymbol(a.rows), bySymbol(b.rows)];
  const exitsA = new Map(a.exits.map(({ symbol, quantity }) => [symbol, quantity]));
  const exitsB = new Map(b.exits.map(({ symbol, quantity }) => [symbol, quantity]));
  const symbols = new Set([...rowsA.keys(), ...rowsB.keys(), ...exitsA.keys(), ...exitsB.keys()]);
  const differences: RowDifference[] = [];
  for (const symbol of symbols) {
    const [rowA, rowB] = [rowsA.get(symbol) ?? null, rowsB.get(symbol) ?? null];
    const found = fieldsOf(rowA, rowB);
    const [exitA, exitB] = [exitsA.get(symbol) ?? null, exitsB.get(symbol) ?? null];
    if (exitA !== exitB) found.push({ stage: 'score', field: 'exit', a: exitA, b: exitB });
    if (found.length === 0) continue;
    differences.push({
      symbol,
      stage: STAGES.find((stage) => found.some((one) => one.stage === stage)) ?? 'scan',
      a: rowA,
      b: rowB,
      fields: found.map(({ field, a: saysA, b: saysB }) => ({ field, a: saysA, b: saysB })),
    });
  }
  return differences.sort((one, two) => STAGES.indexOf(one.stage) - STAGES.indexOf(two.stage));
}

const bySymbol = (rows: readonly DecidedRow[]): Map<Symbol, DecidedRow> =>
  new Map(rows.map((row) => [row.symbol, row]));

function fieldsOf(
  a: DecidedRow | null,
  b: DecidedRow | null,
): (FieldDifference & { readonly stage: Stage })[] {
  if (a === null && b === null) return [];
  if (a === null || b === null) {
    return [{ stage: 'scan', field: 'found', a: a !== null, b: b !== null }];
  }
  return FIELDS.flatMap(({ stage, field }) => {
    const [saysA, saysB] = [a[field], b[field]];
    return canonicalJson(saysA) === canonicalJson(saysB)
      ? []
      : [{ stage, field, a: saysA, b: saysB }];
  });
}
