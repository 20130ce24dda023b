import { Failure } from './failure.ts';

/** Calls that change a disk: what they are refused cannot be written. */
const WRITES = new Set([
  'chmod',
  'copyfile',
  'fchmod',
  'fdatasync',
  'fsync',
  'ftruncate',
  'link',
  'mkdir',
  'mkdtemp',
  'rename',
  'rmdir',
  'unlink',
  'write',
]);
const LOOKS = new Set(['access', 'fstat', 'lstat', 'open', 'opendir', 'read', 'scandir', 'stat']);

const NO_ROOM = new Set(['EDQUOT', 'EFBIG', 'ENOSPC']);
const NOT_ALLOWED = new Set(['EACCES', 'EPERM']);
/** What the machine, its owner or the path is the cause of. That a file is missing, or there already, may be ours. */
const REFUSALS = new Set([
  ...NO_ROOM,
  ...NOT_ALLOWED,
  'EBUSY',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EMFILE',
  'ENAMETOOLONG',
  'ENFILE',
  'ENOTDIR',
  'EROFS',
]);

/**
 * What the operating system refused to do with a file, as a failure that a person can act on; null for every other
 * error. The shape is that of Node's system errors: `code`, `syscall`, and where there is one `path`.
 */
export function systemFailure(error: unknown): Failure | null {
  if (!(error instanceof Error)) return null;
  const { code = '', syscall = '', path } = error as SystemError;
  const writes = WRITES.has(syscall);
  if (!writes && !LOOKS.has(syscall)) return null;
  // A folder is made with all above it: what is missing then is the disk's or the path's fault.
  if (!REFUSALS.has(code) && syscall !== 'mkdir') return null;
  const cannotWrite = writes || NO_ROOM.has(code) || code === 'EROFS';
  const what = path ?? 'a file';
  return new Failure(
    cannotWrite ? 'CANNOT_WRITE' : 'FILE_REFUSED',
    `${what} cannot be ${cannotWrite ? 'written' : 'opened'}`,
    { details: [error.message], hint: hintOf(code), cause: error },
  );
}

/** A failure, or what the system refused, with one more line of detail; any other error as it is. */
export function withDetail(error: unknown, detail: string): unknown {
  const failure = error instanceof Failure ? error : systemFailure(error);
  if (failure === null) return error;
  const { code, message, details, hint } = failure;
  return new Failure(code, message, {
    details: [...details, detail],
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

type SystemError = Error & {
  readonly code?: string;
  readonly syscall?: string;
  readonly path?: string;
};

function hintOf(code: string): string {
  if (NO_ROOM.has(code)) return 'free space on the disk, then run the command again';
  if (NOT_ALLOWED.has(code)) return 'give file and folder to their owner, or run as that user';
  if (code === 'EROFS') return 'the disk is mounted for reading only: use another folder';
  return 'check the folder and the disk it is on, then run the command again';
}
