import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import type { HistoryState } from './history-state.ts';
import { printPlace } from './journal-lines.ts';
import type { JournalDamage, JournalEnd } from './journal-walk.ts';

/** What can be done about damage. */
export const DAMAGE_HINT =
  'look with: trade-labs history verify; then trade-labs history restore FILE, or trade-labs history accept-loss';

/** What to tell of damage: file, line, event, and the ways out. */
export function damageFailure(damage: JournalDamage, journal: string): Failure {
  return new Failure('HISTORY_DAMAGED', `the history is damaged: ${printDamage(damage)}`, {
    details: [`file ${join(journal, damage.place.file)}`],
    hint: DAMAGE_HINT,
  });
}

/** "2026-03.jsonl:12 (event 34) does not match its hash". */
export function printDamage({ place, fromSeq, toSeq, problem }: JournalDamage): string {
  const which = toSeq > fromSeq ? `events ${fromSeq} to ${toSeq}` : `event ${fromSeq}`;
  return `${printPlace(place)} (${which}) ${problem}`;
}

/** A torn step was never acknowledged; what the saved state knows of was: throws HISTORY_DAMAGED without it. */
export function assertNothingAcknowledgedLost(end: JournalEnd, state: HistoryState | null): void {
  const known = state?.durable.head.seq ?? 0;
  const { seq } = end.position.head;
  if (seq >= known) return;
  throw new Failure(
    'HISTORY_DAMAGED',
    `the journal ends with event ${seq}, but events up to ${known} were acknowledged`,
    {
      details: end.torn === null ? [] : [end.torn.problem],
      hint: DAMAGE_HINT,
    },
  );
}
