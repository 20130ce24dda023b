import { join } from 'node:path';
import type { EpochMs } from '../../domain/time.ts';
import { soundLine } from '../../events/chain.ts';
import { JOURNAL_VERSION } from '../../events/event.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { type Backup, backupHistory } from './history-backup.ts';
import { historyFolder, journalFolder } from './history-folders.ts';
import { journalFiles } from './journal-lines.ts';
import { linesBackwards } from './lines-backwards.ts';
import { nodeFileSystem } from './node-file-system.ts';

/** The version that the newest line was written in; null in an empty journal. */
function writtenVersion(files: FileSystem, journal: string): number | null {
  for (const name of [...journalFiles(files, journal)].reverse()) {
    const file = files.open(join(journal, name), 'read');
    try {
      for (const { text } of linesBackwards(file)) {
        const line = soundLine(text);
        if (line.ok && typeof line.value.raw.v === 'number') return line.value.raw.v;
      }
    } finally {
      file.close();
    }
  }
  return null;
}

/**
 * Takes a backup where this program is the first of its version to write here. Lines are upgraded as they are read
 * and the old ones stay as they are; but the older program cannot read what is written from now on.
 */
export async function backupBeforeMigration(
  options: {
    readonly home: string;
    readonly version: string;
    readonly clock: { now(): EpochMs };
    readonly warn?: (message: string) => void;
  },
  current: number = JOURNAL_VERSION,
): Promise<Backup | null> {
  const { home, version, clock, warn } = options;
  const written = writtenVersion(nodeFileSystem, journalFolder(historyFolder(home)));
  if (written === null || written >= current) return null;
  const backup = await backupHistory({ home, now: clock.now(), version });
  warn?.(`the history goes from version ${written} to ${current}; before that: ${backup.path}`);
  return backup;
}
