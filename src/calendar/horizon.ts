import { Failure } from '../domain/failure.ts';
import { type SessionDate, sessionDate } from '../domain/time.ts';

/**
 * The first and the last session this calendar vouches for. The end is that of the exchange's
 * latest release (NYSE Group, 2025-12-23: holidays and early closings of 2026, 2027 and 2028); a
 * new one comes each December.
 */
export const HORIZON: { readonly from: SessionDate; readonly to: SessionDate } = {
  from: sessionDate('1990-01-02'),
  to: sessionDate('2028-12-29'),
};

/**
 * The refusal to guess about a time no exchange release covers. `what` is the date or instant asked
 * for.
 */
export const outsideCalendar = (what: string): Failure =>
  new Failure('OUTSIDE_CALENDAR', `${what} is outside the NYSE calendar`, {
    details: [`sessions are verified from ${HORIZON.from} to ${HORIZON.to}`],
    hint: `ask for dates from ${HORIZON.from} to ${HORIZON.to}; a newer trade-labs may know later years`,
  });
