import type { Symbol } from '../domain/market.ts';
import {
  add,
  type Micros,
  maxOf,
  micros,
  minOf,
  subtract,
  timesFraction,
  timesQuantity,
  usd,
  ZERO,
} from '../domain/money.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { RiskLimits } from './limits.ts';
import { SymbolSet } from './symbol-set.ts';

/**
 * What is left of every limit in this run: one ledger, debited in rank order as entries are approved, so that each
 * next candidate sees what the earlier ones used. Entries are debited at their limit price plus commission.
 */
export interface RunBudget {
  readonly equity: Micros;
  readonly grossLeft: Micros;
  readonly openRiskLeft: Micros;
  readonly buyingPowerLeft: Micros;
  readonly lossRoomLeft: Micros;
  readonly positionsLeft: number;
  readonly entriesLeft: number;
  /** What is left of limits that are off unless set; null while they are off. */
  readonly runNotionalLeft: Micros | null;
  readonly netLeft: Micros | null;
  readonly ordersLeft: number | null;
  readonly dayTradesLeft: number | null;
  /** Value of positions, working entries and approvals, by sector. */
  readonly sectors: ReadonlyMap<string, Micros>;
  /** Symbols with a position, a working or unknown entry, or an approval of this run. */
  readonly taken: SymbolSet;
}

/** What one approval uses up. */
export interface BudgetDebit {
  readonly symbol: Symbol;
  readonly quantity: number;
  readonly limitPrice: Micros;
  readonly stopPrice: Micros;
  readonly commission: Micros;
  readonly sector: string;
  /** Orders of its bracket. */
  readonly orders: number;
}

/** Estimated commission of an entry of this many shares at a limit price. */
export type CommissionOf = (symbol: Symbol, quantity: number, price: Micros) => Micros;

/** The budget at the start of a run: the limits less positions, working and unknown entries. */
export function openBudget(
  state: PortfolioState,
  equity: Micros,
  {
    risk: limits,
    commissionOf,
  }: { readonly risk: RiskLimits; readonly commissionOf: CommissionOf },
): RunBudget {
  let held = ZERO;
  let working = ZERO;
  let openRisk = ZERO;
  let reserved = ZERO;
  let lossReserved = ZERO;
  const symbols: Symbol[] = [];
  const sectors = new Map<string, Micros>();
  for (const position of state.positions) {
    const value = timesQuantity(position.mark, position.quantity);
    symbols.push(position.symbol);
    sectors.set(position.sector, add(sectors.get(position.sector) ?? ZERO, value));
    held = add(held, value);
    // A position without a stop can lose all of its value.
    const floor = position.stop ?? ZERO;
    const risk = maxOf(ZERO, subtract(position.mark, floor));
    openRisk = add(openRisk, timesQuantity(risk, position.quantity));
  }
  for (const entry of state.working) {
    const notional = timesQuantity(entry.limitPrice, entry.remaining);
    const risk = timesQuantity(subtract(entry.limitPrice, entry.stopPrice), entry.remaining);
    const commission = commissionOf(entry.symbol, entry.remaining, entry.limitPrice);
    symbols.push(entry.symbol);
    sectors.set(entry.sector, add(sectors.get(entry.sector) ?? ZERO, notional));
    working = add(working, notional);
    reserved = add(reserved, add(notional, commission));
    openRisk = add(openRisk, risk);
    lossReserved = add(lossReserved, risk);
  }
  const grossLimit = timesFraction(equity, limits.maxGrossFraction, 'floor');
  const lossLimit = timesFraction(state.previousCloseEquity, limits.dailyLossFraction, 'floor');
  const lossSoFar = maxOf(ZERO, micros(-state.dayPnl));
  const taken = SymbolSet.of(symbols);
  const optional = optionalBudget(state, equity, limits, add(held, working));
  return {
    equity,
    grossLeft: subtract(subtract(grossLimit, held), working),
    openRiskLeft: subtract(timesFraction(equity, limits.maxOpenRiskFraction, 'floor'), openRisk),
    buyingPowerLeft: subtract(minOf(state.availableCash, subtract(grossLimit, held)), reserved),
    lossRoomLeft: subtract(subtract(lossLimit, lossSoFar), lossReserved),
    positionsLeft: limits.maxPositions - taken.size,
    entriesLeft: limits.maxEntriesPerDay - state.entriesToday,
    runNotionalLeft: optional.runNotionalLeft,
    netLeft: optional.netLeft,
    ordersLeft: optional.ordersLeft,
    dayTradesLeft: optional.dayTradesLeft,
    sectors,
    taken,
  };
}

/** What is left of the limits that may be off. Long only, net exposure is the sum of all positions. */
function optionalBudget(
  { activity, positions, working }: PortfolioState,
  equity: Micros,
  { maxRunNotionalUsd, maxNetFraction, maxWorkingOrders, maxDayTrades }: RiskLimits,
  exposure: Micros,
): Pick<RunBudget, 'runNotionalLeft' | 'netLeft' | 'ordersLeft' | 'dayTradesLeft'> {
  const orders = activity.orders.reduce((total, { buys, sells }) => total + buys + sells, 0);
  // Whatever was opened in this session, or still may be, can be closed in it too.
  const openedToday = positions.filter(({ sessionsHeld }) => sessionsHeld === 1).length;
  const dayTrades = activity.dayTrades + openedToday + working.length;
  return {
    runNotionalLeft: maxRunNotionalUsd === undefined ? null : usd(maxRunNotionalUsd),
    netLeft:
      maxNetFraction === undefined
        ? null
        : subtract(timesFraction(equity, maxNetFraction, 'floor'), exposure),
    ordersLeft: maxWorkingOrders === undefined ? null : maxWorkingOrders - orders,
    dayTradesLeft: maxDayTrades === undefined ? null : maxDayTrades - dayTrades,
  };
}

/** The budget after an approval. */
export function debit(budget: RunBudget, approval: BudgetDebit): RunBudget {
  const notional = timesQuantity(approval.limitPrice, approval.quantity);
  const risk = timesQuantity(subtract(approval.limitPrice, approval.stopPrice), approval.quantity);
  const inSector = add(budget.sectors.get(approval.sector) ?? ZERO, notional);
  const lessNotional = (left: Micros | null): Micros | null =>
    left === null ? null : subtract(left, notional);
  const less = (left: number | null, used: number): number | null =>
    left === null ? null : left - used;
  return {
    equity: budget.equity,
    grossLeft: subtract(budget.grossLeft, notional),
    openRiskLeft: subtract(budget.openRiskLeft, risk),
    buyingPowerLeft: subtract(subtract(budget.buyingPowerLeft, notional), approval.commission),
    lossRoomLeft: subtract(budget.lossRoomLeft, risk),
    positionsLeft: budget.positionsLeft - 1,
    entriesLeft: budget.entriesLeft - 1,
    runNotionalLeft: lessNotional(budget.runNotionalLeft),
    netLeft: lessNotional(budget.netLeft),
    ordersLeft: less(budget.ordersLeft, approval.orders),
    dayTradesLeft: less(budget.dayTradesLeft, 1),
    sectors: new Map(budget.sectors).set(approval.sector, inSector),
    taken: budget.taken.with(approval.symbol),
  };
}
