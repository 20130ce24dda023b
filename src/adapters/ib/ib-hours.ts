import { HORIZON, newYorkDate, newYorkTime, sessionOf } from '../../calendar/nyse.ts';
import { type EpochMs, epochMs } from '../../domain/time.ts';

/** Names of the zone in which hours of US stocks are told. */
const NEW_YORK = new Set(['US/Eastern', 'America/New_York', 'EST', 'EST5EDT']);

/**
 * Where the broker's hours of the coming days are not those of our calendar; null where they agree. Days that our
 * calendar does not vouch for are not compared.
 */
export function hoursFault(contract: {
  readonly liquidHours: string;
  readonly timeZone: string;
}): string | null {
  if (!NEW_YORK.has(contract.timeZone)) return `its hours are told in ${contract.timeZone}`;
  for (const day of contract.liquidHours.split(';')) {
    const [, y, m, d, open, close] =
      /^(\d{4})(\d{2})(\d{2}):(?:CLOSED|(\d{4})-\d{8}:(\d{4}))$/.exec(day) ?? [];
    if (y === undefined) continue;
    const told = `${y}-${m}-${d}`;
    if (told < HORIZON.from || told > HORIZON.to) continue;
    const date = newYorkDate(epochMs(Date.UTC(Number(y), Number(m) - 1, Number(d), 12)));
    const session = sessionOf(date);
    const ours = session === null ? 'closed' : `${clock(session.openAt)}-${clock(session.closeAt)}`;
    const theirs = open === undefined ? 'closed' : `${open}-${close}`;
    if (ours !== theirs) return `${date}: the broker says ${theirs}, our calendar ${ours}`;
  }
  return null;
}

const clock = (at: EpochMs): string => newYorkTime(at).slice(0, 5).replace(':', '');
