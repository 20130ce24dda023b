import type { FileSystem, OpenFile } from '../../src/ports/file-system.ts';

/** How a call goes wrong. A lying one says that all is well. */
export type FaultKind =
  | 'write fails'
  | 'disk fills up within a write'
  | 'write does nothing and says it did'
  | 'write does half and says it did all'
  | 'sync fails'
  | 'rename fails'
  | 'create fails';

export interface Fault {
  readonly kind: FaultKind;
  /** The files it hits. */
  readonly path: RegExp;
  /** The first call that goes wrong, counted from 1 among those that could. */
  readonly nth: number;
}

const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: injected`), { code });

/** A file system that works like another until one call of one kind goes wrong; it tells whether that happened. */
export function faultyFiles(
  files: FileSystem,
  fault: Fault,
): FileSystem & { readonly struck: () => boolean } {
  let count = 0;
  let struck = false;
  const strikes = (path: string, ...kinds: readonly FaultKind[]): boolean => {
    if (!kinds.includes(fault.kind) || !fault.path.test(path)) return false;
    count += 1;
    if (count !== fault.nth) return false;
    struck = true;
    return true;
  };

  /** Writes through `write`, or as the fault says. */
  const spoil = (path: string, bytes: Uint8Array, write: (bytes: Uint8Array) => void): void => {
    if (
      !strikes(
        path,
        'write fails',
        'disk fills up within a write',
        'write does nothing and says it did',
        'write does half and says it did all',
      )
    ) {
      write(bytes);
      return;
    }
    if (fault.kind === 'write fails') throw systemError('EIO');
    if (fault.kind === 'write does nothing and says it did') return;
    write(bytes.subarray(0, bytes.length / 2));
    if (fault.kind === 'disk fills up within a write') throw systemError('ENOSPC');
  };

  const wrap = (path: string, file: OpenFile): OpenFile => ({
    ...file,
    append: (bytes) => spoil(path, bytes, (some) => file.append(some)),
    write: (bytes, position) => spoil(path, bytes, (some) => file.write(some, position)),
    sync: () => {
      if (strikes(path, 'sync fails')) throw systemError('EIO');
      file.sync();
    },
  });

  return {
    struck: () => struck,
    open: (path, mode) => {
      if (files.stat(path) === null && strikes(path, 'create fails')) throw systemError('ENOSPC');
      return wrap(path, files.open(path, mode));
    },
    stat: (path) => files.stat(path),
    list: (folder) => files.list(folder),
    makeFolder: (folder) => files.makeFolder(folder),
    rename: (from, to) => {
      if (strikes(to, 'rename fails')) throw systemError('EIO');
      files.rename(from, to);
    },
    remove: (path) => files.remove(path),
    syncFolder: (folder) => files.syncFolder(folder),
  };
}
