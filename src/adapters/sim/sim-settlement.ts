import { ordinalAtOrBefore, sessionAt } from '../../calendar/nyse.ts';
import { type SessionDate, sessionDate } from '../../domain/time.ts';

/** Sessions from trade to settlement, by trade date. */
const CYCLES = [
  /** SEC release 34-95: T+3 from June 1995; earlier trades are treated alike. */
  { from: sessionDate('1995-06-07'), sessions: 3 },
  /** SEC release 34-80295, rule 15c6-1(a). */
  { from: sessionDate('2017-09-05'), sessions: 2 },
  /** SEC release 34-96930, rule 15c6-1(a). */
  { from: sessionDate('2024-05-28'), sessions: 1 },
] as const;

/** The session on which the money of a trade may be used again in a cash account. */
export function settlesOn(trade: SessionDate): SessionDate {
  const cycle = CYCLES.findLast(({ from }) => from <= trade) ?? CYCLES[0];
  return sessionAt(ordinalAtOrBefore(trade) + cycle.sessions).date;
}
