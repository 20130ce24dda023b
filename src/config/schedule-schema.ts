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

/** One row of the schedule; each job has its own keys. */
export const slotSchema = z.discriminatedUnion('job', [
  z.strictObject({
    name: slotName,
    job: job('scan'),
    at,
    top: count('Candidates passed to sizing', { default: 5, min: 1, max: 100 }),
  }),
  z.strictObject({ name: slotName, job: job('reconcile'), at }),
  z.strictObject({
    name: slotName,
    job: job('report'),
    at,
    period: choice('What the report covers', ['daily', 'weekly', 'monthly'], 'daily'),
  }),
  z.strictObject({
    name: slotName,
    job: job('backup'),
    at,
    keepDays: count('Backups older than this are removed', { default: 14, min: 1, unit: 'days' }),
  }),
  z.strictObject({ name: slotName, job: job('warm'), at }),
]);

export const DEFAULT_SCHEDULE: z.input<typeof slotSchema>[] = [
  { name: 'scan-open', job: 'scan', at: '09:30', top: 5 },
  { name: 'scan-midday', job: 'scan', at: '12:00', top: 3 },
  { name: 'reconcile', job: 'reconcile', at: 'close' },
  { name: 'report', job: 'report', at: 'close+60m', period: 'daily' },
  { name: 'backup', job: 'backup', at: 'close+90m', keepDays: 14 },
];
