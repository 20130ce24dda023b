import type { Timeframe } from '../domain/market.ts';
import { dateToUtcMs, parseSessionDate } from '../domain/time.ts';

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3}))?)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/**
 * The stamp of a bar as its file writes it: a date for daily bars (its midnight UTC), an ISO 8601 instant with an
 * offset or Z for intraday ones (epoch milliseconds). NaN for anything else: a time without a zone is ambiguous.
 */
export function parseBarTime(text: string, timeframe: Timeframe): number {
  if (timeframe === '1d') return parseDate(text);
  const match = INSTANT.exec(text);
  if (match === null) return Number.NaN;
  const [, date = '', hours, minutes, seconds = '0', fraction = '', sign, zoneHours, zoneMinutes] =
    match;
  const clock = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const zone = sign === undefined ? 0 : (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60;
  const behind = sign === '-' ? zone : -zone;
  return parseDate(date) + (clock + behind) * 1000 + Number(fraction.padEnd(3, '0'));
}

function parseDate(text: string): number {
  const date = parseSessionDate(text);
  return date === null ? Number.NaN : dateToUtcMs(date);
}
