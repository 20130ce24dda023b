import { DateTime } from 'luxon';
import { afterEach, describe, expect, it } from 'vitest';
import {
  HORIZON,
  isoNewYork,
  newYorkDate,
  newYorkOffsetMinutes,
  newYorkTime,
  sessionsBetween,
} from '../../src/calendar/nyse.ts';
import { parseTrigger, triggerInstants } from '../../src/calendar/trigger.ts';
import { type EpochMs, sessionDate } from '../../src/domain/time.ts';

const ownZone = process.env.TZ;

afterEach(() => {
  if (ownZone === undefined) delete process.env.TZ;
  else process.env.TZ = ownZone;
});

/**
 * Zones of hosts, with their offset on 2026-01-01 in minutes west of UTC: proof that the switch
 * took effect.
 */
const HOSTS = [
  ['UTC', 0],
  ['America/New_York', 300],
  ['Europe/Berlin', -60],
  ['Asia/Kolkata', -330],
  ['Pacific/Apia', -780],
  ['America/St_Johns', 210],
] as const;

describe.each(HOSTS)('on a host in %s', (zone, minutesWest) => {
  it("New York's clock and the sessions are what they are everywhere", () => {
    process.env.TZ = zone;
    expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(minutesWest);
    const wrong: string[] = [];
    for (const session of sessionsBetween(HORIZON.from, HORIZON.to)) {
      for (const at of [session.openAt, session.closeAt, (session.closeAt + 36e5 * 9) as EpochMs]) {
        const expected = DateTime.fromMillis(at, { zone: 'America/New_York' });
        const same =
          newYorkOffsetMinutes(at) === expected.offset &&
          newYorkDate(at) === expected.toISODate() &&
          newYorkTime(at) === expected.toFormat('HH:mm:ss');
        if (!same) wrong.push(session.date);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('cron text fires at the same instants', () => {
    process.env.TZ = zone;
    const trigger = parseTrigger('30 1,9 * * 5');
    if (!trigger.ok) throw new Error(trigger.error);
    const fired = sessionsBetween(sessionDate('2026-03-02'), sessionDate('2026-03-13'))
      .flatMap((session) => triggerInstants(trigger.value, session))
      .map(isoNewYork);
    expect(fired).toEqual([
      '2026-03-06T01:30:00-05:00',
      '2026-03-06T09:30:00-05:00',
      '2026-03-13T01:30:00-04:00',
      '2026-03-13T09:30:00-04:00',
    ]);
  });
});
