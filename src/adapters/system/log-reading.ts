import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { currentFile, type LogFamily, pastLogs } from './log-files.ts';

/** The files of a log that exist, newest first. */
function logFilesOf(family: LogFamily): string[] {
  const current = currentFile(family);
  const isThere = statSync(current, { throwIfNoEntry: false })?.isFile() === true;
  const past = pastLogs(family, namesIn(family.folder)).map(({ file }) =>
    join(family.folder, file),
  );
  return [...(isThere ? [current] : []), ...past.reverse()];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * What `pick` makes of the lines of a log, oldest first; the newest `last` of those that are not
 * null. Files are read from the newest back, and no more of them than that takes.
 */
export function readLog<T>(
  family: LogFamily,
  last: number,
  pick: (line: string, file: string) => T | null,
): T[] {
  const found: T[] = [];
  for (const path of logFilesOf(family)) {
    const lines = textOf(path).split('\n');
    for (let i = lines.length - 1; i >= 0; i -= 1) {
      if (found.length >= last) return found.reverse();
      const line = lines[i] as string;
      const picked = line === '' ? null : pick(line, path);
      if (picked !== null) found.push(picked);
    }
  }
  return found.reverse();
}

/** Empty for a file that was rotated away since the folder was listed. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
