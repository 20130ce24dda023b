import type { ColumnRule } from './column-rule.ts';
import { momentum, momentumByColumns } from './momentum.ts';
import type { StrategyDefinition } from './strategy.ts';

const asAny = (strategy: unknown): StrategyDefinition => strategy as StrategyDefinition;

/** Strategies that come with Trade Labs, by name. */
export const BUILT_IN: ReadonlyMap<string, StrategyDefinition> = new Map(
  [asAny(momentum)].map((strategy) => [strategy.name, strategy]),
);

/** The same as rules over columns, by the definition itself: another one of the same name is not meant. */
export const COLUMN_RULES: ReadonlyMap<StrategyDefinition, ColumnRule> = new Map([
  [asAny(momentum), momentumByColumns as unknown as ColumnRule],
]);
