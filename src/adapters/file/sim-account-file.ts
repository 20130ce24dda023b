import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { EpochMs } from '../../domain/time.ts';
import { instantCodec } from '../../events/codecs.ts';
import { readWhole, writeAtomic } from './atomic-file.ts';
import { nodeFileSystem } from './node-file-system.ts';

/** Where a home or a run folder keeps its simulated account. */
export const simAccountFile = (dir: string): string =>
  join(dir, 'data', 'state', 'sim-account.json');

/** The simulated account as it is between processes: like a broker's, it outlives them. */
export interface SavedSimAccount<Account> {
  readonly account: Account;
  /** The instant the simulated exchange was played up to. */
  readonly playedThrough: EpochMs;
}

const envelope = z.strictObject({ account: z.json(), playedThrough: instantCodec });

/** The saved account, null where there is none. Throws HISTORY_DAMAGED for a file that is not one. */
export function loadSimAccount<Account>(dir: string): SavedSimAccount<Account> | null {
  const path = simAccountFile(dir);
  const content = readWhole(nodeFileSystem, path);
  if (content === null) return null;
  try {
    const read = z.decode(envelope, JSON.parse(content.toString('utf8')) as never);
    return { account: read.account as Account, playedThrough: read.playedThrough };
  } catch (cause) {
    throw new Failure('HISTORY_DAMAGED', `the simulated account in ${path} cannot be read`, {
      details: [cause instanceof Error ? cause.message : String(cause)],
      hint: 'restore the file from a backup, or begin in another folder: --home DIR',
      cause,
    });
  }
}

/** Puts the account in place of the one before; after a crash there is one or the other. */
export function saveSimAccount<Account>(dir: string, saved: SavedSimAccount<Account>): void {
  nodeFileSystem.makeFolder(join(dir, 'data', 'state'));
  const text = JSON.stringify({
    account: saved.account,
    playedThrough: instantCodec.encode(saved.playedThrough),
  });
  writeAtomic(nodeFileSystem, simAccountFile(dir), `${text}\n`);
}
