import type { Decided, DecidedRow } from '../domain/decided.ts';
import type { Symbol } from '../domain/market.ts';
import { formatUsd, type Micros } from '../domain/money.ts';
import type { Reason } from '../domain/reason.ts';
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
const FIELDS: readonly {
  readonly stage: Stage;
  readonly field: string;
  readonly of: (row: DecidedRow) => unknown;
}[] = [
  { stage: 'scan', field: 'scanRank', of: (row) => row.scanRank },
  { stage: 'scan', field: 'activity', of: (row) => row.activity },
  { stage: 'score', field: 'ineligible', of: (row) => row.ineligible },
  { stage: 'score', field: 'score', of: (row) => row.score },
  { stage: 'score', field: 'components', of: (row) => row.components },
  { stage: 'score', field: 'signalReason', of: (row) => row.signalReason },
  { stage: 'score', field: 'strength', of: (row) => row.strength },
  { stage: 'score', field: 'rank', of: (row) => row.rank },
  { stage: 'size', field: 'referencePrice', of: (row) => row.referencePrice },
  { stage: 'size', field: 'atr', of: (row) => row.atr },
  { stage: 'size', field: 'sized', of: ({ proposal }) => proposal?.quantity ?? null },
  { stage: 'size', field: 'limitPrice', of: ({ proposal }) => proposal?.limitPrice ?? null },
  { stage: 'size', field: 'stopPrice', of: ({ proposal }) => proposal?.stopPrice ?? null },
  { stage: 'size', field: 'targetPrice', of: ({ proposal }) => proposal?.targetPrice ?? null },
  { stage: 'size', field: 'binding', of: ({ proposal }) => proposal?.binding ?? null },
  { stage: 'guard', field: 'approved', of: (row) => row.approved },
  { stage: 'guard', field: 'reasons', of: (row) => row.reasons },
  { stage: 'guard', field: 'fate', of: (row) => row.fate },
];

const MONEY: ReadonlySet<string> = new Set([
  'referencePrice',
  'atr',
  'limitPrice',
  'stopPrice',
  'targetPrice',
]);

/** A difference as people read it: "stopPrice $139.93 -> $138.10", "reasons LIQUIDITY 40 -> none". */
export const differenceText = ({ field, a, b }: FieldDifference): string =>
  `${field} ${valueText(field, a)} -> ${valueText(field, b)}`;

function valueText(field: string, value: unknown): string {
  if (value === null) return 'none';
  if (MONEY.has(field)) return formatUsd(value as Micros);
  if (typeof value === 'string') return value;
  if (field !== 'reasons') return JSON.stringify(value);
  const reasons = value as readonly Reason[];
  return reasons.length === 0
    ? 'none'
    : reasons.map(({ code, allowed }) => `${code} ${allowed}`).join(', ');
}

/** Rows that differ, the earliest stage first, then the best. */
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
  return differences.sort(
    (one, two) =>
      STAGES.indexOf(one.stage) - STAGES.indexOf(two.stage) || placeOf(one) - placeOf(two),
  );
}

/** Candidates by rank, as they are journalled; what has none comes after them, as the scan ranked it. */
export const placeOf = ({ a, b }: Pick<RowDifference, 'a' | 'b'>): number =>
  Math.min(
    a?.rank ?? Number.POSITIVE_INFINITY,
    b?.rank ?? Number.POSITIVE_INFINITY,
    UNRANKED + (a?.scanRank ?? b?.scanRank ?? UNRANKED),
  );

/** More than any scan ranks. */
const UNRANKED = 1_000_000;

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
  return FIELDS.flatMap(({ stage, field, of }) => {
    const [saysA, saysB] = [of(a), of(b)];
    return canonicalJson(saysA) === canonicalJson(saysB)
      ? []
      : [{ stage, field, a: saysA, b: saysB }];
  });
}
