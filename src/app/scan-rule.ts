import { HORIZON, newYorkDate, sessionsBetween } from '../calendar/nyse.ts';
import { parseTrigger, triggerInstants } from '../calendar/trigger.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { DAY_MS, type EpochMs, epochMs, MINUTE_MS, type Session } from '../domain/time.ts';
import type { BarSource } from '../ports/bar-source.ts';

/** Minutes after the open from which a rule has what it ranks by; null for rules that need nothing of today. */
const NEEDS_MINUTES: Readonly<Record<Config['scan']['rule'], number | null>> = {
  most_active: null,
  most_active_usd: null,
  top_gainers: null,
  gap: 1,
  relative_volume: 30,
};

/**
 * Refuses what data without intraday bars, or without those of earlier sessions, cannot give: a rule that ranks by
 * today's trading, and entries after the first minutes, since the open is the one price of the day.
 */
export function checkScanData({ scan, entry }: Config, source: BarSource): void {
  if (scan.rule === 'relative_volume' && source.intradayOf === 'today') {
    throw new Failure('CONFIG_INVALID', 'scan.rule relative_volume needs earlier intraday bars', {
      details: [
        `${source.label} has those of the current session alone, and nothing to compare them with`,
      ],
      hint: 'set scan.rule: most_active, or most_active_usd',
    });
  }
  if (source.intraday !== null) return;
  if (entry.noEntryFirstMinutes !== undefined) {
    throw new Failure('CONFIG_INVALID', 'entry.noEntryFirstMinutes needs intraday bars', {
      details: [`${source.label} has daily bars only: entries fill at the open or not at all`],
      hint: 'add intraday bars to the folder, or take the key out',
    });
  }
  if (NEEDS_MINUTES[scan.rule] === null) return;
  throw new Failure('CONFIG_INVALID', `scan.rule ${scan.rule} needs intraday bars`, {
    details: [`${source.label} has daily bars only`],
    hint: 'add intraday bars to the folder, or set scan.rule: most_active',
  });
}

/** Refuses a scan before its rule can rank: an opening print must be visible before it may decide. */
export function checkScanTime({ scan }: Config, at: EpochMs, session: Session, name: string): void {
  const minutes = NEEDS_MINUTES[scan.rule];
  if (minutes === null || at >= session.openAt + minutes * MINUTE_MS) return;
  throw new Failure('CONFIG_INVALID', `${name} is too early for scan.rule ${scan.rule}`, {
    details: [`the rule ranks by today's trading, which it can see from open+${minutes}m on`],
    hint: `schedule the scan at open+${minutes}m or later, or set scan.rule: most_active`,
  });
}

/** The sessions of a year from an instant on, as far as the calendar goes: every kind of day is among them. */
export function sessionsOfYear(start: EpochMs): readonly Session[] {
  const [from, to] = [newYorkDate(start), newYorkDate(epochMs(start + 366 * DAY_MS))];
  return sessionsBetween(from, to < HORIZON.to ? to : HORIZON.to);
}

/** The same for every scan of the schedule on each of the sessions: half days and weekdays have times of their own. */
export function checkScanSchedule(config: Config, ...sessions: readonly Session[]): void {
  if (NEEDS_MINUTES[config.scan.rule] === null) return;
  for (const row of config.schedule) {
    const trigger = parseTrigger(row.at);
    if (row.job !== 'scan' || !trigger.ok) continue;
    for (const session of sessions) {
      for (const at of triggerInstants(trigger.value, session)) {
        checkScanTime(config, at, session, `slot ${row.name} of ${session.date}`);
      }
    }
  }
}
