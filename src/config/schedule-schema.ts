import { z } from 'zod';
import { parseTrigger } from '../calendar/trigger.ts';
import { choice, count } from './fields.ts';

const at = z
  .string()
  .superRefine((text, issues) => {
    const trigger = parseTrigger(text);
    if (!trigger.ok) issues.addIssue({ code: 'custom', message: trigger.error });
  })
  .meta({
    description:
      'When: "HH:MM" New York time, open, close, open+30m, close-5m, or five fields of cron',
  });

const slotName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, {
    error: 'must be 1 to 32 lower-case letters, digits and dashes',
  })
  .meta({ description: 'Name of the slot in logs, runs and the journal; unique in the schedule' });

const job = <const T extends string>(name: T) =>
  z.literal(name).meta({ description: 'What is done: scan, reconcile, report, backup or warm' });

const period = z.enum(['daily', 'weekly', 'monthly']).default('daily').meta({
  description: 'What the report covers; a week or month is written after its last session',
});

/** One row of the schedule; each job has its own keys. */
export const slotSchema = z.discriminatedUnion('job', [
  z.strictObject({
    name: slotName,
    job: job('scan'),
    at,
    top: count('Candidates passed to sizing', { default: 5, min: 1, max: 100 }),
  }),
  z.strictObject({ name: slotName, job: job('reconcile'), at }),
  z.strictObject({ name: slotName, job: job('report'), at, period }),
  z.strictObject({
    name: slotName,
    job: job('backup'),
    at,
    keepDays: count('Backups older than this are removed', { default: 14, min: 1, unit: 'days' }),
  }),
  z.strictObject({ name: slotName, job: job('warm'), at }),
]);

export const DEFAULT_SCHEDULE: z.input<typeof slotSchema>[] = [
  { name: 'warm', job: 'warm', at: 'open-15m' },
  { name: 'scan-open', job: 'scan', at: '09:30', top: 5 },
  { name: 'scan-midday', job: 'scan', at: '12:00', top: 3 },
  { name: 'reconcile', job: 'reconcile', at: 'close' },
  { name: 'report', job: 'report', at: 'close+60m', period: 'daily' },
  { name: 'report-week', job: 'report', at: 'close+60m', period: 'weekly' },
  { name: 'report-month', job: 'report', at: 'close+60m', period: 'monthly' },
  { name: 'backup', job: 'backup', at: 'close+90m', keepDays: 14 },
];

const MINUTE = 60_000;

const maxLatenessMs = (minutes: number) =>
  count('A slot that cannot begin within this time after its own is late', {
    default: minutes * MINUTE,
    max: 8 * 60 * MINUTE,
    unit: 'ms',
  });

const timeLimitMs = (minutes: number) =>
  count('A job that takes longer is abandoned and reported', {
    default: minutes * MINUTE,
    min: 1_000,
    max: 60 * MINUTE,
    unit: 'ms',
  });

/** A job without side effects: done late where that helps, and again where it failed. */
const repeatable = (law: { lateMinutes: number; limitMinutes: number; late: 'once' | 'skip' }) =>
  z
    .strictObject({
      maxLatenessMs: maxLatenessMs(law.lateMinutes),
      catchUp: choice(
        'Once: a late slot is done all the same until the close of the next session; skip: it is missed',
        ['skip', 'once'],
        law.late,
      ),
      timeLimitMs: timeLimitMs(law.limitMinutes),
      attempts: count('How often it is begun at most when it fails', {
        default: 3,
        min: 1,
        max: 10,
      }),
    })
    .prefault({});

/** The law of each job. A scan has neither catch-up nor attempts: its orders may have left. */
export const jobsSchema = z.strictObject({
  scan: z
    .strictObject({ maxLatenessMs: maxLatenessMs(2), timeLimitMs: timeLimitMs(2) })
    .prefault({})
    .meta({ description: 'Scans: a late one is missed, none is ever repeated' }),
  reconcile: repeatable({ lateMinutes: 10, limitMinutes: 2, late: 'once' }).meta({
    description: 'Comparing the book with the broker',
  }),
  report: repeatable({ lateMinutes: 10, limitMinutes: 5, late: 'once' }).meta({
    description: 'Writing reports',
  }),
  backup: repeatable({ lateMinutes: 10, limitMinutes: 10, late: 'once' }).meta({
    description: 'Backing up the history',
  }),
  warm: repeatable({ lateMinutes: 10, limitMinutes: 10, late: 'skip' }).meta({
    description: 'Reading contracts and daily history before the open',
  }),
});

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const timeOfDay = (does: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a New York time HH:MM' })
    .meta({ description: does });

/** A time at which the broker is away by its own timetable, on New York's clock. */
const windowSchema = z.strictObject({
  name: slotName.meta({ description: 'Name of the window in logs and status' }),
  kind: choice(
    'Maintenance: the broker comes back by itself; login: a person has to log in',
    ['maintenance', 'login'],
    'maintenance',
  ),
  days: z
    .array(z.enum(DAYS))
    .min(1, 'must name at least one day')
    .default([...DAYS])
    .meta({ description: 'Days on which it begins' }),
  from: timeOfDay('When it begins'),
  to: timeOfDay('When it ends; at or before `from` it is the next day'),
});

export const brokerWindowsSchema = z.array(windowSchema).optional().meta({
  description:
    'When the broker is away by its own timetable; by default that of Interactive Brokers for broker ib, none for sim',
});

/**
 * Interactive Brokers in North America: the nightly reset from Sunday to Friday, the weekend's maintenance, and the
 * log-in that is asked for again every Sunday at 01:00.
 * https://www.interactivebrokers.com/en/software/systemStatus.php
 */
export const IB_WINDOWS: z.output<typeof windowSchema>[] = [
  {
    name: 'nightly-reset',
    kind: 'maintenance',
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sun'],
    from: '00:15',
    to: '01:45',
  },
  { name: 'weekend', kind: 'maintenance', days: ['fri'], from: '23:00', to: '03:00' },
  { name: 'weekly-login', kind: 'login', days: ['sun'], from: '01:00', to: '08:00' },
];
