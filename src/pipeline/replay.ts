import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Decided } from '../domain/decided.ts';
import type { Symbol } from '../domain/market.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import { compareDecided, type RowDifference } from './compare-decided.ts';
import { type Decision, type DecisionSettings, decide } from './decide.ts';
import { decidedOf } from './decided.ts';
import type { StrategyDesk } from './desk.ts';

/**
 * Why a decision came out differently: other `data` than was seen, another `config`, other `code` before the guards,
 * or other verdicts of the `guard`s on the same proposal. `fill`: the decision is the same and what the broker
 * answered does not go with it.
 */
export const REPLAY_CLASSES = ['same', 'data', 'config', 'code', 'guard', 'fill'] as const;
export type ReplayClass = (typeof REPLAY_CLASSES)[number];

/** The rules of a decision. */
export interface Rules {
  readonly settings: DecisionSettings;
  readonly desk: StrategyDesk;
  readonly top: number;
}

export interface ReplayQuestion {
  readonly recorded: Decided;
  readonly state: PortfolioState;
  /** As it was seen. */
  readonly snapshot: MarketSnapshot;
  /** As they were; null where today's program cannot make sense of them. */
  readonly rules: Rules | null;
  /** The rules to compare with, where they are other ones. */
  readonly otherRules?: Rules;
  /** What a source says of the same instant now, where that is asked for. */
  readonly otherSnapshot?: MarketSnapshot;
}

/** A symbol that is decided differently now, with the first cause. */
export interface ReplayedRow extends RowDifference {
  readonly class: Exclude<ReplayClass, 'same' | 'fill'>;
}

export interface Replay {
  readonly decided: Decided;
  /** The same with its intents; null where there were no rules to decide by. */
  readonly decision: Decision | null;
  /** Rows of either decision. */
  readonly compared: number;
  readonly differences: readonly ReplayedRow[];
  /** Why the fingerprints differ where no row does; null where they are the same, or a row says why. */
  readonly hashCause: Exclude<ReplayClass, 'same' | 'fill'> | null;
}

/**
 * Decides again and says of each difference what it comes from, by changing one thing at a time: first only the
 * program is today's, then also the rules, then also the data. A row belongs to the first change that moved it.
 */
export function replay(question: ReplayQuestion): Replay {
  const { recorded, state, snapshot, rules, otherRules, otherSnapshot } = question;
  const steps: Step[] = [];
  const last = otherRules ?? rules;
  const again = (cause: Step['cause'], by: Rules, seen: MarketSnapshot): void => {
    const decision = decide(seen, state, by.settings, by.desk, by.top);
    steps.push({ cause, decision, decided: decidedOf(decision) });
  };
  if (rules !== null) again('code', rules, snapshot);
  if (otherRules !== undefined) again('config', otherRules, snapshot);
  if (otherSnapshot !== undefined && last !== null) again('data', last, otherSnapshot);
  const decided = steps.at(-1)?.decided ?? recorded;
  const differences = compareDecided(recorded, decided);
  const causes = causesOf(recorded, steps);
  return {
    decided,
    decision: steps.at(-1)?.decision ?? null,
    compared: new Set([...recorded.rows, ...decided.rows].map(({ symbol }) => symbol)).size,
    differences: differences.map((difference) => ({
      ...difference,
      class: causes.get(difference.symbol) ?? 'code',
    })),
    hashCause: differences.length > 0 ? null : hashCauseOf(recorded, steps),
  };
}

/** One more thing changed, and what is decided then. */
interface Step {
  readonly cause: 'code' | 'config' | 'data';
  readonly decision: Decision;
  readonly decided: Decided;
}

type Cause = Exclude<ReplayClass, 'same' | 'fill'>;

/** Per symbol the first step that moved it. */
function causesOf(recorded: Decided, steps: readonly Step[]): ReadonlyMap<Symbol, Cause> {
  const causes = new Map<Symbol, Cause>();
  let before = recorded;
  for (const { cause, decided } of steps) {
    for (const { symbol, stage } of compareDecided(before, decided)) {
      if (causes.has(symbol)) continue;
      causes.set(symbol, cause === 'code' && stage === 'guard' ? 'guard' : cause);
    }
    before = decided;
  }
  return causes;
}

/** The first step that changed a fingerprint, where the last one differs from the recorded one. */
function hashCauseOf(recorded: Decided, steps: readonly Step[]): Cause | null {
  const hashOf = ({ signalHash, decisionHash }: Decided): string => signalHash + decisionHash;
  const last = steps.at(-1);
  if (last === undefined || hashOf(last.decided) === hashOf(recorded)) return null;
  let before = hashOf(recorded);
  for (const { cause, decided } of steps) {
    if (hashOf(decided) !== before) return cause;
    before = hashOf(decided);
  }
  return null;
}
