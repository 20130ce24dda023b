import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { printPlace } from './journal-lines.ts';
import type { JournalDamage } from './journal-walk.ts';

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
