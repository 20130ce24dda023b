import { z } from 'zod';
import { optionalCount, optionalUsd, requiredFraction, requiredMultiple } from './fields.ts';

/** A number between bounds that is off unless set. */
const optionalNumber = (does: string, unit: string, max: number) =>
  z.number().min(0).max(max).optional().meta({ description: does, unit });

/** Limits of the section `risk` that are off unless set. */
export const optionalLimits = {
  maxOrderShares: optionalCount('Most shares of one order', { unit: 'shares' }),
  maxOrderNotionalUsd: optionalUsd('Most one order may cost at its limit price'),
  maxRunNotionalUsd: optionalUsd('Most the entries of one run may cost at their limit prices'),
  maxTradeRiskFraction: requiredFraction(
    'Most one trade may lose from its limit price to its stop, of equity',
  ).optional(),
  minRewardOverCosts: requiredMultiple(
    'Least win at the target, where there is one, over commissions and slippage both ways',
    'x costs',
  ).optional(),
  maxWorkingOrders: optionalCount('Orders that may still fill, stops and targets counted', {
    min: 2,
    unit: 'orders',
  }),
  maxWorkingOrdersPerSymbol: optionalCount('Orders of one symbol that may still fill', {
    min: 2,
    unit: 'orders',
  }),
  maxNetFraction: requiredFraction('Signed sum of all positions, of equity').optional(),
  maxSectorFraction: requiredFraction(
    'Positions of one sector, of equity; symbols without a sector share one',
  ).optional(),
  maxCorrelation: optionalNumber(
    'Highest correlation of daily returns with a position, over 60 sessions',
    'correlation',
    1,
  ),
  minAtrFraction: requiredFraction('Stocks with a smaller ATR14 are not entered').optional(),
  maxAtrFraction: requiredFraction('Stocks with a larger ATR14 are not entered').optional(),
  maxJumpAtr: requiredMultiple(
    'Furthest that the price may be from the last close',
    'x ATR14',
  ).optional(),
  minScore: optionalNumber('Candidates with a lower score are not entered', 'points', 100),
  cooldownSessionsAfterExit: optionalCount(
    'A symbol that was left is not bought again for so long',
    {
      min: 0,
      max: 250,
      unit: 'sessions',
    },
  ),
  maxEntriesPerSymbol: optionalCount('Entry orders of one symbol a session', { unit: 'orders' }),
  minEntryIntervalMs: optionalCount('Least time between two entries of one symbol', {
    max: 86_400_000,
    unit: 'ms',
  }),
  maxDayTrades: optionalCount('Trades opened and closed in one session, in five sessions', {
    unit: 'trades',
  }),
};
