/** Why there has to be another attempt. */
export type AttemptEnd =
  /** Nobody answered, or a connection was lost. */
  | 'failed'
  /** A person has to mend something. */
  | 'refused'
  /** The broker is away by its own timetable. */
  | 'away';

/** Never sooner: a gateway may be wedged by clients that fail their greeting again and again. */
export const SHORTEST_PAUSE_MS = 2_500;
const LONGEST_PAUSE_MS = 60_000;
const REFUSED_PAUSE_MS = 60_000;
const AWAY_PAUSE_MS = 120_000;
/** A connection that lived for so long was a good one: the next attempt is the first again. */
export const GOOD_LIFE_MS = 60_000;
const DOUBLINGS = 5;
/** Several clients of one gateway must not come back in step. */
const JITTER_FRACTION = 0.25;

/**
 * How long to wait before the next attempt: twice as long after each failure in a row, up to a minute, and up to a
 * quarter more by chance (`jitter` is 0 to 1).
 */
export function pauseBeforeAttempt(end: AttemptEnd, failures: number, jitter: number): number {
  const doubled = SHORTEST_PAUSE_MS << Math.min(Math.max(0, failures - 1), DOUBLINGS);
  const pauses: Readonly<Record<AttemptEnd, number>> = {
    failed: Math.min(LONGEST_PAUSE_MS, doubled),
    refused: REFUSED_PAUSE_MS,
    away: AWAY_PAUSE_MS,
  };
  return Math.ceil(pauses[end] * (1 + JITTER_FRACTION * jitter));
}
