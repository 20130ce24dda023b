import { backupFolder, backupHistory, pruneBackups } from '../adapters/file/history-backup.ts';
import type { ScheduleRow } from '../config/schema.ts';
import type { Session } from '../domain/time.ts';
import type { System } from './compose.ts';
import { pruneRecordings } from './record-decision.ts';

/**
 * Backs up the history into data/backups, reads the backup back, and removes the old ones. In a rehearsal on a
 * simulated clock only the last session's is made: each would read all that was written since the first.
 */
export async function backUp(
  system: System,
  { keepDays }: Extract<ScheduleRow, { job: 'backup' }>,
  session: Session,
): Promise<string | null> {
  const { clock, home, identity, rehearsedUntil } = system;
  if (rehearsedUntil !== null && session.date < rehearsedUntil.date) {
    return `simulated time: backed up after ${rehearsedUntil.date}`;
  }
  const now = clock.now();
  await backupHistory({ home, now, version: identity.version });
  pruneBackups(backupFolder(home), { now, keepDays });
  return pruneRecordings(system, now) ? null : 'old recordings could not be removed';
}
