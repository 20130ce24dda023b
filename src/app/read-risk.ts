import { newYorkDate, nextSession, sessionOf } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import { type Micros, minOf, usd } from '../domain/money.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Trading } from '../domain/trading-state.ts';
import type { EventOf } from '../events/event.ts';
import { portfolioState } from '../ledger/portfolio-state.ts';
import { openBudget } from '../risk/budget.ts';
import { commissionModel } from '../risk/commission.ts';
import { type LimitUsage, limitUsage } from '../risk/usage.ts';
import { openSource } from './compose.ts';
import { withoutHistory } from './home-without-history.ts';
import { readBook } from './read-book.ts';
import { tradingSeen } from './trading.ts';
import { activityLimits, unpaidCommissions } from './valuation.ts';

export type { LimitUsage } from '../risk/usage.ts';

/** How much risk a home carries, by its book at the last marks; also while a daemon runs. */
export interface RiskView {
  readonly at: EpochMs;
  /** Equity that limits count from. */
  readonly equity: Micros;
  readonly limits: readonly LimitUsage[];
  readonly trading: Trading;
  /** The share of the risk budget in use, and its last change; null before the first. */
  readonly intensity: number;
  readonly intensityChange: EventOf<'intensity.changed'> | null;
}

/** Reads how much of each limit is used. Throws RECORD_UNKNOWN where there is no history. */
export async function readRisk(
  home: string,
  loaded: LoadedConfig,
  now: EpochMs,
): Promise<RiskView> {
  const { book, recent } = await readBook(home);
  if (book.seq === 0) throw withoutHistory(home);
  const { config } = loaded;
  const date = newYorkDate(now);
  const session = sessionOf(date) ?? nextSession(date);
  const source = openSource({ home, loaded });
  const trading = tradingSeen(home, loaded, book, now);
  const state: PortfolioState = portfolioState(book, {
    ...activityLimits(config, now, session),
    marks: new Map(
      book.openTrades().map(({ symbol, mark }) => [symbol, { price: mark, fresh: true }]),
    ),
    sectorOf: (symbol) => source.sectorOf(symbol),
    availableCash: book.cash,
    estimatedCommissions: unpaidCommissions({ book, config }),
    intensity: book.intensity ?? 1,
    dailyLossFraction: config.risk.dailyLossFraction,
    maxDrawdownFraction: config.risk.maxDrawdownFraction,
    lossJudgedAtClose: false,
    outside: { killSwitch: false, killFile: null, disarmed: null },
  });
  const { maxUsd } = config.capital;
  const equity = maxUsd === undefined ? state.equity : minOf(state.equity, usd(maxUsd));
  const commission = commissionModel(config.costs.commission);
  const budget = openBudget(state, equity, {
    risk: config.risk,
    commissionOf: (_symbol, quantity, price) =>
      commission.estimate(quantity, price, 'buy', session.date),
  });
  const ordersToday = [...book.orders()].filter((order) => order.session === session.date).length;
  const change = recent.findLast((event) => event.type === 'intensity.changed');
  return {
    at: now,
    equity,
    limits: limitUsage(state, budget, config.risk, config.sizing, ordersToday),
    trading,
    intensity: state.intensity,
    intensityChange: change?.type === 'intensity.changed' ? change : null,
  };
}
