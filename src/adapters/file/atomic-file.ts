import { dirname } from 'node:path';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';

/** Puts a whole file in place of another: after a crash there is the old one or the new one, never a mixture. */
export function writeAtomic(files: FileSystem, path: string, content: string | Uint8Array): void {
  const temporary = `${path}.tmp`;
  files.remove(temporary);
  const file = files.open(temporary, 'create');
  try {
    file.write(Buffer.from(content), 0);
    file.sync();
  } finally {
    file.close();
  }
  files.rename(temporary, path);
  files.syncFolder(dirname(path));
}

/** The whole content of a small file; null when there is none, or no longer. */
export function readWhole(files: FileSystem, path: string): Buffer | null {
  if (files.stat(path)?.kind !== 'file') return null;
  let file: OpenFile;
  try {
    file = files.open(path, 'read');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const content = Buffer.alloc(file.stat().size);
    const filled = file.read(content, 0);
    return content.subarray(0, filled);
  } finally {
    file.close();
  }
}
