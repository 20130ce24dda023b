import { realpathSync, rmdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { type EpochMs, isoUtc } from '../../domain/time.ts';
import { sha256 } from '../../events/chain.ts';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { type Owner, ownerPath, printOwner, readOwner, writeOwner } from './owner-file.ts';
import { hasEnded, ownMark } from './process-mark.ts';

/** The right to write a home, held by one process at a time. */
export interface HomeLock {
  /** Throws HOME_BUSY once another process may have taken the home over: then nothing more is written. */
  assertHeld(): void;
  release(): Promise<void>;
}

export interface HomeLockOptions {
  readonly home: string;
  /** What this process does there: shown to whoever is refused. */
  readonly role: string;
  readonly now: EpochMs;
  /** See STALE_MS; every process of a home must use the same. */
  readonly staleMs?: number;
  /** Told once when the right was lost without being given back. */
  readonly onLost?: (reason: string) => void;
}

/**
 * How long a lock folder must have been untouched before another process may take it; the holder touches it four
 * times as often. This alone would not do: it is not single-winner, and a holder whose event loop stands still loses
 * it. It only speaks for processes that no other sign reaches, such as one in another container.
 */
const STALE_MS = 20_000;

/** Where a home keeps who holds it. */
export const lockFolder = (home: string): string => join(home, 'data', 'state');

/** Who holds a home, looked at without taking it; null where nobody does, or whoever did has ended. */
export function holderOf(home: string): Owner | null {
  const owner = readOwner(nodeFileSystem, lockFolder(home));
  return owner === null || hasEnded(owner) ? null : owner;
}

const heldHere = new Set<string>();

/**
 * Takes a home for writing, or throws HOME_BUSY naming the holder. A holder that was killed is succeeded at once:
 * what says that it lives is a socket name that the kernel frees with the process, or its process number together
 * with boot and start time. Whoever loses a home after all finds out before its next write, because the owner
 * file, which it keeps open, is then another file.
 */
export async function lockHome(options: HomeLockOptions): Promise<HomeLock> {
  const files = nodeFileSystem;
  const folder = lockFolder(options.home);
  files.makeFolder(folder);
  const name = realpathSync(folder);
  if (heldHere.has(name)) throw busy(files, folder, options.home);
  heldHere.add(name);
  let socket: Server | null = null;
  try {
    const claimed = await claimName(name);
    if (claimed === 'taken') throw busy(files, folder, options.home);
    socket = claimed;
    return await hold(files, folder, name, socket, options);
  } catch (error) {
    heldHere.delete(name);
    socket?.close();
    throw error;
  }
}

/** Listens on an abstract socket of Linux, see unix(7); null where the system has none. */
function claimName(name: string): Promise<Server | 'taken' | null> {
  if (process.platform !== 'linux') return Promise.resolve(null);
  return new Promise((resolve) => {
    const server = createServer((connection) => connection.destroy());
    server.on('error', ({ code }: { code?: string }) => {
      resolve(code === 'EADDRINUSE' ? 'taken' : null);
    });
    server.listen(`\0trade-labs-${sha256(name)}`, () => resolve(server.unref()));
  });
}

async function hold(
  files: FileSystem,
  folder: string,
  name: string,
  socket: Server | null,
  options: HomeLockOptions,
): Promise<HomeLock> {
  let lost: string | null = null;
  const lose = (reason: string) => {
    if (lost === null) options.onLost?.(reason);
    lost ??= reason;
  };
  const unlock = await claimFolder(files, folder, options, (error) => lose(error.message));
  writeOwner(files, folder, { role: options.role, since: isoUtc(options.now), ...ownMark() });
  const own = files.open(ownerPath(folder), 'read');
  const inode = own.stat().inode;
  let released = false;

  return {
    assertHeld: () => {
      // An open file keeps its number, so an equal number is the very file that we wrote.
      if (files.stat(ownerPath(folder))?.inode !== inode)
        lose('another process took the home over');
      if (lost !== null) throw lostHome(files, folder, options.home, lost);
    },
    release: async () => {
      if (released) return;
      released = true;
      giveBack(files, folder, own, inode);
      await unlock().catch(() => undefined);
      await new Promise<void>((resolve) =>
        socket === null ? resolve() : socket.close(() => resolve()),
      );
      heldHere.delete(name);
    },
  };
}

function giveBack(files: FileSystem, folder: string, own: OpenFile, inode: number): void {
  if (files.stat(ownerPath(folder))?.inode === inode) files.remove(ownerPath(folder));
  own.close();
}

/** The lock folder of proper-lockfile, taken from an owner that has certainly ended. */
async function claimFolder(
  files: FileSystem,
  folder: string,
  { home, staleMs = STALE_MS }: HomeLockOptions,
  onCompromised: (error: Error) => void,
): Promise<() => Promise<void>> {
  const { default: lockfile } = await import('proper-lockfile');
  const path = join(folder, 'home.lock');
  const claim = () =>
    lockfile.lock(folder, {
      lockfilePath: path,
      realpath: false,
      stale: staleMs,
      update: staleMs / 4,
      retries: 0,
      onCompromised,
    });
  try {
    return await claim();
  } catch (error) {
    if ((error as { code?: string }).code !== 'ELOCKED') throw error;
  }
  const owner = readOwner(files, folder);
  if (owner === null || !hasEnded(owner)) throw busy(files, folder, home);
  rmdirSync(path);
  return claim().catch(() => {
    throw busy(files, folder, home);
  });
}

function busy(files: FileSystem, folder: string, home: string): Failure {
  const owner = readOwner(files, folder);
  return new Failure('HOME_BUSY', `another Trade Labs is writing in ${home}`, {
    details: owner === null ? [] : [`held by ${printOwner(owner)}`],
    hint: 'stop it, or use a home of its own: add --home DIR',
  });
}

function lostHome(files: FileSystem, folder: string, home: string, reason: string): Failure {
  const owner = readOwner(files, folder);
  return new Failure('HOME_BUSY', `stopped writing in ${home}: ${reason}`, {
    details: owner === null ? [] : [`now held by ${printOwner(owner)}`],
    hint: 'nothing acknowledged is lost; find out why two processes want this home, then start one of them',
  });
}
