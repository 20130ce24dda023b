import {
  type Micros,
  micros,
  subtract,
  timesFraction,
  timesQuantity,
  toUsd,
} from '../domain/money.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { RunBudget } from './budget.ts';
import type { RiskLimits, SizingSettings } from './limits.ts';

/** How much of one limit is used. */
export interface LimitUsage {
  /** The key that sets it. */
  readonly key: string;
  readonly what: string;
  readonly unit: 'usd' | 'fraction' | 'count';
  readonly used: number;
  readonly limit: number;
}

/**
 * Every limit that something is used of now, as the guards count it: the budget of a run that began now says what is
 * left. Limits that are off are left out. Dollars, fractions of 1, counts.
 */
export function limitUsage(
  state: PortfolioState,
  budget: RunBudget,
  limits: RiskLimits,
  { maxPositionFraction }: Pick<SizingSettings, 'maxPositionFraction'>,
  ordersToday: number,
): LimitUsage[] {
  const { equity } = budget;
  const of = (fraction: number): Micros => timesFraction(equity, fraction, 'floor');
  const usd = (key: string, what: string, limit: Micros, left: Micros): LimitUsage => ({
    key,
    what,
    unit: 'usd',
    used: toUsd(subtract(limit, left)),
    limit: toUsd(limit),
  });
  const count = (key: string, what: string, used: number, limit: number): LimitUsage => ({
    key,
    what,
    unit: 'count',
    used,
    limit,
  });
  const gross = of(limits.maxGrossFraction);
  const openRisk = of(limits.maxOpenRiskFraction);
  return [
    usd('risk.maxGrossFraction', 'gross exposure', gross, budget.grossLeft),
    usd('risk.maxOpenRiskFraction', 'open risk', openRisk, budget.openRiskLeft),
    largestPosition(state, of(maxPositionFraction)),
    count(
      'risk.maxPositions',
      'positions',
      limits.maxPositions - budget.positionsLeft,
      limits.maxPositions,
    ),
    count('risk.maxEntriesPerDay', 'entries today', state.entriesToday, limits.maxEntriesPerDay),
    count('risk.maxOrdersPerDay', 'orders today', ordersToday, limits.maxOrdersPerDay),
    ...losses(state, limits),
    ...optional(state, budget, limits, usd, count),
  ];
}

function largestPosition({ positions }: PortfolioState, limit: Micros): LimitUsage {
  const values = positions.map(({ mark, quantity }) => toUsd(timesQuantity(mark, quantity)));
  return {
    key: 'sizing.maxPositionFraction',
    what: 'largest position',
    unit: 'usd',
    used: Math.max(0, ...values),
    limit: toUsd(limit),
  };
}

function losses(
  { dayPnl, previousCloseEquity, drawdown }: PortfolioState,
  { dailyLossFraction, hardDailyLossFraction, maxDrawdownFraction }: RiskLimits,
): LimitUsage[] {
  const loss = toUsd(micros(Math.max(0, -dayPnl)));
  const limitOf = (fraction: number): number =>
    toUsd(timesFraction(previousCloseEquity, fraction, 'floor'));
  return [
    {
      key: 'risk.dailyLossFraction',
      what: 'loss of the day',
      unit: 'usd',
      used: loss,
      limit: limitOf(dailyLossFraction),
    },
    {
      key: 'risk.hardDailyLossFraction',
      what: 'the same, hard',
      unit: 'usd',
      used: loss,
      limit: limitOf(hardDailyLossFraction),
    },
    {
      key: 'risk.maxDrawdownFraction',
      what: 'drawdown',
      unit: 'fraction',
      used: Math.max(0, -drawdown),
      limit: maxDrawdownFraction,
    },
  ];
}

/** Limits that are off unless set. */
function optional(
  { activity }: PortfolioState,
  { equity, netLeft, ordersLeft, dayTradesLeft, sectors }: RunBudget,
  { maxNetFraction, maxWorkingOrders, maxDayTrades, maxSectorFraction }: RiskLimits,
  usd: (key: string, what: string, limit: Micros, left: Micros) => LimitUsage,
  count: (key: string, what: string, used: number, limit: number) => LimitUsage,
): LimitUsage[] {
  const found: LimitUsage[] = [];
  if (maxNetFraction !== undefined && netLeft !== null) {
    const limit = timesFraction(equity, maxNetFraction, 'floor');
    found.push(usd('risk.maxNetFraction', 'net exposure', limit, netLeft));
  }
  if (maxSectorFraction !== undefined) {
    const limit = timesFraction(equity, maxSectorFraction, 'floor');
    for (const [sector, value] of [...sectors].sort(([a], [b]) => (a < b ? -1 : 1))) {
      found.push(usd('risk.maxSectorFraction', `sector ${sector}`, limit, subtract(limit, value)));
    }
  }
  if (maxWorkingOrders !== undefined && ordersLeft !== null) {
    const used = maxWorkingOrders - ordersLeft;
    found.push(count('risk.maxWorkingOrders', 'working orders', used, maxWorkingOrders));
  }
  if (maxDayTrades !== undefined && dayTradesLeft !== null) {
    found.push(count('risk.maxDayTrades', 'day trades', activity.dayTrades, maxDayTrades));
  }
  return found;
}
