import { z } from 'zod';
import { choice, count, flag, fraction, number, requiredFraction } from './fields.ts';
import { optionalLimits } from './guards-schema.ts';

export const riskSchema = z.strictObject({
  maxGrossFraction: fraction('All positions together, of equity', { default: 1 }),
  maxOpenRiskFraction: fraction('Loss if every stop fills at its price, of equity', {
    default: 0.03,
  }),
  maxPositions: count('Positions at a time', { default: 10, min: 1, unit: 'positions' }),
  maxEntriesPerDay: count('Entry orders a session', { default: 8, unit: 'orders' }),
  ordersPerSecond: count(
    'How fast the last gate lets orders through again; half is kept for exits',
    {
      default: 20,
      min: 1,
      max: 50,
      unit: 'orders',
    },
  ),
  orderBurst: count('Orders the last gate lets through at once; half is kept for exits', {
    default: 50,
    min: 2,
    unit: 'orders',
  }),
  maxOrdersPerMinute: count('Orders in any minute, stops counted; exits are never held back', {
    default: 60,
    min: 1,
    unit: 'orders',
  }),
  maxOrdersPerRun: count('Orders of one run, stops counted; exits are never held back', {
    default: 60,
    min: 1,
    unit: 'orders',
  }),
  maxOrdersPerDay: count('Orders of a session, stops counted; exits are never held back', {
    default: 200,
    min: 1,
    unit: 'orders',
  }),
  maxAdvFraction: fraction('Largest quantity, of the median volume of 20 sessions', {
    default: 0.01,
  }),
  dailyLossFraction: fraction('Loss of a day after which there are no entries', { default: 0.02 }),
  hardDailyLossFraction: fraction('Loss of a day at which onHardDailyLoss is done', {
    default: 0.03,
  }),
  onHardDailyLoss: choice('What the hard daily loss does to positions', ['close', 'keep'], 'close'),
  maxDrawdownFraction: fraction('Drawdown that ends entries until resumed', { default: 0.1 }),
  cooldownSessionsAfterStop: count('A stopped-out symbol is not bought again for so long', {
    default: 5,
    unit: 'sessions',
  }),
  drawdownCooldownSessions: count('After so long a drawdown is forgiven; 0 is never', {
    default: 0,
    unit: 'sessions',
  }),
  quarantineSessions: count('A symbol with an abnormal bar is not bought for so long', {
    default: 20,
    unit: 'sessions',
  }),
  maxConsecutiveLosses: count('So many losses in a row pause one session; 0 is off', {
    default: 0,
    max: 100,
    unit: 'trades',
  }),
  dataEndSessions: count('A position without bars for so long is closed at its last mark', {
    default: 10,
    min: 1,
    unit: 'sessions',
  }),
  ...optionalLimits,
});

export const intensitySchema = z.strictObject({
  enabled: flag('Whether size follows recent results', true),
  floor: fraction('Smallest factor on the size of a trade', { default: 0.25, min: 0.01 }),
  window: count('Closed trades that are looked at', { default: 20, min: 1, unit: 'trades' }),
  deadBand: fraction('Smallest change of the factor that is made', { default: 0.1 }),
});

export const costsSchema = z.strictObject({
  commission: z
    .union(
      [
        z.enum(['ibkr-fixed', 'ibkr-tiered', 'none']),
        z.strictObject({
          kind: z.literal('percent').meta({ description: 'A percentage of the value' }),
          fraction: z
            .number()
            .min(0)
            .max(1)
            .meta({ description: 'Of the value', unit: 'fraction' }),
        }),
      ],
      {
        error: 'must be ibkr-fixed, ibkr-tiered, none, or { kind: percent, fraction: 0.001 }',
      },
    )
    .default('ibkr-fixed')
    .meta({ description: 'Commission of simulated fills' }),
  slippageBps: number('Price given up by simulated market and stop fills', {
    default: 5,
    max: 1_000,
    unit: 'basis points',
  }),
  halfSpreadBps: number('Half the spread of quotes modelled from bars, and of spread_volume', {
    default: 2,
    max: 1_000,
    unit: 'basis points',
  }),
  slippageModel: choice(
    'Slippage of simulated fills: slippageBps, or half the spread plus the impact of the size',
    ['fixed', 'spread_volume'],
    'fixed',
  ),
  volumeImpact: number(
    "Price given up by spread_volume, times the square of the order's share of the bar's volume",
    { default: 0.1, max: 10, unit: 'fraction of the price' },
  ),
  participationFraction: requiredFraction(
    "Most of a bar's volume one order may fill; unlimited unless set",
  ).optional(),
});
