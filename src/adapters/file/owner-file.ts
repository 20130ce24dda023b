import { join } from 'node:path';
import { z } from 'zod';
import type { FileSystem } from '../../ports/file-system.ts';
import { readWhole, writeAtomic } from './atomic-file.ts';

const schema = z.strictObject({
  role: z.string(),
  since: z.string(),
  pid: z.int(),
  host: z.string(),
  bootId: z.string().nullable(),
  pidSpace: z.string().nullable(),
  startTicks: z.string().nullable(),
});

/** Who holds a home: what it does there, since when (ISO 8601, UTC), and which process it is. */
export type Owner = z.output<typeof schema>;

/** The role of a daemon on the machine's clock, and of one that plays sessions on a simulated clock. */
export const DAEMON = 'daemon';
export const SIMULATED_DAEMON = 'simulated daemon';

export const ownerPath = (folder: string): string => join(folder, 'owner.json');

/** Who last took the home; null where nobody did or the file cannot be read. */
export function readOwner(files: FileSystem, folder: string): Owner | null {
  const text = readWhole(files, ownerPath(folder))?.toString('utf8');
  if (text === undefined) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export const writeOwner = (files: FileSystem, folder: string, owner: Owner): void =>
  writeAtomic(files, ownerPath(folder), `${JSON.stringify(owner)}\n`);

/** "daemon, process 4711 on desk, since 2026-03-05T14:30:00.000Z". */
export const printOwner = ({ role, pid, host, since }: Owner): string =>
  `${role}, process ${pid} on ${host}, since ${since}`;
