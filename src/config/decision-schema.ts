import { z } from 'zod';
import { parseSymbol, type Symbol, TIMEFRAMES } from '../domain/market.ts';
import {
  choice,
  count,
  flag,
  fraction,
  number,
  optionalCount,
  optionalPath,
  requiredFraction,
  requiredMultiple,
  usd,
} from './fields.ts';

/** Which alternative is meant. */
const kind = <const T extends string>(name: T) =>
  z.literal(name).meta({ description: 'Which of the alternatives is meant' });

const symbols = (does: string) =>
  z
    .array(
      z
        .string()
        .refine((text) => parseSymbol(text) !== null, 'is not a symbol such as AAPL or BRK.B')
        .transform((text) => text as Symbol),
    )
    .default([])
    .meta({ description: does });

export const scanSchema = z.strictObject({
  rule: choice(
    'What the scan ranks by',
    ['most_active', 'most_active_usd', 'top_gainers', 'gap', 'relative_volume'],
    'most_active',
  ),
  rows: count('Rows that go on to scoring', { default: 50, min: 1, max: 10_000 }),
  minPriceUsd: usd('Cheaper stocks are dropped', { default: 5 }),
  minActivityUsd: usd(
    'Stocks with a smaller median of close x volume over 20 sessions are dropped',
    {
      default: 20_000_000,
    },
  ),
  maxSpreadBps: number('Stocks with a wider quote are dropped', {
    default: 25,
    max: 10_000,
    unit: 'basis points',
  }),
  universe: optionalPath('File with the symbols to scan instead of all'),
  allow: symbols('Only these symbols may be traded; empty: all'),
  deny: symbols('These symbols are never traded'),
  refill: flag('Whether a denied candidate is replaced by the next one', false),
});

export const strategySchema = z
  .strictObject({
    name: z.string().min(1).optional().meta({
      description: 'A built-in strategy; momentum unless a file is given',
    }),
    file: optionalPath('A strategy of your own, instead of a name'),
    params: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'Parameters of the strategy, checked by the strategy itself' }),
  })
  .transform((strategy) =>
    strategy.name === undefined && strategy.file === undefined
      ? { ...strategy, name: 'momentum' }
      : strategy,
  );

const stop = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: kind('atr'),
      multiple: requiredMultiple('Distance below the reference price', 'x ATR14'),
    }),
    z.strictObject({
      kind: kind('percent'),
      fraction: requiredFraction('Distance below the reference price'),
    }),
    z.strictObject({ kind: kind('strategy') }),
  ])
  .default({ kind: 'atr', multiple: 3 })
  .meta({ description: 'Where the initial stop stands; a price from the strategy wins' });

export const sizingSchema = z.strictObject({
  perTradeFraction: fraction('Equity risked to the initial stop by one trade', { default: 0.005 }),
  maxPositionFraction: fraction('Largest position, of equity', { default: 0.1 }),
  minNotionalUsd: usd('Smaller positions are denied, never rounded up', { default: 1_000 }),
  stop,
});

export const entrySchema = z.strictObject({
  type: choice('Order type of entries', ['marketable-limit', 'market'], 'marketable-limit'),
  ttlMs: count('After this the unfilled rest of an entry is cancelled', {
    default: 60_000,
    min: 1_000,
    unit: 'ms',
  }),
  offsetBps: number('Limit above the ask at send', {
    default: 5,
    max: 1_000,
    unit: 'basis points',
  }),
  collarFraction: fraction('Highest limit above the reference price', { default: 0.01 }),
  gapFraction: fraction('An open further than this from the reference cancels the entry', {
    default: 0.02,
  }),
  gapAtr: number('The same bound in ATR14; the smaller of the two counts', {
    default: 1,
    max: 100,
    unit: 'x ATR14',
  }),
  maxQuoteAgeMs: count('Older quotes deny the entry', { default: 5_000, min: 1, unit: 'ms' }),
  openingWaitMs: count('How long after the open a two-sided quote is waited for', {
    default: 90_000,
    unit: 'ms',
  }),
  noEntryFirstMinutes: optionalCount('No entries in the first minutes of a session', {
    max: 390,
    unit: 'minutes',
  }),
  noEntryLastMinutes: count('No entries in the last minutes of a session', {
    default: 30,
    max: 390,
    unit: 'minutes',
  }),
  scaleIn: z
    .strictObject({
      afterR: number('Gain from which a new signal adds; 0 adds at any', {
        default: 1,
        max: 100,
        unit: 'x initial risk',
      }),
      maxAdds: count('How often a position is added to', { default: 1, min: 1, max: 10 }),
    })
    .optional()
    .meta({ description: 'Adds to a position that gains; off unless set' }),
});

const trail = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: kind('atr'),
      multiple: requiredMultiple('Distance below the highest close since entry', 'x ATR14'),
    }),
    z.strictObject({
      kind: kind('percent'),
      fraction: requiredFraction('Distance below the highest close since entry'),
    }),
    z.strictObject({ kind: kind('none') }),
  ])
  .default({ kind: 'atr', multiple: 3 })
  .meta({ description: 'How the stop follows the price; it never moves down' });

export const exitsSchema = z.strictObject({
  timeframe: choice('Bars whose completion moves stops', TIMEFRAMES, '1d'),
  trail,
  target: z
    .strictObject({
      kind: kind('r'),
      multiple: requiredMultiple('Target above the entry', 'x initial risk'),
    })
    .optional()
    .meta({ description: 'Profit target; none unless set' }),
  breakEven: z
    .strictObject({
      atR: requiredMultiple('Profit at which the stop moves to the entry price', 'x initial risk'),
    })
    .optional()
    .meta({ description: 'Moves the stop to the entry price; off unless set' }),
  maxHoldingSessions: count('Longest holding time; 0 is no limit', {
    default: 60,
    unit: 'sessions',
  }),
  maxHoldingMinutes: count('Longest holding time inside a session; 0 is no limit', {
    default: 0,
    max: 390,
    unit: 'minutes',
  }),
  scaleOut: z
    .strictObject({
      atR: requiredMultiple('Profit at which a part is sold', 'x initial risk'),
      fraction: requiredFraction('Part of the shares bought that is sold'),
    })
    .optional()
    .meta({ description: 'Sells a part of a position once at a profit; off unless set' }),
  flatBeforeClose: flag('Whether all positions are closed before each close', false),
});
