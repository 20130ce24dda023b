import { canonicalJson } from '../events/fingerprint.ts';
import type { SymbolInputs } from './parity-inputs.ts';
import type { ParityRow, ParityRun, ParitySide, RunPair } from './parity-side.ts';

/** What two decisions can part over, in the order in which it is looked for. */
const PARITY_CAUSES = ['universe', 'data', 'state', 'config', 'code'] as const;
export type ParityCause = (typeof PARITY_CAUSES)[number];

/** A candidate of either run. `only_a` and `only_b`: approved on one side alone. */
export interface DecisionParity {
  readonly symbol: string;
  readonly class: 'same' | 'different' | 'only_a' | 'only_b';
  /** The first difference that explains it; null for what is the same. */
  readonly cause: ParityCause | null;
  readonly fields: readonly { readonly field: string; readonly a: unknown; readonly b: unknown }[];
  readonly a: ParityRow | null;
  readonly b: ParityRow | null;
}

/** A pair with its decisions compared. */
export interface RunParity extends RunPair {
  /** True where both fingerprints are: the same snapshot, state, rules and outcome. */
  readonly equal: boolean;
  /** Why the fingerprints differ; null where they are equal. */
  readonly cause: ParityCause | null;
  readonly rows: readonly DecisionParity[];
}

/**
 * Pairs runs by session and slot, in order of time: a run of the same name is the counterpart, and what is left of a
 * slot that ran several times is paired one after the other. Two single runs are a pair whatever their slots.
 */
export function pairRuns(a: ParitySide, b: ParitySide, single: boolean): RunPair[] {
  const [first, second] = [a.runs[0], b.runs[0]];
  if (single && first !== undefined && second !== undefined) {
    return [{ session: first.session, slot: first.slot, a: first, b: second }];
  }
  const { partners, left } = partnersOf(a.runs, b.runs);
  const pairs: RunPair[] = a.runs.map((run) => ({
    session: run.session,
    slot: run.slot,
    a: run,
    b: partners.get(run) ?? null,
  }));
  for (const run of left) pairs.push({ session: run.session, slot: run.slot, a: null, b: run });
  const timeOf = (pair: RunPair): number => (pair.a ?? pair.b)?.asOf ?? 0;
  return pairs.sort((one, two) => timeOf(one) - timeOf(two));
}

function partnersOf(runs: readonly ParityRun[], others: readonly ParityRun[]) {
  const key = ({ session, slot }: ParityRun): string => `${session} ${slot}`;
  const free = new Map<string, ParityRun[]>();
  for (const other of others) free.set(key(other), [...(free.get(key(other)) ?? []), other]);
  const partners = new Map<ParityRun, ParityRun>();
  const pair = (isPartner: (run: ParityRun, other: ParityRun) => boolean): void => {
    for (const run of runs) {
      if (partners.has(run)) continue;
      const candidates = free.get(key(run)) ?? [];
      const found = candidates.find((other) => isPartner(run, other));
      if (found === undefined) continue;
      partners.set(run, found);
      candidates.splice(candidates.indexOf(found), 1);
    }
  };
  pair((run, { runId }) => run.runId === runId);
  pair(() => true);
  return { partners, left: [...free.values()].flat() };
}

/** Compares the decisions of a pair, row by row, and says of each difference what explains it. */
export function compareRuns(
  pair: RunPair,
  inputs: ReadonlyMap<string, SymbolInputs> | null,
): RunParity {
  const { a, b } = pair;
  if (a === null || b === null) return { ...pair, equal: false, cause: null, rows: [] };
  const equal =
    a.signalHash === b.signalHash && a.decisionHash === b.decisionHash && a.status === b.status;
  const symbols = [...new Set([...a.rows.keys(), ...b.rows.keys()])];
  const rows = symbols.map((symbol): DecisionParity => {
    const [rowA, rowB] = [a.rows.get(symbol) ?? null, b.rows.get(symbol) ?? null];
    const fields = differences(rowA, rowB);
    const kind = fields.length === 0 ? 'same' : classOf(rowA, rowB);
    const cause = kind === 'same' ? null : causeOf(a, b, rowA, rowB, inputs?.get(symbol) ?? null);
    return { symbol, class: kind, cause, fields, a: rowA, b: rowB };
  });
  return { ...pair, equal, cause: equal ? null : runCause(a, b), rows: rows.sort(byRank) };
}

const byRank = (one: DecisionParity, two: DecisionParity): number =>
  ((one.a ?? one.b)?.rank ?? 0) - ((two.a ?? two.b)?.rank ?? 0) ||
  (one.symbol < two.symbol ? -1 : 1);

const FIELDS = [
  'rank',
  'score',
  'referencePrice',
  'atr',
  'sized',
  'limitPrice',
  'stopPrice',
  'fate',
  'approved',
  'reasons',
] as const satisfies readonly (keyof ParityRow)[];

function differences(a: ParityRow | null, b: ParityRow | null): DecisionParity['fields'] {
  if (a === null || b === null) {
    return a === b ? [] : [{ field: 'candidate', a: a !== null, b: b !== null }];
  }
  return FIELDS.flatMap((field) =>
    canonicalJson(a[field]) === canonicalJson(b[field])
      ? []
      : [{ field, a: a[field], b: b[field] }],
  );
}

function classOf(a: ParityRow | null, b: ParityRow | null): DecisionParity['class'] {
  const [boughtA, boughtB] = [(a?.approved ?? 0) > 0, (b?.approved ?? 0) > 0];
  if (boughtA === boughtB) return 'different';
  return boughtA ? 'only_a' : 'only_b';
}

/**
 * The first difference of what the two decided on: who was there, what was seen of the symbol, what was held, by
 * which rules; where none of these is known to differ, the program.
 */
function causeOf(
  a: ParityRun,
  b: ParityRun,
  rowA: ParityRow | null,
  rowB: ParityRow | null,
  inputs: SymbolInputs | null,
): ParityCause {
  if (inputs !== null && inputs.inA !== inputs.inB) return 'universe';
  if (inputs === null && (rowA === null || rowB === null) && a.universe !== b.universe) {
    return 'universe';
  }
  if (inputs?.differs === true || seenOtherwise(rowA, rowB)) return 'data';
  return runCause(a, b, inputs !== null);
}

/** The last price and the average true range are what was seen, whatever the rules. */
const seenOtherwise = (a: ParityRow | null, b: ParityRow | null): boolean =>
  a !== null && b !== null && (a.referencePrice !== b.referencePrice || a.atr !== b.atr);

/**
 * What of two runs as a whole differs first. Where it is known what both saw, the names of their data prove nothing.
 */
function runCause(a: ParityRun, b: ParityRun, seen = false): ParityCause {
  if (!seen && a.dataLabel !== b.dataLabel && a.tableHash !== b.tableHash) return 'data';
  const sameRules = a.configHash === b.configHash && a.version === b.version;
  if (sameRules && a.universe !== b.universe) return 'universe';
  if (sameRules && a.tableHash !== b.tableHash) return 'data';
  if (canonicalJson(a.state) !== canonicalJson(b.state)) return 'state';
  if (a.configHash !== b.configHash) return 'config';
  if (a.version !== b.version) return 'code';
  // The marks are alike; the rest of the account is in the fingerprint alone.
  return a.signalHash === b.signalHash ? 'state' : 'code';
}
