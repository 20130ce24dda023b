import { type EpochMs, epochMs, type Session } from '../domain/time.ts';
import { newYorkDate } from './new-york.ts';
import { ordinalAtOrBefore, sessionAt, sessionCount } from './nyse.ts';

/**
 * The instant at which the market has been open for so long after another: an hour from Friday's close is an hour after
 * Monday's open. Null beyond the calendar.
 */
export function openTimeAfter(at: EpochMs, durationMs: number): EpochMs | null {
  let left = durationMs;
  const first = Math.max(0, ordinalAtOrBefore(newYorkDate(at)));
  for (let ordinal = first; ordinal < sessionCount(); ordinal += 1) {
    const session: Session = sessionAt(ordinal);
    const from = Math.max(at, session.openAt);
    const room = session.closeAt - from;
    if (room <= 0) continue;
    if (left < room) return epochMs(from + left);
    left -= room;
  }
  return null;
}
