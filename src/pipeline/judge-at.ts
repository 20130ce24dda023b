import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { OrderIntent } from '../domain/order.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { Verdict } from '../domain/reason.ts';
import type { RunBudget } from '../risk/budget.ts';
import { type GuardInput, judge } from '../risk/guards.ts';
import type { DecisionSettings } from './decide.ts';
import { guardFacts } from './guard-facts.ts';
import type { ScoredRow } from './score-table.ts';

/** What an intent is judged by, beside the moment. */
export interface Bench {
  readonly snapshot: MarketSnapshot;
  readonly state: PortfolioState;
  readonly settings: DecisionSettings;
  readonly budget: RunBudget;
}

/** What the guards say of an intent at a moment, with the quote of then. */
export const judgeAt = (
  { asOf, quote }: Pick<GuardInput, 'asOf' | 'quote'>,
  row: ScoredRow,
  intent: OrderIntent,
  { snapshot, state, settings, budget }: Bench,
): Verdict =>
  judge({
    intent,
    asOf,
    session: snapshot.session,
    quote,
    score: row.score,
    state,
    budget,
    limits: settings.risk,
    entry: settings.entry,
    sizing: settings.sizing,
    scan: settings.scan,
    slippageBps: settings.slippageBps,
    allowModelledQuotes: settings.allowModelledQuotes,
    commissionOf: settings.commissionOf,
    ...guardFacts(snapshot, row.index),
  });
