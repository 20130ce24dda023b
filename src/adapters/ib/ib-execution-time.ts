import { HORIZON } from '../../calendar/horizon.ts';
import { instantOfDay } from '../../calendar/new-york.ts';
import { DAY_MS, type EpochMs, epochMs, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';

/** "20260305 09:30:01 US/Eastern", "20260305-14:30:01" for UTC, "20260305  09:30:01" without a zone. */
const TIME = /^(\d{4})(\d{2})(\d{2})([ -]+)(\d{2}):(\d{2}):(\d{2})(?: +(\S.*))?$/;

/** Hours that a zone is ahead of New York, where clocks change by the rules of the United States. */
const AHEAD_OF_NEW_YORK: ReadonlyMap<string, number> = new Map([
  ['US/Eastern', 0],
  ['America/New_York', 0],
  ['America/Toronto', 0],
  ['EST5EDT', 0],
  ['EST', 0],
  ['EDT', 0],
  ['US/Central', -1],
  ['America/Chicago', -1],
  ['CST6CDT', -1],
  ['US/Mountain', -2],
  ['America/Denver', -2],
  ['US/Pacific', -3],
  ['America/Los_Angeles', -3],
]);

/** Hours ahead of UTC in winter, where clocks change by Directive 2000/84/EC. */
const EUROPEAN: ReadonlyMap<string, number> = new Map([
  ['Europe/London', 0],
  ['Europe/Dublin', 0],
  ['Europe/Lisbon', 0],
  ['GB', 0],
  ['MET', 1],
  ['CET', 1],
  ['Europe/Amsterdam', 1],
  ['Europe/Berlin', 1],
  ['Europe/Brussels', 1],
  ['Europe/Budapest', 1],
  ['Europe/Copenhagen', 1],
  ['Europe/Luxembourg', 1],
  ['Europe/Madrid', 1],
  ['Europe/Oslo', 1],
  ['Europe/Paris', 1],
  ['Europe/Prague', 1],
  ['Europe/Rome', 1],
  ['Europe/Stockholm', 1],
  ['Europe/Vienna', 1],
  ['Europe/Warsaw', 1],
  ['Europe/Zurich', 1],
  ['Europe/Athens', 2],
  ['Europe/Helsinki', 2],
]);

/** Hours ahead of UTC where clocks never change. */
const FIXED: ReadonlyMap<string, number> = new Map([
  ['UTC', 0],
  ['GMT', 0],
  ['Asia/Dubai', 4],
  ['Asia/Singapore', 8],
  ['Asia/Hong_Kong', 8],
  ['Hongkong', 8],
  ['Asia/Shanghai', 8],
  ['Asia/Tokyo', 9],
  ['Japan', 9],
]);

/**
 * The instant that the broker wrote as wall time and zone, the zone being that of the gateway's login; New York's
 * where none is given. Null for what cannot be read, or a zone that is not known.
 */
export function executionInstant(text: string): EpochMs | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [, year, month, day, separator, hour, minute, second, named] = match;
  const wall = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const isUtc = separator === '-';
  const zone = named ?? (isUtc ? 'UTC' : 'US/Eastern');
  if (`${year}-${month}-${day}` < HORIZON.from || `${year}-${month}-${day}` > HORIZON.to)
    return null;
  const behind = AHEAD_OF_NEW_YORK.get(zone);
  if (behind !== undefined) return fromNewYork(wall - behind * HOUR_MS);
  const winter = EUROPEAN.get(zone);
  if (winter !== undefined) return fromEurope(wall - winter * HOUR_MS);
  const fixed = FIXED.get(zone);
  return fixed === undefined ? null : epochMs(wall - fixed * HOUR_MS);
}

function fromNewYork(wall: number): EpochMs {
  const inDay = wall % DAY_MS;
  const minutes = Math.floor(inDay / MINUTE_MS);
  return epochMs(instantOfDay(wall - inDay, minutes) + (inDay % MINUTE_MS));
}

/** Summer time lasts from 01:00 UTC of the last Sunday of March to that of October. */
function fromEurope(standard: number): EpochMs {
  const year = new Date(standard).getUTCFullYear();
  const changeOf = (month: number): number => {
    const last = new Date(Date.UTC(year, month + 1, 0));
    return Date.UTC(year, month, last.getUTCDate() - last.getUTCDay(), 1);
  };
  const summer = standard - HOUR_MS;
  return epochMs(summer >= changeOf(2) && summer < changeOf(9) ? summer : standard);
}
