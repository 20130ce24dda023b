import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, minOf } from '../domain/money.ts';
import type { SessionDate } from '../domain/time.ts';
import type { Book } from '../ledger/book.ts';
import type { BookOrder } from '../ledger/book-state.ts';
import { isProtectiveStop } from '../ledger/protection.ts';
import { type ExitPart, exitParts } from '../pipeline/bracket.ts';
import type { DecisionSettings } from '../pipeline/decide.ts';
import type { ExecutionContext } from '../pipeline/execute.ts';
import type { PipelineParts } from '../pipeline/run.ts';
import { commissionModel } from '../risk/commission.ts';
import { stricterLoss } from './account-worth.ts';
import type { System } from './compose.ts';
import { measureExcursion } from './measure-excursion.ts';
import { OrderDesk } from './order-desk.ts';
import { Protector } from './protector.ts';
import { runFacts } from './report-facts.ts';
import { refusalOf } from './trading.ts';
import { portfolioAt } from './valuation.ts';

/** The rules of a decision, from the configuration. */
export function decisionSettings(
  {
    config,
    broker,
    terms,
  }: Pick<System, 'config' | 'terms'> & { readonly broker: { readonly simulated: boolean } },
  session: SessionDate,
): DecisionSettings {
  const commission = commissionModel(config.costs.commission);
  return {
    scan: config.scan,
    sizing: terms?.sizing ?? config.sizing,
    entry: config.entry,
    risk: config.risk,
    targetR: config.exits.target?.multiple ?? null,
    maxCapitalUsd: config.capital.maxUsd ?? null,
    allowModelledQuotes: broker.simulated,
    slippageBps: config.costs.slippageBps,
    commissionOf: (_symbol, quantity, price) =>
      commission.estimate(quantity, price, 'buy', session),
  };
}

/**
 * What the pipeline reaches the world through. `worth` is what the broker says that the account is worth: no more
 * equity than that is sized by, and a loss of it counts as one of ours, whatever the book says.
 */
export function pipelineParts(
  system: System,
  session: SessionDate,
  worth: Micros | null = null,
): PipelineParts {
  const { book } = system;
  return {
    identity: { facts: runFacts(system), ...system.identity },
    market: system.market,
    broker: system.gate,
    history: system.history,
    strategy: system.strategy,
    settings: decisionSettings(system, session),
    now: () => system.clock.now(),
    portfolio: async (snapshot: MarketSnapshot) => {
      const state = await portfolioAt(system, snapshot.asOf, snapshot.session);
      if (worth === null) return state;
      const equity = minOf(state.equity, worth);
      return { ...state, equity, ...stricterLoss(state, worth, book, system.config.risk) };
    },
    isUsed: (orderRef) => book.order(orderRef) !== null,
    exitParts: (symbol) => exitPartsOf(book, symbol),
    quotes: system.quotes,
    ...(system.terms === null ? {} : { ticks: system.terms.ticks }),
    ...(system.broker.simulated ? {} : { margin: (order) => system.broker.margin(order) }),
  };
}

/** What sending needs, for orders that no run decided. */
function executionContext(
  system: System,
  session: SessionDate,
  slot: string,
  runId: string | null,
): ExecutionContext {
  const { book, gate, config, history, clock, strategy, terms } = system;
  return {
    broker: gate,
    history,
    now: () => clock.now(),
    runId,
    session,
    slot,
    entry: config.entry,
    strategy: strategy.name,
    isUsed: (orderRef) => book.order(orderRef) !== null,
    exitParts: (symbol) => exitPartsOf(book, symbol),
    ...(terms === null ? {} : { ticks: terms.ticks }),
  };
}

/** How the shares of a symbol that no sale is on its way for leave: through the groups of the stops that cover them. */
export function exitPartsOf(book: Book, symbol: Symbol): ExitPart[] {
  const live = book.live(symbol);
  const sales = live.filter(({ leg, side }) => leg === 'exit' && side === 'sell');
  const leaving = new Set(sales.map(({ ocaGroup }) => ocaGroup));
  const left = sales.reduce((rest, sale) => rest - remainingOf(sale), book.owned(symbol));
  const stops = live
    .filter((order) => isProtectiveStop(order) && order.status !== 'cancel_pending')
    .filter(({ ocaGroup }) => !leaving.has(ocaGroup))
    .map((order) => ({ remaining: remainingOf(order), ocaGroup: order.ocaGroup }));
  return exitParts(Math.max(0, left), stops);
}

const remainingOf = ({ quantity, filledQuantity }: BookOrder): number => quantity - filledQuantity;

/** The desk that looks after the orders of a system. */
export const deskOf = (system: System): OrderDesk =>
  new OrderDesk({
    book: system.book,
    broker: system.gate,
    history: system.history,
    now: () => system.clock.now(),
    context: (session, slot) => executionContext(system, session, slot, null),
    measure: (ended) => measureExcursion(system, ended),
    isHalted: (symbol) => system.broker.isHalted(symbol),
  });

/** How long after a fill a real broker may take to acknowledge the stop. */
const GRACE_MS = 5_000;

export const protectorOf = (system: System, desk: OrderDesk): Protector =>
  new Protector({
    book: system.book,
    desk,
    history: system.history,
    now: () => system.clock.now(),
    lastPrice: (symbol) => system.broker.lastPrice(symbol),
    maySend: () => system.gate.simulated || refusalOf(system)() === null,
    graceMs: system.gate.simulated ? 0 : GRACE_MS,
  });
