import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import type { SessionDate } from '../domain/time.ts';
import type { DecisionSettings } from '../pipeline/decide.ts';
import type { ExecutionContext } from '../pipeline/execute.ts';
import type { PipelineParts } from '../pipeline/run.ts';
import { commissionModel } from '../risk/commission.ts';
import type { System } from './compose.ts';
import { portfolioAt } from './valuation.ts';

/** The rules of a decision, from the configuration. */
export function decisionSettings(system: System, session: SessionDate): DecisionSettings {
  const { config, broker } = system;
  const commission = commissionModel(config.costs.commission);
  return {
    scan: config.scan,
    sizing: config.sizing,
    entry: config.entry,
    risk: config.risk,
    targetR: config.exits.target?.multiple ?? null,
    maxCapitalUsd: config.capital.maxUsd ?? null,
    allowModelledQuotes: broker.simulated,
    commissionOf: (_symbol, quantity, price) =>
      commission.estimate(quantity, price, 'buy', session),
  };
}

/** What the pipeline reaches the world through. */
export function pipelineParts(system: System, session: SessionDate): PipelineParts {
  const { book } = system;
  return {
    identity: system.identity,
    market: system.market,
    broker: system.broker,
    history: system.history,
    strategy: system.strategy,
    settings: decisionSettings(system, session),
    now: () => system.clock.now(),
    portfolio: (snapshot: MarketSnapshot) => portfolioAt(system, snapshot.asOf, snapshot.session),
    isUsed: (orderRef) => book.order(orderRef) !== null,
    entryRefOf: (symbol) => book.trade(symbol)?.entryRef ?? null,
  };
}

/** What sending needs, for orders that no run decided. */
export function executionContext(
  system: System,
  session: SessionDate,
  slot: string,
  runId: string | null,
): ExecutionContext {
  const { book, broker, config, history, clock, strategy } = system;
  return {
    broker,
    history,
    now: () => clock.now(),
    runId,
    session,
    slot,
    entry: config.entry,
    strategy: strategy.name,
    isUsed: (orderRef) => book.order(orderRef) !== null,
    entryRefOf: (symbol: Symbol) => book.trade(symbol)?.entryRef ?? null,
  };
}
