import { HORIZON, newYorkDate, nextSession, sessionOf, sessionsBetween } from '../calendar/nyse.ts';
import {
  describeTrigger,
  parseTrigger,
  type Trigger,
  triggerInstants,
} from '../calendar/trigger.ts';
import type { Config, ScheduleRow } from '../config/schema.ts';
import { assert } from '../domain/result.ts';
import {
  DAY_MS,
  dateToUtcMs,
  type EpochMs,
  epochMs,
  type Session,
  type SessionDate,
} from '../domain/time.ts';

/** What becomes of a job that is late, slow or fails. */
export interface JobLaw {
  readonly maxLatenessMs: number;
  readonly catchUp: 'skip' | 'once';
  readonly timeLimitMs: number;
  /** How often it is begun at most; 1 for a scan, whose orders may have left. */
  readonly attempts: number;
}

/** One job at one time of one session. */
export interface PlannedSlot {
  readonly row: ScheduleRow;
  readonly at: EpochMs;
  readonly session: Session;
  /** "open+5m of 2026-11-27, 09:35 ET". */
  readonly label: string;
  readonly law: JobLaw;
}

/** The law of a job by the configuration. */
function lawOf({ jobs }: Config, job: ScheduleRow['job']): JobLaw {
  if (job === 'scan') return { ...jobs.scan, catchUp: 'skip', attempts: 1 };
  return jobs[job];
}

/** A row of the schedule as far as it is the same in every session. */
interface PlannedRow {
  readonly row: ScheduleRow;
  readonly trigger: Trigger;
  readonly law: JobLaw;
}

const planned = new WeakMap<Config, readonly PlannedRow[]>();

/** The schedule of a configuration, read once. */
function plannedRows(config: Config): readonly PlannedRow[] {
  let rows = planned.get(config);
  if (rows === undefined) {
    rows = config.schedule.map((row) => {
      const trigger = parseTrigger(row.at);
      assert(trigger.ok, `the schedule was checked when it was loaded: ${row.at}`);
      return { row, trigger: trigger.value, law: lawOf(config, row.job) };
    });
    planned.set(config, rows);
  }
  return rows;
}

/** The slots of a session, in order of time, rows of equal time in the order of the schedule. */
export function planSession(config: Config, session: Session): PlannedSlot[] {
  const slots: PlannedSlot[] = [];
  for (const { row, trigger, law } of plannedRows(config)) {
    if (!endsItsPeriod(row, session)) continue;
    for (const at of triggerInstants(trigger, session)) {
      slots.push({ row, at, session, label: describeTrigger(trigger, session), law });
    }
  }
  return slots.sort((a, b) => a.at - b.at);
}

/** False for a weekly or monthly row on any but the last session of its week or month. */
function endsItsPeriod(row: ScheduleRow, { date }: Session): boolean {
  const period: string = row.job === 'report' ? row.period : 'daily';
  if (period === 'daily' || date === HORIZON.to) return true;
  const { date: next } = nextSession(date);
  if (period === 'monthly') return next.slice(0, 7) !== date.slice(0, 7);
  return weekOf(next) !== weekOf(date);
}

/** Weeks from Monday to Sunday, counted; 1970-01-01 was a Thursday. */
const weekOf = (date: SessionDate): number => Math.floor((dateToUtcMs(date) / DAY_MS + 3) / 7);

/** That of an instant's day, where it is later: a close of days ago may be the next that is played. */
export function laterSession(session: Session, at: EpochMs): Session {
  const today = sessionOf(newYorkDate(at));
  return today !== null && today.date > session.date ? today : session;
}

/** The slots of all sessions of a span of dates, both included. */
export const planBetween = (config: Config, from: SessionDate, to: SessionDate): PlannedSlot[] =>
  sessionsBetween(from, to).flatMap((session) => planSession(config, session));

/** Until when a late slot of a job that is caught up may still begin: the close of the session after its own. */
export const caughtUpUntil = ({ session }: PlannedSlot): EpochMs =>
  session.date < HORIZON.to ? nextSession(session.date).closeAt : epochMs(session.closeAt + DAY_MS);
