import { momentum } from './momentum.ts';
import type { StrategyDefinition } from './strategy.ts';

/** Strategies that come with Trade Labs, by name. */
export const BUILT_IN: ReadonlyMap<string, StrategyDefinition> = new Map(
  [momentum as unknown as StrategyDefinition].map((strategy) => [strategy.name, strategy]),
);
