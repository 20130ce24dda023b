import { join } from 'node:path';
import { z } from 'zod';
import { type EpochMs, isoUtc, parseInstant } from '../../domain/time.ts';
import { readWhole, writeAtomic } from './atomic-file.ts';
import { nodeFileSystem } from './node-file-system.ts';

const schema = z.object({
  at: z.string().optional(),
  by: z.string().optional(),
  via: z.enum(['command', 'file', 'signal']).optional(),
  positions: z.enum(['keep', 'flatten']).optional(),
  cause: z.string().optional(),
});

/** What the kill file asks for. Whoever only creates the file asks for no entries and keeps positions. */
export interface KillFile {
  readonly by: string;
  readonly via: 'command' | 'file' | 'signal';
  readonly positions: 'keep' | 'flatten';
  readonly cause: string;
  /** When it was asked for; null where only the file is there. */
  readonly at: EpochMs | null;
}

/** The file that engages the kill switch by being there, whatever stands in it: `touch` is enough. */
export const killFilePath = (home: string): string => join(home, 'data', 'control', 'KILL');

const PLAIN: KillFile = {
  by: 'file',
  via: 'file',
  positions: 'keep',
  cause: 'the file data/control/KILL is there',
  at: null,
};

/** What the kill file asks for; null only where there certainly is none. */
export function readKillFile(home: string): KillFile | null {
  const path = killFilePath(home);
  try {
    if (nodeFileSystem.stat(path) === null) return null;
    const text = readWhole(nodeFileSystem, path)?.toString('utf8') ?? '';
    const read = schema.safeParse(JSON.parse(text));
    if (!read.success) return PLAIN;
    const { by, via, positions, cause, at } = read.data;
    return {
      by: by ?? PLAIN.by,
      via: via ?? PLAIN.via,
      positions: positions ?? PLAIN.positions,
      cause: cause ?? PLAIN.cause,
      at: at === undefined ? null : parseInstant(at),
    };
  } catch {
    // It cannot be read, or is no JSON: it is there all the same.
    return PLAIN;
  }
}

/**
 * Puts the kill file in place, synced: from then on no process of this home enters anything. Throws the system's error
 * where what it says cannot be written, as on a full disk; an empty file may still be there then, which keeps
 * positions.
 */
export function writeKillFile(home: string, kill: KillFile): void {
  const path = killFilePath(home);
  nodeFileSystem.makeFolder(join(home, 'data', 'control'));
  const content = { ...kill, at: kill.at === null ? undefined : isoUtc(kill.at) };
  try {
    writeAtomic(nodeFileSystem, path, `${JSON.stringify(content)}\n`);
  } catch (error) {
    if (nodeFileSystem.stat(path) === null) nodeFileSystem.open(path, 'create').close();
    throw error;
  }
}

export const removeKillFile = (home: string): void => nodeFileSystem.remove(killFilePath(home));
