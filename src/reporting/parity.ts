import type { SeenMarket } from '../bars/seen.ts';
import { compareRuns, type ParityCause, pairRuns, type RunParity } from './parity-decisions.ts';
import { compareInputs, type InputParity, symbolInputs } from './parity-inputs.ts';
import { compareOutcomes, type OutcomeParity } from './parity-outcomes.ts';
import type { ParityRun, ParitySide } from './parity-side.ts';

/** What a run saw, where that is known. */
export type SeenBy = (run: ParityRun, side: 'a' | 'b') => Promise<SeenMarket | null>;

/** Means over the entries that both sides bought, and their differences, B less A. */
export interface CostParity {
  readonly entries: number;
  readonly slippageBpsA: number | null;
  readonly slippageBpsB: number | null;
  readonly costBpsA: number | null;
  readonly costBpsB: number | null;
  /** Summed over the trades that are closed on both sides; null where there are none. */
  readonly netPnl: number | null;
}

/** Two sides compared at three levels: what was decided, what was seen, what came of it. */
export interface Parity {
  readonly a: string;
  readonly b: string;
  readonly runs: readonly RunParity[];
  readonly inputs: readonly InputParity[];
  readonly outcomes: readonly OutcomeParity[];
  readonly decisions: {
    readonly compared: number;
    readonly same: number;
    readonly different: number;
    readonly onlyA: number;
    readonly onlyB: number;
    readonly causes: Readonly<Partial<Record<ParityCause, number>>>;
    /** Runs that the other side does not have. */
    readonly unpaired: number;
  };
  readonly costs: CostParity;
  /** True where every run has its counterpart, and every fingerprint is the same. Says nothing of the outcomes. */
  readonly equal: boolean;
  /** True where, besides, nothing that was seen or that came of it is known to differ. */
  readonly alike: boolean;
}

/** Compares two sides. `single` makes a pair of two runs whatever their slots. */
export async function compareSides(
  a: ParitySide,
  b: ParitySide,
  { single, seenBy }: { readonly single: boolean; readonly seenBy: SeenBy },
): Promise<Parity> {
  const runs: RunParity[] = [];
  const inputs: InputParity[] = [];
  for (const pair of pairRuns(a, b, single)) {
    const seen = await seenOfPair(pair.a, pair.b, seenBy);
    runs.push(compareRuns(pair, seen === null ? null : symbolInputs(seen.a, seen.b)));
    if (pair.a !== null && pair.b !== null) inputs.push(compareInputs(pair, seen));
  }
  const outcomes = compareOutcomes(runs, a, b);
  const rows = runs.flatMap((run) => run.rows);
  const of = (kind: (typeof rows)[number]['class']): number =>
    rows.filter((row) => row.class === kind).length;
  const causes: Partial<Record<ParityCause, number>> = {};
  for (const { cause } of rows) if (cause !== null) causes[cause] = (causes[cause] ?? 0) + 1;
  const unpaired = runs.filter((run) => run.a === null || run.b === null).length;
  const equal = runs.every((run) => run.equal);
  return {
    a: a.label,
    b: b.label,
    runs,
    inputs,
    outcomes,
    decisions: {
      compared: rows.length,
      same: of('same'),
      different: of('different'),
      onlyA: of('only_a'),
      onlyB: of('only_b'),
      causes,
      unpaired,
    },
    costs: costsOf(outcomes),
    equal,
    alike: equal && outcomes.every((one) => one.class === 'same') && inputs.every(isAlike),
  };
}

async function seenOfPair(
  a: ParityRun | null,
  b: ParityRun | null,
  seenBy: SeenBy,
): Promise<{ readonly a: SeenMarket; readonly b: SeenMarket } | null> {
  if (a === null || b === null) return null;
  const [seenA, seenB] = [await seenBy(a, 'a'), await seenBy(b, 'b')];
  return seenA === null || seenB === null ? null : { a: seenA, b: seenB };
}

const isAlike = ({ overlap, fields }: InputParity): boolean =>
  overlap === 1 && fields.every(({ differing }) => differing === 0);

function costsOf(outcomes: readonly OutcomeParity[]): CostParity {
  const bought = outcomes.filter(({ a, b }) => a.bought !== null && b.bought !== null);
  const meanOf = (valueOf: (one: OutcomeParity) => number | null): number | null => {
    const values = bought.flatMap((one) => valueOf(one) ?? []);
    return values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length;
  };
  const closed = bought.flatMap(({ netPnl }) => (netPnl === null ? [] : Math.round(netPnl * 1e6)));
  return {
    entries: bought.length,
    slippageBpsA: meanOf(({ a }) => a.slippageBps),
    slippageBpsB: meanOf(({ b }) => b.slippageBps),
    costBpsA: meanOf(({ a }) => a.costBps),
    costBpsB: meanOf(({ b }) => b.costBps),
    netPnl: closed.length === 0 ? null : closed.reduce((sum, one) => sum + one, 0) / 1e6,
  };
}
