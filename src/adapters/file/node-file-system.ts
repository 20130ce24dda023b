import * as fs from 'node:fs';
import { dirname } from 'node:path';
import type { FileStat, FileSystem, OpenFile, OpenMode } from '../../ports/file-system.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = fs.constants;

/** O_NOFOLLOW does not exist on Windows. */
const NO_FOLLOW = O_NOFOLLOW ?? 0;
const FLAGS: Readonly<Record<OpenMode, number>> = {
  read: O_RDONLY | NO_FOLLOW,
  append: O_RDWR | O_APPEND | O_CREAT | NO_FOLLOW,
  edit: O_RDWR | O_CREAT | NO_FOLLOW,
  create: O_RDWR | O_CREAT | O_EXCL | NO_FOLLOW,
};
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** The machine's own file system: files 0600, folders 0700, links never followed. */
export const nodeFileSystem: FileSystem = {
  open: (path, mode) => openFile(fs.openSync(path, FLAGS[mode], FILE_MODE)),
  stat: (path) => {
    const stat = fs.lstatSync(path, { throwIfNoEntry: false });
    return stat === undefined ? null : describe(stat);
  },
  list: (folder) => {
    try {
      return fs.readdirSync(folder).sort();
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  },
  makeFolder,
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  syncFolder,
};

const isMissing = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT';

const describe = (stat: fs.Stats): FileStat => ({
  size: stat.size,
  inode: stat.ino,
  device: stat.dev,
  modifiedMs: stat.mtimeMs,
  mode: stat.mode & 0o777,
  kind: stat.isFile()
    ? 'file'
    : stat.isDirectory()
      ? 'folder'
      : stat.isSymbolicLink()
        ? 'link'
        : 'other',
});

function openFile(fd: number): OpenFile {
  return {
    read: (into, position) => fs.readSync(fd, into, 0, into.length, position),
    append: (bytes) => writeAll(fd, bytes, null),
    write: (bytes, position) => writeAll(fd, bytes, position),
    truncate: (size) => fs.ftruncateSync(fd, size),
    sync: () => fs.fdatasyncSync(fd),
    stat: () => describe(fs.fstatSync(fd)),
    close: () => fs.closeSync(fd),
  };
}

/** The system may write less than asked, for instance at the edge of a full disk; the rest is asked for again. */
function writeAll(fd: number, bytes: Uint8Array, position: number | null): void {
  for (let done = 0; done < bytes.length; ) {
    const count = bytes.length - done;
    const at = position === null ? null : position + done;
    const written = fs.writeSync(fd, bytes, done, count, at);
    if (written <= 0) throw new Error(`the system wrote ${written} of ${count} bytes`);
    done += written;
  }
}

function makeFolder(folder: string): void {
  if (fs.lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  const above = dirname(folder);
  makeFolder(above);
  try {
    fs.mkdirSync(folder, FOLDER_MODE);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
  syncFolder(above);
}

function syncFolder(folder: string): void {
  // Windows cannot open a folder; it keeps names durable by itself.
  if (process.platform === 'win32') return;
  const fd = fs.openSync(folder, O_RDONLY);
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
