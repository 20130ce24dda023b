import { HORIZON, sessionsBetween } from '../calendar/nyse.ts';
import type { EpochMs, Session, SessionDate } from '../domain/time.ts';
import { periodNameOf, periodSpan } from '../ledger/period.ts';

export const PERIODS = ['daily', 'weekly', 'monthly'] as const;
/** What a report may be of: a session, a week or a month. */
export type Period = (typeof PERIODS)[number];

/** A week or month of the calendar, as far as it has begun. */
export interface ReportSpan {
  readonly kind: 'weekly' | 'monthly';
  /** "2026-W10", "2026-03". */
  readonly name: string;
  readonly from: SessionDate;
  readonly to: SessionDate;
  readonly sessions: readonly Session[];
  /** The last session that has begun. */
  readonly last: Session;
}

/** The week or month of a date; null where none of its sessions has begun. */
export function spanOf(
  date: SessionDate,
  kind: 'weekly' | 'monthly',
  now: EpochMs,
): ReportSpan | null {
  const unit = kind === 'weekly' ? 'week' : 'month';
  const { from, to } = periodSpan(date, unit);
  const sessions = sessionsBetween(
    from < HORIZON.from ? HORIZON.from : from,
    to > HORIZON.to ? HORIZON.to : to,
  );
  const last = sessions.findLast(({ openAt }) => openAt <= now);
  return last === undefined
    ? null
    : { kind, name: periodNameOf(date, unit), from, to, sessions, last };
}
