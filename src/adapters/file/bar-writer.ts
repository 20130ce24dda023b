/** Writing into a bars folder so that a reader, or a crash at any moment, never sees half a file. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type BarFileName, looksLikeBarFile, parseBarFileName } from '../../bars/file-name.ts';
import { Failure } from '../../domain/failure.ts';
import type { Adjustment } from '../../domain/market.ts';
import { messageOf } from './bar-bytes.ts';
import { type BarsMeta, META_FILE, readMeta } from './bar-meta.ts';

/** True when a file of that name stands in the folder; it is not looked into. */
export const isThere = (dir: string, name: string): boolean => existsSync(join(dir, name));

/** True when the folder holds a file of that name with exactly these bytes. */
export const isThereAs = (dir: string, name: string, bytes: Buffer): boolean =>
  isThere(dir, name) && readFileSync(join(dir, name)).equals(bytes);

/** Other files of the folder that hold the symbol at the timeframe; beside one of them no reader takes either. */
export function rivalsOf(
  dir: string,
  bars: Omit<BarFileName, 'format'> & { name: string },
): string[] {
  const names = existsSync(dir) ? readdirSync(dir) : [];
  return names.filter((name) => {
    const held = name === bars.name ? null : parseBarFileName(name);
    return held?.symbol === bars.symbol && held.timeframe === bars.timeframe;
  });
}

/**
 * Writes a whole file: a temporary one beside it, synced to disk, then given its name in one step. Without `overwrite`
 * an existing file of that name stays and the call throws CANNOT_WRITE, as it does when the disk refuses.
 */
export function writeWhole(
  dir: string,
  name: string,
  bytes: Buffer,
  { overwrite = false }: { readonly overwrite?: boolean } = {},
): void {
  const path = join(dir, name);
  const temporary = join(dir, `.${name}.${process.pid}.tmp`);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const handle = openSync(temporary, 'w', 0o600);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    if (overwrite) renameSync(temporary, path);
    else giveNewName(temporary, path);
    syncFolder(dir);
  } catch (error) {
    removeQuietly(temporary);
    throw new Failure('CANNOT_WRITE', `cannot write ${path}`, {
      details: [messageOf(error)],
      hint: 'make room or give the folder the right owner, then run the command again',
      cause: error,
    });
  }
}

/** What failed first is what the person must hear; a temporary file left behind is hidden and harmless. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

/** A hard link fails where the name is taken, also by another process a moment ago; a rename would not. */
function giveNewName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
    rmSync(temporary);
  } catch (error) {
    const { code } = error as { code?: string };
    const cannotLink = code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS';
    if (!cannotLink || existsSync(path)) throw error;
    renameSync(temporary, path);
  }
}

/** A new name is on disk only once its folder is; Windows has no such call and needs none. */
function syncFolder(dir: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(dir, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * How the prices of a folder are adjusted already: by its meta.json, `none` when bars stand there without one, and
 * null when it holds nothing yet.
 */
export function adjustmentOf(dir: string): Adjustment | null {
  if (!existsSync(dir)) return null;
  const meta = readMeta(dir);
  if (meta !== null) return meta.adjustment;
  return readdirSync(dir).some(looksLikeBarFile) ? 'none' : null;
}

/** The bytes of a meta.json. */
export const metaBytes = (meta: BarsMeta): Buffer =>
  Buffer.from(`${JSON.stringify(meta, null, 2)}\n`);

/** Writes the folder's meta.json unless it has one. */
export function ensureMeta(dir: string, meta: BarsMeta): void {
  if (!isThere(dir, META_FILE)) writeWhole(dir, META_FILE, metaBytes(meta));
}
