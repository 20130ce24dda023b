import { z } from 'zod';
import { parseSymbol, type Symbol } from '../domain/market.ts';
import {
  entrySchema,
  exitsSchema,
  scanSchema,
  sizingSchema,
  strategySchema,
} from './decision-schema.ts';
import { choice, count, optionalPath, optionalUsd, usd } from './fields.ts';
import { costsSchema, intensitySchema, riskSchema } from './limits-schema.ts';
import { approvalSchema, breakersSchema } from './safety-schema.ts';
import {
  brokerWindowsSchema,
  DEFAULT_SCHEDULE,
  IB_WINDOWS,
  jobsSchema,
  slotSchema,
} from './schedule-schema.ts';

const identity = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, {
      error: 'must be 1 to 32 letters, digits, dots, dashes and underscores',
    })
    .default('desk-1')
    .meta({ description: 'Name of this desk in reports, alerts and order references' }),
});

const capital = z.strictObject({
  startingCashUsd: usd('Cash the simulated broker starts with', { default: 100_000, min: 1 }),
  maxUsd: optionalUsd(
    'Most equity that sizing may use; required where the account holds positions of others',
  ),
});

const ib = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .meta({ description: 'Host of IB Gateway or Trader Workstation' }),
  port: count('Its port: gateway 4002 paper, 4001 live; workstation 7497 and 7496', {
    default: 4002,
    min: 1,
    max: 65_535,
  }),
  clientId: count('Client id of this connection; no other program may use the same', {
    default: 17,
    min: 1,
    max: 2_147_483_647,
  }),
  marketDataLines: count(
    'Symbols whose prices are had at once; the broker gives 100 unless more are paid for',
    {
      default: 100,
      min: 10,
      max: 1_000,
    },
  ),
  account: z
    .string()
    .regex(/^D?[A-Z]\d{4,10}$/, { error: 'must look like DU1234567 (paper) or U1234567 (live)' })
    .default('DU1234567')
    .meta({ description: 'The account that must be the one the broker reports' }),
  heartbeatMs: count('How often the gateway is asked whether it still answers', {
    default: 30_000,
    min: 5_000,
    max: 300_000,
    unit: 'ms',
  }),
  record: choice(
    'Messages that are written to logs/wire: all but prices, all of them, or none',
    ['orders', 'all', 'off'],
    'orders',
  ),
});

const data = z.strictObject({
  source: choice(
    'Market data of mode sim: the seeded synthetic market, or recorded bars',
    ['synthetic', 'bars'],
    'synthetic',
  ),
  barsDir: z
    .string()
    .min(1)
    .default('data/bars')
    .meta({ description: 'Folder of recorded bars; a relative path starts at the home' }),
  sectors: optionalPath('CSV file symbol,sector that says to which sector a stock belongs'),
  synthetic: z
    .strictObject({
      seed: count('Seed of the synthetic market; the same seed is the same market', {
        default: 1,
        max: 4_294_967_295,
      }),
      symbols: count('Symbols of the synthetic market', { default: 200, min: 1, max: 10_000 }),
    })
    .prefault({})
    .meta({ description: 'The synthetic market' }),
});

const logs = z.strictObject({
  level: choice('Least important lines kept', ['debug', 'info', 'warn', 'error'], 'info'),
  keepDays: count('Older log files are removed', { default: 30, min: 1, unit: 'days' }),
});

const recordings = z.strictObject({
  enabled: z.boolean().default(true).meta({
    description: 'Whether each scan writes down what it saw, so that it can be decided again',
  }),
  keepDays: count('Recordings of older sessions are removed', {
    default: 14,
    min: 1,
    unit: 'days',
  }),
});

const REPORT_FORMATS = ['md', 'csv', 'json', 'html'] as const;

const report = z.strictObject({
  formats: z
    .array(z.enum(REPORT_FORMATS))
    .min(1, 'must name at least one format')
    .default(['md', 'csv', 'json'])
    .meta({ description: 'Files a report is written as; html brings its charts as SVG files' }),
  benchmark: z
    .string()
    .refine((text) => parseSymbol(text) !== null, 'is not a symbol such as SPY or BRK.B')
    .transform((text) => text as Symbol)
    .optional()
    .meta({ description: 'Symbol whose closes stand beside the account; the bars must have it' }),
});

const section = <T extends z.ZodType>(schema: T, does: string) =>
  schema.prefault({} as never).meta({ description: does });

/**
 * The whole configuration: every key with its meaning, unit, default and range. Unknown keys are
 * errors.
 */
export const configSchema = z.strictObject({
  identity: section(identity, 'Who this desk is'),
  mode: choice('What is traded with', ['sim', 'paper', 'live'], 'sim'),
  broker: choice('Who executes; paper may take either, live takes ib', ['sim', 'ib'], 'sim'),
  timezone: z
    .literal('America/New_York', {
      error: 'must be America/New_York: the schedule follows the clock of the exchange',
    })
    .default('America/New_York')
    .meta({ description: 'Time zone of the schedule' }),
  capital: section(capital, 'Money'),
  ib: section(ib, 'Connection to Interactive Brokers'),
  data: section(data, 'Where bars come from'),
  schedule: z
    .array(slotSchema)
    .prefault(DEFAULT_SCHEDULE)
    .meta({ description: 'What runs when, on sessions of the New York Stock Exchange' }),
  jobs: section(jobsSchema, 'What becomes of jobs that are late, slow or fail'),
  brokerWindows: brokerWindowsSchema,
  scan: section(scanSchema, 'Which stocks are looked at'),
  strategy: section(strategySchema, 'Who scores them'),
  sizing: section(sizingSchema, 'How many shares'),
  entry: section(entrySchema, 'How positions are opened'),
  exits: section(exitsSchema, 'How positions are closed'),
  risk: section(riskSchema, 'Limits; no order leaves one exceeded'),
  breakers: section(breakersSchema, 'What stops entries when something looks wrong'),
  approval: section(approvalSchema, 'Who agrees to entries'),
  intensity: section(intensitySchema, 'Smaller size after losses'),
  sim: section(
    z.strictObject({
      account: choice('Kind of the simulated account', ['margin', 'cash'], 'margin'),
    }),
    'The simulated broker',
  ),
  costs: section(costsSchema, 'Costs of simulated fills'),
  recordings: section(recordings, 'What scans saw, kept for replay'),
  logs: section(logs, 'Log files'),
  report: section(report, 'Reports'),
});

type Primitive = string | number | boolean | null | undefined;
type DeepReadonly<T> = T extends Primitive
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
      : T;

/**
 * The effective configuration, all defaults filled in. Fractions, never percent; money in dollars.
 */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
export type ScheduleRow = Config['schedule'][number];

/** A time of the week at which the broker is away by its own timetable. */
export type BrokerWindow = NonNullable<Config['brokerWindows']>[number];

/** The windows that count: those of the configuration, else what is known of its broker. */
export const brokerWindowsOf = ({ broker, brokerWindows }: Config): readonly BrokerWindow[] =>
  brokerWindows ?? (broker === 'ib' ? IB_WINDOWS : []);
