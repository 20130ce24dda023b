import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileFault, type FileProblem, MAX_FILE_BYTES } from '../../bars/bar-file.ts';
import { err, ok, type Result } from '../../domain/result.ts';

const MIB = 1024 * 1024;

/**
 * The bytes of a regular file, or why it is refused; `file` is its name in messages. A file over MAX_FILE_BYTES is
 * refused before a byte of it is read. `bufferFor` may give a buffer that the next call overwrites.
 */
export function readWhole(
  path: string,
  file: string,
  bufferFor: (size: number) => Buffer = (size) => Buffer.allocUnsafe(size),
): Result<Buffer, FileProblem> {
  const problem = (fault: FileFault, message: string) => err({ file, fault, message });
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    const stat = fstatSync(handle);
    if (!stat.isFile()) return problem('not_a_file', 'this is not a regular file');
    if (stat.size > MAX_FILE_BYTES) {
      const message = `the file has ${Math.ceil(stat.size / MIB)} MiB; the limit is ${MAX_FILE_BYTES / MIB} MiB`;
      return problem('too_large', message);
    }
    const bytes = bufferFor(stat.size).subarray(0, stat.size);
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(handle, bytes, length, bytes.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return ok(bytes.subarray(0, length));
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    return problem(code === 'ENOENT' ? 'missing' : 'unreadable', messageOf(error));
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** What a caught value says. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
