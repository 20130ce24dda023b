import type { SeenMarket } from '../bars/seen.ts';
import type { ParityRow, RunPair } from './parity-side.ts';

/** What two decisions saw of one symbol. */
export interface SymbolInputs {
  readonly inA: boolean;
  readonly inB: boolean;
  /** True where any bar or the last price differs. */
  readonly differs: boolean;
}

/** How far a field of the symbols in common differs, B against A, in basis points. */
export interface FieldParity {
  readonly field: string;
  readonly symbols: number;
  readonly differing: number;
  readonly medianBps: number;
  readonly maxBps: number;
  /** Of the largest difference; null where there is none. */
  readonly worst: string | null;
}

/** What two decisions saw, compared. */
export interface InputParity {
  readonly session: string;
  readonly slot: string;
  /** `snapshots`: all that was seen; `candidates`: what the journals say of candidates in common. */
  readonly from: 'snapshots' | 'candidates';
  readonly inA: number;
  readonly inB: number;
  readonly inBoth: number;
  /** Those in both over those in either. */
  readonly overlap: number;
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly fields: readonly FieldParity[];
  /** Spearman's rank correlation of the candidates in common by score; null below three. */
  readonly rankCorrelation: number | null;
}

const BAR_FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** Names shown of the symbols that only one side has. */
const NAMED = 20;

/** What two snapshots hold of each symbol that either has a bar of. */
export function symbolInputs(a: SeenMarket, b: SeenMarket): ReadonlyMap<string, SymbolInputs> {
  const [indexA, indexB] = [indexOf(a), indexOf(b)];
  const found = new Map<string, SymbolInputs>();
  for (const symbol of new Set([...indexA.keys(), ...indexB.keys()])) {
    const [i, j] = [indexA.get(symbol), indexB.get(symbol)];
    const differs = i !== undefined && j !== undefined && seenOtherwise(a, i, b, j);
    found.set(symbol, { inA: i !== undefined, inB: j !== undefined, differs });
  }
  return found;
}

function seenOtherwise(a: SeenMarket, i: number, b: SeenMarket, j: number): boolean {
  const [one, two] = [a.series[i], b.series[j]];
  if (one === undefined || two === undefined) return true;
  if (one.visible !== two.visible || !Object.is(a.reference[i], b.reference[j])) return true;
  for (const field of ['time', ...BAR_FIELDS] as const) {
    for (let bar = 0; bar < one.visible; bar++) {
      if (!Object.is(one.columns[field][bar], two.columns[field][bar])) return true;
    }
  }
  return false;
}

/** Compares what two decisions saw: their snapshots where both are known, else their journalled candidates. */
export function compareInputs(
  { session, slot, a, b }: RunPair,
  seen: { readonly a: SeenMarket; readonly b: SeenMarket } | null,
): InputParity {
  const [rowsA, rowsB] = [a?.rows ?? NO_ROWS, b?.rows ?? NO_ROWS];
  const common = [...rowsA.keys()].filter((symbol) => rowsB.has(symbol));
  const correlate = (): number | null =>
    rankCorrelation(
      common.map((symbol) => rowsA.get(symbol)?.score ?? 0),
      common.map((symbol) => rowsB.get(symbol)?.score ?? 0),
    );
  const base = { session, slot, rankCorrelation: correlate() };
  if (seen === null) {
    const fields = CANDIDATE_FIELDS.map((field) =>
      fieldParity(field, common, (symbol) => [
        Number(rowsA.get(symbol)?.[field]),
        Number(rowsB.get(symbol)?.[field]),
      ]),
    );
    return {
      ...base,
      from: 'candidates',
      ...overlapOf([...rowsA.keys()], [...rowsB.keys()]),
      fields,
    };
  }
  const [indexA, indexB] = [indexOf(seen.a), indexOf(seen.b)];
  const both = [...indexA.keys()].filter((symbol) => indexB.has(symbol));
  const at = (symbol: string): readonly [number, number] => [
    indexA.get(symbol) ?? -1,
    indexB.get(symbol) ?? -1,
  ];
  const bars = BAR_FIELDS.map((field) =>
    fieldParity(field, both, (symbol) => {
      const [i, j] = at(symbol);
      return [lastOf(seen.a, i, field), lastOf(seen.b, j, field)];
    }),
  );
  const reference = fieldParity('reference', both, (symbol) => {
    const [i, j] = at(symbol);
    return [seen.a.reference[i] ?? Number.NaN, seen.b.reference[j] ?? Number.NaN];
  });
  return {
    ...base,
    from: 'snapshots',
    ...overlapOf([...indexA.keys()], [...indexB.keys()]),
    fields: [...bars, reference],
  };
}

const NO_ROWS: ReadonlyMap<string, ParityRow> = new Map();
const CANDIDATE_FIELDS = ['referencePrice', 'atr', 'activity', 'score'] as const;

/** Symbols with a visible bar, by name. */
function indexOf({ series }: SeenMarket): Map<string, number> {
  const index = new Map<string, number>();
  series.forEach(({ symbol, visible }, i) => {
    if (visible > 0) index.set(symbol, i);
  });
  return index;
}

function lastOf(market: SeenMarket, i: number, field: (typeof BAR_FIELDS)[number]): number {
  const series = market.series[i];
  return series?.columns[field][series.visible - 1] ?? Number.NaN;
}

function overlapOf(
  a: readonly string[],
  b: readonly string[],
): Pick<InputParity, 'inA' | 'inB' | 'inBoth' | 'overlap' | 'onlyA' | 'onlyB'> {
  const [setA, setB] = [new Set(a), new Set(b)];
  const onlyA = a.filter((symbol) => !setB.has(symbol)).sort();
  const onlyB = b.filter((symbol) => !setA.has(symbol)).sort();
  const inBoth = a.length - onlyA.length;
  const inEither = inBoth + onlyA.length + onlyB.length;
  return {
    inA: a.length,
    inB: b.length,
    inBoth,
    overlap: inEither === 0 ? 1 : inBoth / inEither,
    onlyA: onlyA.slice(0, NAMED),
    onlyB: onlyB.slice(0, NAMED),
  };
}

/** Differences of a field as |B / A - 1| in basis points; a value that one side lacks counts as differing. */
function fieldParity(
  field: string,
  symbols: readonly string[],
  valuesOf: (symbol: string) => readonly [number, number],
): FieldParity {
  const found = symbols.map((symbol) => {
    const [a, b] = valuesOf(symbol);
    const same = Object.is(a, b);
    const bps = same ? 0 : Math.abs(b / a - 1) * 10_000;
    return { symbol, same, bps: Number.isFinite(bps) ? bps : 0 };
  });
  const ascending = found.map(({ bps }) => bps).sort((one, two) => one - two);
  const worst = found.reduce<(typeof found)[number] | null>(
    (most, one) => (one.bps > (most?.bps ?? 0) ? one : most),
    null,
  );
  return {
    field,
    symbols: symbols.length,
    differing: found.filter(({ same }) => !same).length,
    medianBps: medianOf(ascending),
    maxBps: worst?.bps ?? 0,
    worst: worst?.symbol ?? null,
  };
}

function medianOf(ascending: readonly number[]): number {
  const middle = ascending.length >> 1;
  const upper = ascending[middle] ?? 0;
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? 0) + upper) / 2;
}

/** Spearman's rho: Pearson's correlation of ranks, ties at the mean of their ranks; null below three pairs. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 3) return null;
  const [ranksA, ranksB] = [ranksOf(a), ranksOf(b)];
  const mean = (a.length + 1) / 2;
  let [cross, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [(ranksA[i] ?? 0) - mean, (ranksB[i] ?? 0) - mean];
    cross += da * db;
    squaresA += da * da;
    squaresB += db * db;
  }
  return squaresA === 0 || squaresB === 0 ? null : cross / Math.sqrt(squaresA * squaresB);
}

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const ranks: number[] = Array.from({ length: values.length }, () => 0);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    for (let k = start; k < end; k++) ranks[order[k] ?? 0] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
