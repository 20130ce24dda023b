import { HORIZON, sessionsBetween } from '../../calendar/nyse.ts';
import { assert } from '../../domain/result.ts';
import { dateToUtcMs, MINUTE_MS, sessionDate } from '../../domain/time.ts';

/**
 * Where every path starts, at the base prices of the universe: the first session of the calendar,
 * written out because moving it would change every bar of every seed. Sessions from here to the end
 * of the calendar can be asked for.
 */
export const SYNTHETIC_ANCHOR = sessionDate('1990-01-02');

/** The sessions from the anchor to the end of the calendar as columns. */
export interface Timeline {
  readonly count: number;
  readonly dateMs: Float64Array;
  readonly openAt: Float64Array;
  readonly minutes: Uint16Array;
  /** Square root of the session's length in full sessions of 390 minutes. */
  readonly lengthScale: Float64Array;
}

const FULL_SESSION_MINUTES = 390;

let sharedTimeline: Timeline | undefined;

/** Read off the calendar once per process: it is the same for every market. */
export function timeline(): Timeline {
  if (sharedTimeline !== undefined) return sharedTimeline;
  const sessions = sessionsBetween(SYNTHETIC_ANCHOR, HORIZON.to);
  const line: Timeline = {
    count: sessions.length,
    dateMs: new Float64Array(sessions.length),
    openAt: new Float64Array(sessions.length),
    minutes: new Uint16Array(sessions.length),
    lengthScale: new Float64Array(sessions.length),
  };
  sessions.forEach((session, i) => {
    line.dateMs[i] = dateToUtcMs(session.date);
    line.openAt[i] = session.openAt;
    const minutes = (session.closeAt - session.openAt) / MINUTE_MS;
    line.minutes[i] = minutes;
    line.lengthScale[i] = Math.sqrt(minutes / FULL_SESSION_MINUTES);
  });
  assert(sessions[0]?.date === SYNTHETIC_ANCHOR, `the calendar must hold ${SYNTHETIC_ANCHOR}`);
  sharedTimeline = line;
  return line;
}
