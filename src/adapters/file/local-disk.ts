import { chmodSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../../domain/failure.ts';

/**
 * Type numbers of file systems that live on another machine, or may: statfs(2) and linux/magic.h. There a lock, a
 * sync and a size can each mean less than on a disk. FUSE is among them because sshfs is one.
 */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB2'],
  [0xff534d42, 'CIFS'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x19830326, 'BeeGFS'],
  [0x786f4256, 'VirtualBox share'],
  [0x65735546, 'FUSE'],
]);

/** The name of the network file system of this type number; null for a local one. */
const networkFileSystem = (type: number): string | null => NETWORK_TYPES.get(type >>> 0) ?? null;

/** Throws CONFIG_INVALID where the home, or the folder it will be made in, is on a network file system. */
export function assertLocal(home: string, statfs: (path: string) => number = typeOf): void {
  const name = networkFileSystem(statfs(home));
  if (name === null) return;
  throw new Failure('CONFIG_INVALID', `${home} is on a network file system (${name})`, {
    details: [
      'locks and syncs there do not protect the history from a second writer or a power loss',
    ],
    hint: 'use a home on a local disk: --home DIR',
  });
}

function typeOf(path: string): number {
  try {
    return statfsSync(path).type;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT' && dirname(path) !== path) {
      return typeOf(dirname(path));
    }
    throw error;
  }
}

/** Shuts folders that somebody made open to others. */
export function keepPrivate(folders: readonly string[]): void {
  for (const folder of folders) {
    if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
  }
}
